package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/usherhq/usher/domain"
)

// subjects are what a mail is called, by the event that it tells of.
var subjects = map[string]string{
	domain.PurchaseCompleted{}.EventName():   "Your receipt for %s",
	domain.RenewalFailed{}.EventName():       "Your payment for %s is overdue",
	domain.MembershipRecovered{}.EventName(): "Your payment for %s went through",
	domain.ChangeScheduled{}.EventName():     "Your membership of %s will change",
	domain.MembershipCancelled{}.EventName(): "Your membership of %s is cancelled",
	domain.MembershipEnded{}.EventName():     "Your membership of %s has ended",
	domain.MembershipRestarted{}.EventName(): "Your membership of %s has begun again",
	domain.PriceAnnounced{}.EventName():      "A new price for %s",
	domain.SeatAssigned{}.EventName():        "A seat of %s is waiting for you",
	domain.PaymentRefunded{}.EventName():     "A refund for %s",
	domain.RefundRefused{}.EventName():       "A refund for %s was refused",
	domain.PaymentDisputed{}.EventName():     "A payment for %s is disputed",
}

// written returns the subject and the text of the mail.
func (a about) written(at time.Time) (subject, text string) {
	subject, known := subjects[a.Of]
	if !known {
		subject = "News of %s"
	}
	subject = fmt.Sprintf(subject, oneLine(a.product.Name))
	var s sheet
	switch {
	case a.To == domain.SeatReads:
		a.writeInvitation(&s)
	case a.ofSale():
		a.writeReceipt(&s, at)
	case a.ofPrice():
		s.say(a.priceText())
		a.writeOrder(&s)
	default:
		s.say(a.Text)
		a.writeOrder(&s)
		if a.To == domain.BuyerReads {
			a.writeNext(&s, at)
		}
	}
	if a.To != domain.SellerReads {
		s.say("", "Questions? Write to "+oneLine(a.seller.Name)+", "+a.seller.Email+".")
	}
	return subject, s.String()
}

func (a about) priceText() string {
	n := a.member.Notice
	price := domain.Money{Amount: n.Unit, Currency: a.member.Terms.Currency}
	return "The price of your membership changes. From the first payment on or after " + day(n.EffectiveAt) +
		" a seat costs " + price.String() + " each time. If you do not want that, cancel before."
}

const saysInvites = " invites you to a seat of "

func (a about) writeInvitation(s *sheet) {
	payer := oneLine(a.sale.FullName)
	if payer == "" {
		payer = a.sale.Email
	}
	s.say(payer+saysInvites+oneLine(a.product.Name)+".", "", "Your invitation code, good for seven days:", a.code)
	if a.joins {
		s.say("", "It comes with access to a Discord server, once you have taken your seat.")
		s.sayJoin(a.page)
	}
	s.say("", "It is yours alone. If you did not expect it, there is nothing to do.")
}

func (a about) writeReceipt(s *sheet, at time.Time) {
	name := oneLine(a.product.Name)
	switch {
	case a.sale.GiftGiven:
		s.say("Thank you for giving " + name + ". Who receives it has a mail of their own.")
	case a.sale.GiftOf != "":
		s.say(name + " was given to you.")
	case a.sale.Status == domain.Trial:
		s.say("Your free trial of " + name + " has begun.")
	default:
		s.say("Thank you for buying " + name + ".")
	}
	a.writeOrder(s)
	s.say("Date: " + day(a.sale.CreatedAt))
	switch {
	case a.sale.GiftOf != "": // what it cost is the giver's to know
	case a.sale.Status == domain.Trial:
		s.say("Total: nothing yet")
	default:
		s.say("Total: " + a.sale.Sold().String())
	}
	switch {
	case a.sale.Multiseat:
		s.say("Seats: " + strconv.Itoa(a.sale.Quantity))
	case a.sale.Quantity > 1:
		s.say("Quantity: " + strconv.Itoa(a.sale.Quantity))
	}
	if a.sale.GiftOf == "" {
		a.writeNext(s, at)
	}
	s.sayKey(a.key)
	if a.joins {
		s.say("", "It comes with access to a Discord server.")
		s.sayJoin(a.page)
	}
	for _, p := range a.included {
		s.say("", "Included: "+oneLine(p.name))
		s.sayKey(p.key)
		if p.joins {
			s.sayJoin(p.page)
		}
	}
}

// writeOrder says which sale it is about.
func (a about) writeOrder(s *sheet) {
	s.say("", "Product: "+oneLine(a.product.Name), "Order: "+strconv.FormatInt(a.sale.OrderNumber, 10))
}

// writeNext says what is paid next, if something is.
func (a about) writeNext(s *sheet, at time.Time) {
	next, ok := a.member.CaughtUp(at).Next(a.least)
	if !ok || next.Amount.IsZero() || a.member.Elsewhere { // who charges it knows
		return
	}
	s.say("Next payment: " + day(next.At) + ", " + next.Amount.String())
}

// sheet is a text that is written line by line.
type sheet struct{ strings.Builder }

// say adds lines; an empty one sets off what follows.
func (s *sheet) say(lines ...string) {
	for _, line := range lines {
		s.WriteString(line + "\n")
	}
}

func (s *sheet) sayKey(k domain.LicenseKey) {
	if k != "" {
		s.say("", "License key:", string(k))
	}
}

// sayJoin says where to join a server.
func (s *sheet) sayJoin(page string) {
	if page == "" {
		s.say("Ask the seller for the link to your page, and press Join Discord there.")
		return
	}
	s.say("Join Discord: " + page)
}

// day writes the day of an instant, in UTC.
func day(at time.Time) string { return at.UTC().Format("2 January 2006") }

// oneLine makes one line of at most 100 characters of what a person typed, so
// that a name is a name and no second message.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > 100 {
		s = string(r[:99]) + "…"
	}
	return s
}
