package domain

import (
	"strconv"
	"time"
)

// warnedBefore is how long before grace ends its buyer is warned once more: on
// the third of five days.
const warnedBefore = 2 * 24 * time.Hour

// Reader is whom a notice is for. The zero value is nobody.
type Reader string

// The readers.
const (
	BuyerReads  Reader = "buyer"  // whom the sale is of: of a gift's sale to its receiver that one
	SellerReads Reader = "seller" // who sells
	SeatReads   Reader = "seat"   // who was invited to a seat
	HolderReads Reader = "holder" // who would be let into a community, by their claim
)

// Notice is an event: somebody has to be told something, once per cause. It
// names nobody's address and holds no secret: both are read when it is
// delivered.
type Notice struct {
	PurchaseID PurchaseID // what it is about
	SeatID     SeatID     // for SeatReads
	// Of a community; empty: it is about none.
	ConnectionID ConnectionID
	ClaimID      ClaimID // for HolderReads; empty: it is about the connection as a whole
	To           Reader
	Of           string    // the name of the event that it tells of
	Cause        string    // "receipt:<purchase>", "seat:<seat>:<event>", else "<Of>:<event>"
	Text         string    // what there is to tell, in sentences; empty: it is read when it is told
	TellAt       time.Time // not before then, and only if it still stands; zero: at once
	At           time.Time
}

// EventName returns "notice".
func (Notice) EventName() string { return "notice" }

// EventSubject returns the sale that the notice is about, or the connection.
func (n Notice) EventSubject() string {
	if n.PurchaseID == "" {
		return string(n.ConnectionID)
	}
	return string(n.PurchaseID)
}

// Stands reports whether there is still something to tell: what waited is told
// only to members whose payment is still overdue.
func (n Notice) Stands(m MembershipState) bool {
	return n.TellAt.IsZero() || m.Status == PastDue && m.Outstanding.GraceEndsAt.Add(-warnedBefore).Equal(n.TellAt)
}

// Notices returns who has to be told what of an event. Its id is what makes two
// events alike two things to tell.
func Notices(id EventID, event Event) []Notice {
	buyer := func(sale PurchaseID, text string, at time.Time) []Notice {
		return []Notice{notice(id, event, sale, BuyerReads, text, at)}
	}
	switch e := event.(type) {
	case PurchaseCompleted:
		if e.BundleOf != "" { // the bundle's receipt has all of it
			return nil
		}
		n := notice(id, e, e.PurchaseID, BuyerReads, "", e.At)
		n.Cause = "receipt:" + string(e.PurchaseID)
		return []Notice{n}
	case SeatAssigned:
		n := notice(id, e, e.PurchaseID, SeatReads, "", e.At)
		n.SeatID, n.Cause = e.SeatID, "seat:"+string(e.SeatID)+":"+string(id)
		return []Notice{n}
	case PriceAnnounced:
		return buyer(e.PurchaseID, "", e.At)
	case RenewalFailed:
		return e.notices(id)
	case MembershipRecovered:
		return buyer(e.PurchaseID, "Your payment went through. Nothing is overdue any more.", e.At)
	case ChangeScheduled:
		return buyer(e.PurchaseID, e.text(), e.At)
	case MembershipCancelled:
		return buyer(e.PurchaseID, e.text(), e.At)
	case MembershipEnded:
		return buyer(e.PurchaseID, "Your membership ended on "+dayOf(e.At)+endedBecause[e.Reason], e.At)
	case MembershipRestarted:
		return buyer(e.PurchaseID, "Your membership has begun again, on "+dayOf(e.At)+".", e.At)
	case PaymentRefunded:
		given := Money{e.Amount, e.Currency}.String() + " of your payment"
		if e.Full {
			given = "Your payment of " + Money{e.Amount, e.Currency}.String()
		}
		return buyer(e.PurchaseID, given+" was given back on "+dayOf(e.At)+".", e.At)
	case RefundRefused:
		return []Notice{notice(id, e, e.PurchaseID, SellerReads, "A refund was refused. The buyer was not given the money back.", e.At)}
	case AccessTroubled:
		return e.notices(id)
	case PaymentDisputed:
		return []Notice{notice(id, e, e.PurchaseID, SellerReads, "The buyer's bank took a payment back on "+dayOf(e.At)+".", e.At)}
	}
	return nil
}

// notice is one to tell at once.
func notice(id EventID, of Event, sale PurchaseID, to Reader, text string, at time.Time) Notice {
	return Notice{PurchaseID: sale, To: to, Of: of.EventName(), Cause: of.EventName() + ":" + string(id), Text: text, At: at}
}

// notices tells of the first try only, not of each that follows it, and warns
// once more before grace ends. Who charges elsewhere may give no grace.
func (e RenewalFailed) notices(id EventID) []Notice {
	if e.Attempt > 1 {
		return nil
	}
	failed := notice(id, e, e.PurchaseID, BuyerReads, "The payment for your membership did not go through.", e.At)
	if e.GraceEndsAt.IsZero() {
		return []Notice{failed}
	}
	failed.Text += " You keep what you have until " + dayOf(e.GraceEndsAt) + "; if it is not paid by then, your membership ends."
	warning := failed
	warning.Cause += ":warning"
	warning.Text = "The payment for your membership is still overdue. If it is not paid by " + dayOf(e.GraceEndsAt) + ", your membership ends."
	warning.TellAt = e.GraceEndsAt.Add(-warnedBefore)
	return []Notice{failed, warning}
}

func (e ChangeScheduled) text() string {
	seats := strconv.Itoa(e.To.Seats) + " seats"
	if e.To.Seats == 1 {
		seats = "1 seat"
	}
	return "A change of your membership takes effect on " + dayOf(e.EffectiveAt) + ". From then on it is for " + seats +
		", and renews every " + renewsEvery[e.To.Recurrence] + "."
}

var renewsEvery = map[Recurrence]string{
	Monthly: "month", Quarterly: "three months", Biannually: "six months", Yearly: "year", EveryTwoYears: "two years",
}

func (e MembershipCancelled) text() string {
	text := "Your membership is cancelled."
	if e.By != Buyer {
		text = "Your membership was cancelled by the seller."
	}
	return text + " You keep it until " + dayOf(e.EndsAt) + ", and are charged nothing more."
}

var endedBecause = map[EndReason]string{
	Cancelled:  ", because it was cancelled.",
	PaidNoMore: ", because its payment stayed overdue.",
	Completed:  ": all of its payments are made.",
	Revoked:    ": the seller took it away.",
	Chargeback: ", because your bank took its payment back.",
}

// dayOf writes the day of an instant, in UTC.
func dayOf(at time.Time) string { return at.UTC().Format("2 January 2006") }

// notices tells who has to do something. Of what nobody can do anything about, and
// of what is the operator's, the log tells; that removing somebody was given up
// is for the seller to know.
func (e AccessTroubled) notices(id EventID) []Notice {
	to := SellerReads
	switch {
	case e.Party == CustomerActs, e.Cause == CauseEmailInvalid:
		to = HolderReads
	case e.Party != SellerActs && e.Party != NobodyCan:
		return nil
	}
	n := notice(id, e, e.PurchaseID, to, e.Detail, e.At)
	n.ConnectionID, n.ClaimID, n.Cause = e.ConnectionID, e.ClaimID, "access:"+string(e.Cause)+":"+string(id)
	return []Notice{n}
}
