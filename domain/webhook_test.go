package domain

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var hookNoon = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

func hook(mods ...func(*Webhook)) Webhook {
	w := Webhook{ID: "w", SellerID: "ana", URL: "https://hooks.example.com/", Format: EventFormat, Durable: true, CreatedAt: hookNoon}
	for _, m := range mods {
		m(&w)
	}
	return w
}

func pinged(by Topic) func(*Webhook) {
	return func(w *Webhook) { w.Format, w.Ping, w.Durable = PingFormat, by, false }
}

func TestMakeTopics(t *testing.T) {
	for _, row := range []struct {
		name string
		of   []Topic
		want Topics
		ok   bool
	}{
		{"none is all", nil, "", true},
		{"in any order, and twice", []Topic{"seat.claimed", "license.issued", "seat.claimed"}, "license.issued seat.claimed", true},
		{"a group", []Topic{"license.*"}, "license.*", true},
		{"an unknown one", []Topic{"license.eaten"}, "", false},
		{"an unknown group", []Topic{"coffee.*"}, "", false},
		{"everything in a star", []Topic{"*"}, "", false},
		{"half a group", []Topic{"lic*"}, "", false},
		{"what is usher's own", []Topic{"membership.due"}, "", false},
		{"a ping", []Topic{"sale"}, "", false},
	} {
		got, err := MakeTopics(row.of...)
		if got != row.want || (err == nil) != row.ok || err != nil && KindOf(err) != Invalid {
			t.Errorf("%s: got %q, %v", row.name, got, err)
		}
	}
	if !slices.IsSorted(PublicEvents()) || !slices.IsSorted(Pings()) {
		t.Error("a list is not in alphabetical order")
	}
}

func TestWebhook_Tells(t *testing.T) {
	topics := func(t Topics) func(*Webhook) { return func(w *Webhook) { w.Topics = t } }
	for _, row := range []struct {
		name, event string
		hook        Webhook
		after       time.Duration
		want        Topic
	}{
		{"all that is public", "license.issued", hook(), 0, "license.issued"},
		{"nothing of usher's own", "membership.due", hook(), 0, ""},
		{"no notice", "notice", hook(), 0, ""},
		{"no test of another", "webhook.tested", hook(), 0, ""},
		{"what it wants", "license.issued", hook(topics("license.issued")), 0, "license.issued"},
		{"not what it does not want", "license.rotated", hook(topics("license.issued")), 0, ""},
		{"what is of its group", "license.rotated", hook(topics("license.* seat.claimed")), 0, "license.rotated"},
		{"not what is of another", "seat.invited", hook(topics("license.* seat.claimed")), 0, ""},
		{"not what came before it", "license.issued", hook(), -time.Nanosecond, ""},
		{"nothing once it is stopped", "license.issued", hook(func(w *Webhook) { w.Stop(StoppedGone, hookNoon) }), 0, ""},
		{"nothing once it is deleted", "license.issued", hook(func(w *Webhook) { w.DeletedAt = hookNoon }), 0, ""},
		{"a ping", "purchase.completed", hook(pinged(PingSale)), 0, PingSale},
		{"a charge of a membership", "payment.paid", hook(pinged(PingSale)), 0, PingSale},
		{"another ping", "purchase.completed", hook(pinged(PingRefund)), 0, ""},
		{"one of two pings", "membership.ended", hook(pinged(PingCancellation)), 0, PingCancellation},
		{"the other", "membership.ended", hook(pinged(PingMembershipEnded)), 0, PingMembershipEnded},
		{"no event for a ping", "license.issued", hook(pinged(PingSale)), 0, ""},
	} {
		got, ok := row.hook.Tells(row.event, hookNoon.Add(row.after))
		if ok != (row.want != "") || ok && got != row.want {
			t.Errorf("%s: got %q, %v, want %q", row.name, got, ok, row.want)
		}
	}
}

