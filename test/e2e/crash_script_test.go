package e2e

import (
	"errors"
	"strconv"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
)

// mostMembers is how many memberships a play comes to, or a few more.
const mostMembers = 24

// turn plays the nth turn: some days go by, and then a client wants something.
// No two turns happen at the same second of the day, so that a command never
// meets a boundary by chance, and all that happened to a membership has an order.
func (p *play) turn(n int) {
	p.Helper()
	days := 0
	switch {
	case p.chance(15):
		days = 10 + p.IntN(30)
	case p.chance(40):
		days = 1 + p.IntN(4)
	}
	midnight := p.now.Truncate(24 * time.Hour)
	at := midnight.Add(time.Duration(n) * 7 * time.Second)
	if !at.After(p.now) {
		days++
	}
	if days >= 10 || p.chance(20) { // what has no answer is asked about each hour
		p.customers()
	}
	if p.chance(15) {
		p.bad()
	}
	p.advance(at.AddDate(0, 0, days))
	if p.chance(20) {
		p.bad()
	}
	key := "turn-" + strconv.Itoa(n)
	switch {
	case p.chance(10):
		p.buys(p.stock[0], key)
	case len(p.members) == 0 || len(p.members) < mostMembers && p.chance(25):
		p.buys(p.stock[1+p.IntN(len(p.stock)-1)], key)
	case len(p.takings) > 0 && p.chance(10):
		amount := int64(p.IntN(3)) * int64(p.IntN(700)) // 0: all that is left
		p.do(task{Do: "refund", Payment: p.takings[p.IntN(len(p.takings))], Amount: amount, Key: key})
	case len(p.takings) > 0 && p.chance(4):
		of := p.takings[p.IntN(len(p.takings))]
		if got, ok := p.do(task{Do: "dispute", Payment: of, Ref: key}); ok && got.Dispute != "" && p.chance(70) {
			p.do(task{Do: "close a dispute", Dispute: got.Dispute, Won: p.chance(70)})
		}
	default:
		p.changes(key)
	}
}

// bad has the next new order meet what goes wrong.
func (p *play) bad() {
	p.Helper()
	cards := []string{sandbox.LosesAnswer, sandbox.NeverArrives, sandbox.Declines, sandbox.DeclinesHard, sandbox.Confirms, sandbox.AnswersLater}
	if err := p.bank.Next(p.Context(), cards[p.IntN(len(cards))]); err != nil {
		p.Fatal(err)
	}
}

// customers has everybody confirm whose confirmation the processor waits for, or
// refuse it, and the bank answer what it kept for itself.
func (p *play) customers() {
	p.Helper()
	for _, c := range p.book().Charges {
		if c.Status != domain.NeedsAction && c.Status != domain.Sent {
			continue
		}
		var err error
		if p.chance(70) {
			err = p.bank.Confirm(p.Context(), c.SellerID, c.Key)
		} else {
			err = p.bank.Refuse(p.Context(), c.SellerID, c.Key, "")
		}
		if err != nil && !errors.Is(err, sandbox.ErrNotWaiting) { // another charge under that key is the newest: the books will show it
			p.Fatal(err)
		}
	}
}

func (p *play) book() sandbox.Book {
	p.Helper()
	b, err := p.bank.Book(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return b
}

// buys has a new customer buy a product, each with an address of its own.
func (p *play) buys(of domain.Product, key string) {
	p.Helper()
	k := task{Do: "buy", Product: of.ID, Key: key, Email: key + "@example.com", Method: sandbox.Pays, Seats: 1 + p.IntN(5)}
	if p.chance(10) {
		k.Method = []string{sandbox.Declines, sandbox.LosesAnswer, sandbox.Confirms}[p.IntN(3)]
	}
	if of.Kind == domain.MembershipKind {
		k.Every = domain.Monthly
		if p.chance(20) {
			k.Every = domain.Yearly
		}
	}
	if p.chance(30) {
		quote, ok := p.do(task{Do: "quote a sale", Product: k.Product, Seats: k.Seats, Every: k.Every})
		if !ok {
			return
		}
		k.Do, k.Quote = "buy quoted", quote.Quote
	}
	if got, ok := p.do(k); ok && got.Membership != "" {
		p.members = append(p.members, got.Membership)
	}
}

// changes has a member want something that fits: one of a few who is past due,
// if there is one, since that does not last.
func (p *play) changes(key string) {
	p.Helper()
	var is told
	for range 4 {
		if is = p.must(task{Do: "get", Membership: p.members[p.IntN(len(p.members))]}); is.Status == domain.PastDue {
			break
		}
	}
	id := is.Membership
	k := task{Membership: id, Key: key}
	switch {
	case is.Status == domain.Ended:
		if p.chance(70) {
			if _, ok := p.do(task{Do: "method", Membership: id, Method: sandbox.Pays}); !ok {
				return
			}
		}
		k.Do = "restart"
	case is.Status == domain.CancelScheduled:
		k.Do, k.Key = "uncancel", ""
	case is.Status == domain.PastDue:
		if _, ok := p.do(task{Do: "method", Membership: id, Method: sandbox.Pays}); !ok {
			return
		}
		k.Do = "pay now"
	case p.chance(10):
		k.Do, k.Key = "cancel", ""
	case p.chance(8):
		k.Do, k.Key, k.Method = "method", "", []string{sandbox.Pays, sandbox.Declines, sandbox.DeclinesHard, sandbox.LosesAnswer}[p.IntN(4)]
	case p.chance(8):
		k.Do, k.Key, k.Email = "assign", "", "guest-"+key+"@example.com"
	case is.Every == domain.Monthly && p.chance(8):
		k.Do, k.Every, k.Unit = "every", domain.Yearly, 14999
	case p.chance(8):
		k.Do, k.Amount = "refund period", int64(p.IntN(2))*int64(1+p.IntN(500))
	default:
		k.Do, k.Seats = "seats", is.Seats+1+p.IntN(4)
		if is.Seats > 1 && p.chance(35) {
			k.Seats = 1 + p.IntN(is.Seats-1)
		}
		if p.chance(30) {
			quote, ok := p.do(task{Do: "quote", Membership: id, Seats: k.Seats})
			if !ok || quote.Code != "" {
				return
			}
			k.Do, k.Quote = "change", quote.Quote
		}
	}
	p.do(k)
}
