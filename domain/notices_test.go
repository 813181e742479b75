package domain

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestNotices(t *testing.T) {
	at, end := april(2), may(1)
	for _, tt := range []struct {
		name string
		of   Event
		to   Reader
		text string
	}{
		{"a change", ChangeScheduled{PurchaseID: "sale", To: Holding{Seats: 3, Recurrence: Monthly}, EffectiveAt: end, At: at}, BuyerReads,
			"A change of your membership takes effect on 1 May 2026. From then on it is for 3 seats, and renews every month."},
		{"a change to one seat", ChangeScheduled{PurchaseID: "sale", To: Holding{Seats: 1, Recurrence: EveryTwoYears}, EffectiveAt: end, At: at}, BuyerReads,
			"A change of your membership takes effect on 1 May 2026. From then on it is for 1 seat, and renews every two years."},
		{"a cancellation by the buyer", MembershipCancelled{PurchaseID: "sale", By: Buyer, EndsAt: end, At: at}, BuyerReads,
			"Your membership is cancelled. You keep it until 1 May 2026, and are charged nothing more."},
		{"a cancellation by the seller", MembershipCancelled{PurchaseID: "sale", By: SellerActor, EndsAt: end, At: at}, BuyerReads,
			"Your membership was cancelled by the seller. You keep it until 1 May 2026, and are charged nothing more."},
		{"an end that was asked for", MembershipEnded{PurchaseID: "sale", Reason: Cancelled, At: at}, BuyerReads,
			"Your membership ended on 2 April 2026, because it was cancelled."},
		{"an end after grace", MembershipEnded{PurchaseID: "sale", Reason: PaidNoMore, At: at}, BuyerReads,
			"Your membership ended on 2 April 2026, because its payment stayed overdue."},
		{"the end of a fixed length", MembershipEnded{PurchaseID: "sale", Reason: Completed, At: at}, BuyerReads,
			"Your membership ended on 2 April 2026: all of its payments are made."},
		{"an end by the seller", MembershipEnded{PurchaseID: "sale", Reason: Revoked, At: at}, BuyerReads,
			"Your membership ended on 2 April 2026: the seller took it away."},
		{"an end by a bank", MembershipEnded{PurchaseID: "sale", Reason: Chargeback, At: at}, BuyerReads,
			"Your membership ended on 2 April 2026, because your bank took its payment back."},
		{"a restart", MembershipRestarted{PurchaseID: "sale", At: at}, BuyerReads, "Your membership has begun again, on 2 April 2026."},
		{"an overdue payment that went through", MembershipRecovered{PurchaseID: "sale", At: at}, BuyerReads,
			"Your payment went through. Nothing is overdue any more."},
		{"a new price", PriceAnnounced{PurchaseID: "sale", At: at}, BuyerReads, ""},
		{"a refund", PaymentRefunded{PurchaseID: "sale", Amount: 1250, Currency: "usd", At: at}, BuyerReads,
			"12.50 USD of your payment was given back on 2 April 2026."},
		{"a refund of all", PaymentRefunded{PurchaseID: "sale", Amount: 5000, Currency: "jpy", Full: true, At: at}, BuyerReads,
			"Your payment of 5000 JPY was given back on 2 April 2026."},
		{"a refund that was refused", RefundRefused{PurchaseID: "sale", At: at}, SellerReads,
			"A refund was refused. The buyer was not given the money back."},
		{"a dispute", PaymentDisputed{PurchaseID: "sale", At: at}, SellerReads, "The buyer's bank took a payment back on 2 April 2026."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := tt.of.EventName()
			want := Notice{PurchaseID: "sale", To: tt.to, Of: name, Cause: name + ":e1", Text: tt.text, At: at}
			if got := Notices("e1", tt.of); !slices.Equal(got, []Notice{want}) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestNotices_ofSales(t *testing.T) {
	at := april(2)
	got := Notices("e1", PurchaseCompleted{PurchaseID: "sale", At: at})
	want := Notice{PurchaseID: "sale", To: BuyerReads, Of: "purchase.completed", Cause: "receipt:sale", At: at}
	if !slices.Equal(got, []Notice{want}) {
		t.Errorf("the receipt is %+v, want %+v", got, want)
	}
	if got := Notices("e1", PurchaseCompleted{PurchaseID: "part", BundleOf: "sale", At: at}); len(got) > 0 {
		t.Errorf("what a bundle included has a receipt of its own: %+v", got)
	}
	got = Notices("e1", SeatAssigned{SeatID: "chair", PurchaseID: "sale", At: at})
	want = Notice{PurchaseID: "sale", SeatID: "chair", To: SeatReads, Of: "seat.invited", Cause: "seat:chair:e1", At: at}
	if !slices.Equal(got, []Notice{want}) {
		t.Errorf("the invitation is %+v, want %+v", got, want)
	}
}

func TestNotices_ofWhatIsOverdue(t *testing.T) {
	failed := RenewalFailed{MembershipID: "m", PurchaseID: "sale", Cycle: 2, Attempt: 1, GraceEndsAt: may(6), At: may(1)}
	got := Notices("e1", failed)
	first := Notice{
		PurchaseID: "sale", To: BuyerReads, Of: "membership.renewal_failed", Cause: "membership.renewal_failed:e1", At: may(1),
		Text: "The payment for your membership did not go through. You keep what you have until 6 May 2026; if it is not paid by then, your membership ends.",
	}
	warning := first
	warning.Cause, warning.TellAt = "membership.renewal_failed:e1:warning", may(4)
	warning.Text = "The payment for your membership is still overdue. If it is not paid by 6 May 2026, your membership ends."
	if !slices.Equal(got, []Notice{first, warning}) {
		t.Errorf("got %+v, want %+v", got, []Notice{first, warning})
	}
	again := failed
	again.Attempt = 2
	if got := Notices("e2", again); len(got) > 0 {
		t.Errorf("a try that follows tells again: %+v", got)
	}
	elsewhere := failed
	elsewhere.GraceEndsAt = time.Time{}
	got = Notices("e1", elsewhere)
	if len(got) != 1 || got[0].Text != "The payment for your membership did not go through." {
		t.Errorf("without grace: %+v", got)
	}
}

// What waited is told only if it is still so.
func TestNotice_Stands(t *testing.T) {
	due := live(t, overdue).m.State()
	warning := Notices("e1", RenewalFailed{PurchaseID: "sale", Attempt: 1, GraceEndsAt: due.Outstanding.GraceEndsAt})[1]
	later := due
	later.Outstanding.GraceEndsAt = due.Outstanding.GraceEndsAt.AddDate(0, 1, 0)
	for _, tt := range []struct {
		name string
		n    Notice
		m    MembershipState
		want bool
	}{
		{"a warning of what is overdue", warning, due, true},
		{"a warning of what was paid since", warning, live(t).m.State(), false},
		{"a warning of what ended since", warning, live(t, endedBy(Buyer, Cancelled)).m.State(), false},
		{"a warning of one period, when another is overdue", warning, later, false},
		{"what is told at once", Notice{}, live(t).m.State(), true},
		{"what is told at once of a sale that does not renew", Notice{}, MembershipState{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.n.Stands(tt.m); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

// quiet are the events that nobody is told of.
var quiet = []Event{
	LicenseIssued{}, LicenseDisabled{}, LicenseEnabled{}, LicenseRotated{},
	PurchaseFailed{}, PurchasePreordered{}, PurchaseRefunded{}, PurchaseDisputed{}, DisputeWon{}, AccessRevoked{}, AccessRestored{},
	LicensingEnabled{}, LicensingDisabled{}, PastSalesLicensed{}, ProductDeleted{}, ProductUndeleted{}, RecordsImported{},
	MembershipStarted{}, MembershipChanged{}, ChangeApplied{}, ChangeSuperseded{}, ChangeWithdrawn{}, ChangeMoot{}, ChangeDeclined{},
	MembershipRenewed{}, MembershipResumed{}, PeriodRefunded{}, SeatsGranted{}, SeatsShort{}, MembershipDue{},
	PaymentIntended{}, PaymentPaid{}, PaymentDeclined{}, PaymentVoided{}, PaymentLate{}, RefundBegun{}, DisputeClosed{},
	SeatClaimed{}, SeatTakenBack{}, Notice{}, DeliveryDue{}, WebhookTested{},
	PurchaseReaddressed{}, PurchaseErased{},
	ConnectionMade{}, ConnectionPaused{}, ConnectionResumed{}, ConnectionDue{}, ConnectionClosed{},
	AttachmentMade{}, AttachmentChanged{}, AttachmentRemoved{}, ClaimOpened{}, ClaimEnded{}, AccessDue{}, AccessGiven{}, AccessTaken{},
	AccessTroubled{}, // by nobody's fault; who is told of the others has a test of its own
}

// Of every event there is a decision whether somebody is told, and two events
// alike are two things to tell.
func TestNotices_ofEveryEvent(t *testing.T) {
	silent := map[string]bool{}
	for _, e := range quiet {
		silent[e.EventName()] = true
	}
	for _, typ := range states {
		e, ok := reflect.Zero(typ).Interface().(Event)
		if !ok {
			continue
		}
		told := Notices("e1", e)
		if (len(told) == 0) != silent[e.EventName()] {
			t.Errorf("of %s these are told: %+v", e.EventName(), told)
		}
		causes := map[string]bool{}
		for _, n := range append(told, Notices("e2", e)...) {
			if causes[n.Cause] && n.Of != "purchase.completed" { // a sale is completed once
				t.Errorf("two things have the cause %q", n.Cause)
			}
			causes[n.Cause] = true
		}
	}
}