func TestWebhook_Check(t *testing.T) {
	for _, row := range []struct {
		name  string
		mod   func(*Webhook)
		field string
	}{
		{"as it is", func(*Webhook) {}, ""},
		{"a ping", pinged(PingDispute), ""},
		{"a ping for three days", func(w *Webhook) { pinged(PingDispute)(w); w.Durable = true }, ""},
		{"no address", func(w *Webhook) { w.URL = "" }, "url"},
		{"a path alone", func(w *Webhook) { w.URL = "/hooks" }, "url"},
		{"another protocol", func(w *Webhook) { w.URL = "ftp://example.com" }, "url"},
		{"a password", func(w *Webhook) { w.URL = "https://a:b@example.com" }, "url"},
		{"a fragment", func(w *Webhook) { w.URL = "https://example.com/#a" }, "url"},
		{"a long address", func(w *Webhook) { w.URL = "https://example.com/" + strings.Repeat("a", 2000) }, "url"},
		{"a long name", func(w *Webhook) { w.Name = strings.Repeat("a", 201) }, "name"},
		{"no format", func(w *Webhook) { w.Format = "" }, "format"},
		{"a ping among events", func(w *Webhook) { w.Ping = PingSale }, "ping"},
		{"an unknown ping", pinged("sold"), "ping"},
		{"topics of a ping", func(w *Webhook) { pinged(PingSale)(w); w.Topics = "license.issued" }, "topics"},
		{"topics in disorder", func(w *Webhook) { w.Topics = "seat.claimed license.issued" }, "topics"},
		{"events given up at once", func(w *Webhook) { w.Durable = false }, "durable"},
		{"never made", func(w *Webhook) { w.CreatedAt = time.Time{} }, "created_at"},
	} {
		err := hook(row.mod).Check()
		e, _ := err.(*Error)
		if (err != nil) != (row.field != "") || err != nil && e.Field != row.field {
			t.Errorf("%s: got %v, want the field %q", row.name, err, row.field)
		}
	}
}

func TestWebhook_BothSign(t *testing.T) {
	w := hook(func(w *Webhook) { w.RotatedAt = hookNoon })
	for wait, want := range map[time.Duration]bool{0: true, 24*time.Hour - 1: true, 24 * time.Hour: false} {
		if got := w.BothSign(hookNoon.Add(wait)); got != want {
			t.Errorf("after %v: got %v", wait, got)
		}
	}
	if hook().BothSign(hookNoon) {
		t.Error("of one secret, two sign")
	}
}

func TestWebhook_Posted(t *testing.T) {
	const down = 0
	for _, row := range []struct {
		name    string
		hook    Webhook
		tries   int64
		post    Post
		status  DeliveryStatus
		again   time.Duration // until the next try
		left    time.Duration // how long the webhook is left alone
		stopped bool
	}{
		{"any 2xx is taken", hook(), 0, Post{Status: 204}, DeliveryDelivered, 0, 0, false},
		{"a failure", hook(), 0, Post{Status: 404}, DeliveryWaiting, 5 * time.Second, 0, false},
		{"nobody answers", hook(), 3, Post{Status: down, Why: "refused"}, DeliveryWaiting, 30 * time.Minute, 0, false},
		{"late", hook(), 11, Post{Status: 500}, DeliveryWaiting, 10 * time.Hour, 0, false},
		{"gone", hook(), 0, Post{Status: 410}, DeliveryFailed, 0, 0, true},
		{"asked to wait", hook(), 0, Post{Status: 503, RetryAfter: time.Hour}, DeliveryWaiting, time.Hour, time.Hour, false},
		{"asked to wait for ever", hook(), 0, Post{Status: 503, RetryAfter: 9000 * time.Hour}, DeliveryWaiting, 24 * time.Hour, 24 * time.Hour, false},
		{"the fifth in a row", hook(func(w *Webhook) { w.Failures = 4 }), 0, Post{Status: 500}, DeliveryWaiting, 5 * time.Second, time.Minute, false},
		{"the hundredth", hook(func(w *Webhook) { w.Failures = 99 }), 0, Post{Status: 500}, DeliveryWaiting, 5 * time.Second, time.Hour, false},
		{"a ping, a minute later", hook(pinged(PingSale)), 0, Post{Status: 502}, DeliveryWaiting, time.Minute, 0, false},
		{"a ping, three", hook(pinged(PingSale)), 1, Post{Status: 499}, DeliveryWaiting, 3 * time.Minute, 0, false},
		{"a ping, ten", hook(pinged(PingSale)), 2, Post{Status: 504}, DeliveryWaiting, 10 * time.Minute, 0, false},
		{"a ping, no more", hook(pinged(PingSale)), 3, Post{Status: 503}, DeliveryFailed, 0, 0, false},
		{"a ping that nobody answers", hook(pinged(PingSale)), 0, Post{Status: down, Why: "timeout"}, DeliveryFailed, 0, 0, false},
		{"a ping with another status", hook(pinged(PingSale)), 0, Post{Status: 501}, DeliveryFailed, 0, 0, false},
		{"a ping that is gone", hook(pinged(PingSale)), 0, Post{Status: 410}, DeliveryFailed, 0, 0, false},
		{"a ping for three days", hook(func(w *Webhook) { pinged(PingSale)(w); w.Durable = true }), 0, Post{Status: 410}, DeliveryFailed, 0, 0, true},
	} {
		w, d := row.hook, Delivery{Status: DeliveryWaiting, Tries: row.tries, FirstDueAt: hookNoon, DueAt: hookNoon}
		w.Posted(&d, row.post, hookNoon)
		ends := row.status != DeliveryWaiting
		switch {
		case d.Status != row.status || d.DoneAt.IsZero() == ends || d.Tries != row.tries+1 || !d.TriedAt.Equal(hookNoon) || d.Answered != int64(row.post.Status):
			t.Errorf("%s: got %+v", row.name, d)
		case !ends && d.DueAt.Sub(hookNoon) != row.again:
			t.Errorf("%s: it is tried again after %v, want %v", row.name, d.DueAt.Sub(hookNoon), row.again)
		case (d.Why == "") != row.post.OK():
			t.Errorf("%s: the reason is %q", row.name, d.Why)
		case w.Live() == row.stopped:
			t.Errorf("%s: got %+v", row.name, w)
		}
		if until, ok := w.Admit(hookNoon); ok != (row.left == 0) || !ok && until.Sub(hookNoon) != row.left {
			t.Errorf("%s: it is admitted %v, else after %v, want %v", row.name, ok, until.Sub(hookNoon), row.left)
		}
	}
	w, d := hook(func(w *Webhook) { w.Failures, w.RetryAt = 7, hookNoon }), Delivery{}
	if w.Posted(&d, Post{Status: 200}, hookNoon); w != hook() {
		t.Errorf("after a success: got %+v", w)
	}
	w, d = hook(), Delivery{FirstDueAt: hookNoon.Add(-giveUpAfter)}
	if w.Posted(&d, Post{Status: 500}, hookNoon); d.Status != DeliveryFailed {
		t.Errorf("after three days: got %+v", d)
	}
}

// Of a webhook that is known to be dead one try at a time finds out whether it is.
func TestWebhook_Admit_oneProbe(t *testing.T) {
	w := hook(func(w *Webhook) { w.Failures, w.RetryAt = 5, hookNoon })
	if _, ok := w.Admit(hookNoon.Add(-1)); ok {
		t.Error("it is tried too early")
	}
	if _, ok := w.Admit(hookNoon); !ok {
		t.Fatal("it is not tried")
	}
	if until, ok := w.Admit(hookNoon); ok || !until.Equal(hookNoon.Add(time.Minute)) {
		t.Errorf("it is tried twice, or after %v", until)
	}
	if _, ok := w.Admit(hookNoon.Add(time.Minute)); !ok {
		t.Error("a probe that nobody ended keeps it from being tried")
	}
	w.Stop(StoppedBySeller, hookNoon)
	w.Stop(StoppedGone, hookNoon.Add(1))
	if w.Stopped != StoppedBySeller || !w.StoppedAt.Equal(hookNoon) {
		t.Errorf("stopped twice: %+v", w)
	}
	if w.Resume(); w != hook() {
		t.Errorf("resumed: %+v", w)
	}
}

func TestDelivery_Again(t *testing.T) {
	d := Delivery{Status: DeliveryFailed, Tries: 9, DoneAt: hookNoon, FirstDueAt: hookNoon.AddDate(0, 0, -3), Why: "refused"}
	at := hookNoon.Add(time.Hour)
	if d.Again(at); d != (Delivery{Status: DeliveryWaiting, FirstDueAt: at, DueAt: at, Why: "refused"}) {
		t.Errorf("got %+v", d)
	}
	if d.Skip("stopped", at); d.Status != DeliverySkipped || d.Why != "stopped" || !d.DoneAt.Equal(at) {
		t.Errorf("got %+v", d)
	}
}

func TestNews_AsPing(t *testing.T) {
	sold, gave, got := PurchaseState{ID: "b"}, PurchaseState{ID: "b", GiftGiven: true}, PurchaseState{ID: "b", GiftOf: "g", Status: GiftReceived}
	back := PurchaseState{ID: "b", RefundedAt: hookNoon, Refunded: 5, Price: Money{5, "usd"}}
	known := PurchaseState{ID: "b", Status: Imported}
	first, renewal := PaymentState{ID: "p", Kind: SalePayment}, PaymentState{ID: "p", Kind: RenewalPayment, Amount: Money{5, "usd"}}
	refunded := renewal
	refunded.Refunded = 5
	asked := func(at time.Time) MembershipState { return MembershipState{ID: "m", CancelRequestedAt: at} }
	for _, row := range []struct {
		name  string
		topic Topic
		of    Event
		news  News
		want  bool
	}{
		{"a sale", PingSale, PurchaseCompleted{}, News{Purchase: sold}, true},
		{"part of a bundle", PingSale, PurchaseCompleted{BundleOf: "a"}, News{Purchase: sold}, true},
		{"a preorder", PingSale, PurchasePreordered{}, News{Purchase: sold}, true},
		{"who gave a gift", PingSale, PurchaseCompleted{}, News{Purchase: gave}, false},
		{"who got it", PingSale, PurchaseCompleted{}, News{Purchase: got}, true},
		{"a customer from elsewhere", PingSale, PurchaseCompleted{}, News{Purchase: known}, false},
		{"nothing", PingSale, PurchaseCompleted{}, News{}, false},
		{"a renewal", PingSale, PaymentPaid{Kind: RenewalPayment}, News{Purchase: sold}, true},
		{"a dearer plan", PingSale, PaymentPaid{Kind: ChangePayment}, News{Purchase: sold}, true},
		{"a new beginning", PingSale, PaymentPaid{Kind: RestartPayment}, News{Purchase: sold}, true},
		{"the sale's own payment, which is told of already", PingSale, PaymentPaid{Kind: SalePayment}, News{Purchase: sold}, false},
		{"a refund", PingRefund, PurchaseRefunded{}, News{Purchase: sold}, true},
		{"a gift's", PingRefund, PurchaseRefunded{}, News{Purchase: gave}, false},
		{"a renewal's", PingRefund, PaymentRefunded{}, News{Purchase: sold, Payment: renewal}, true},
		{"the same of the sale's own payment", PingRefund, PaymentRefunded{}, News{Purchase: sold, Payment: first}, false},
		{"a dispute", PingDispute, PurchaseDisputed{}, News{Purchase: sold}, true},
		{"a renewal's dispute", PingDispute, PaymentDisputed{}, News{Purchase: sold, Payment: renewal}, true},
		{"the same of the sale's own", PingDispute, PaymentDisputed{}, News{Purchase: sold, Payment: first}, false},
		{"one won", PingDisputeWon, DisputeWon{}, News{Purchase: sold}, true},
		{"one won of what was given back", PingDisputeWon, DisputeWon{}, News{Purchase: back}, false},
		{"a renewal's won", PingDisputeWon, DisputeClosed{Won: true}, News{Purchase: sold, Payment: renewal}, true},
		{"a renewal's lost", PingDisputeWon, DisputeClosed{}, News{Purchase: sold, Payment: renewal}, false},
		{"a renewal's won that was given back", PingDisputeWon, DisputeClosed{Won: true}, News{Purchase: sold, Payment: refunded}, false},
		{"a request to cancel", PingCancellation, MembershipCancelled{}, News{Purchase: sold}, true},
		{"its end, which was told of then", PingCancellation, MembershipEnded{Reason: Cancelled, At: hookNoon}, News{Purchase: sold, Membership: asked(hookNoon.Add(-time.Hour))}, false},
		{"a cancellation at once", PingCancellation, MembershipEnded{Reason: Cancelled, At: hookNoon}, News{Purchase: sold, Membership: asked(hookNoon)}, true},
		{"payments that failed", PingCancellation, MembershipEnded{Reason: PaidNoMore}, News{Purchase: sold}, true},
		{"a fixed length that is over", PingCancellation, MembershipEnded{Reason: Completed}, News{Purchase: sold}, false},
		{"an end", PingMembershipEnded, MembershipEnded{Reason: Completed}, News{Purchase: sold}, true},
		{"a beginning again", PingMembershipRestarted, MembershipRestarted{}, News{Purchase: sold}, true},
		{"one that was cancelled meanwhile", PingMembershipRestarted, MembershipResumed{}, News{Purchase: sold, Membership: MembershipState{CancelledAt: hookNoon}}, false},
		{"one that failed meanwhile", PingMembershipRestarted, MembershipResumed{}, News{Purchase: sold, Membership: MembershipState{FailedAt: hookNoon}}, false},
		{"a change", PingMembershipUpdated, MembershipChanged{}, News{Purchase: sold}, true},
		{"a change for later", PingMembershipUpdated, ChangeScheduled{}, News{Purchase: sold}, true},
		{"the same when it comes to pass", PingMembershipUpdated, MembershipChanged{Deferred: true}, News{Purchase: sold}, false},
		{"another topic", "license.issued", LicenseIssued{}, News{Purchase: sold}, false},
	} {
		row.news.Topic = row.topic
		if got := row.news.AsPing(row.of); got != row.want {
			t.Errorf("%s: got %v", row.name, got)
		}
	}
}
