package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// came says in words what a command came to.
var came = map[domain.Result]string{
	domain.NoChange:         "nothing changed",
	domain.Applied:          "in force now",
	domain.AppliedFree:      "in force now, at the same price",
	domain.AppliedInTrial:   "in force now, while the trial runs",
	domain.AppliedNewPeriod: "in force now, with a new period",
	domain.Scheduled:        "at the end of the period",
	domain.PendingRemoved:   "what was agreed for the next period is taken back",
	domain.Granted:          "in force now; free seats cost nothing",
	domain.Unanswered:       "the processor has not answered; it is asked again",
	domain.AwaitsAction:     "the buyer has to confirm the payment",
	domain.Recovered:        "what was overdue is paid",
	domain.EndedNow:         "ended now",
	domain.Restarted:        "a new period has begun",
	domain.Resumed:          "it goes on as before",
	domain.Recorded:         "recorded",
	domain.Outdated:         "something newer was reported before; nothing changed",
}

// resultOf is a result in words; what has none yet is shown as it is.
func resultOf(r domain.Result) string {
	if words, ok := came[r]; ok {
		return words
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

type doneView struct {
	Result     domain.Result   `json:"result"`
	Replayed   bool            `json:"replayed"`        // the command came before under this key
	Charged    int64           `json:"charged"`         // now, in minor units
	Credit     int64           `json:"credit"`          // unused part of the old period, in what was charged
	Skipped    int             `json:"skipped_periods"` // periods that passed and are never billed
	Payment    *paymentView    `json:"payment"`
	Membership *membershipView `json:"membership"`
}

// showDone prints what a command of a membership came to.
func (c *call) showDone(u *app.Usher, d app.Done) error {
	member, err := c.member(u, d.Membership)
	if err != nil {
		return err
	}
	v := doneView{d.Result, d.Replayed, 0, d.Credit, d.Skipped, paymentViewOf(d.Payment), member}
	lines := []line{{"result", resultOf(d.Result)}}
	if d.Payment.Taken() {
		v.Charged = d.Payment.Amount.Amount
	}
	if d.Payment.ID != "" {
		lines = append(lines, line{"charged now", chargedNow(d.Payment)})
	}
	if d.Credit > 0 {
		lines = append(lines, line{"credited", domain.Money{Amount: d.Credit, Currency: d.Membership.Terms.Currency}.String()})
	}
	c.show(v, append(lines, without(membershipLines(member), "of purchase", "paid with")...)...)
	return nil
}

// without leaves out what need not be said again.
func without(lines []line, names ...string) []line {
	return slices.DeleteFunc(lines, func(l line) bool { return slices.Contains(names, l.name) })
}

// chargedNow says of a payment what was taken.
func chargedNow(p domain.PaymentState) string {
	switch {
	case p.ID == "":
		return ""
	case p.Taken():
		return p.Amount.String()
	}
	return fmt.Sprintf("nothing yet; %s: %s", p.Amount, strings.ReplaceAll(string(p.Status), "_", " "))
}

type quoteView struct {
	Quote      string              `json:"quote"` // its id; good for so long as it is not expired
	Membership domain.MembershipID `json:"membership"`
	Result     domain.Result       `json:"result"`  // what it would come to
	DueNow     int64               `json:"due_now"` // minor units
	Credit     int64               `json:"credit"`  // unused part of the old period, in due_now
	Currency   domain.Currency     `json:"currency"`
	SeatsNow   int                 `json:"seats_now"` // as if carried out
	Next       *nextView           `json:"next_payment"`
	ExpiresAt  time.Time           `json:"expires_at"`
}

// showQuote prints what a change would do.
func (c *call) showQuote(q app.Quoted) {
	v := quoteView{q.ID, q.MembershipID, q.Result, q.DueNow.Amount, q.Credit, q.DueNow.Currency, q.SeatsNow, nil, q.ExpiresAt}
	next := "nothing: it ends"
	if !q.NextAt.IsZero() {
		v.Next = &nextView{q.NextAt, q.SeatsNext, q.NextAmount.Amount}
		next = fmt.Sprintf("%s for %s on %s", q.NextAmount, seatsOf(q.SeatsNext), when(q.NextAt))
	}
	lines := []line{{"result", resultOf(q.Result)}, {"due now", q.DueNow.String()}}
	if q.Credit > 0 {
		lines = append(lines, line{"credited", domain.Money{Amount: q.Credit, Currency: q.DueNow.Currency}.String()})
	}
	c.show(v, append(lines, line{"seats then", fmt.Sprint(q.SeatsNow)}, line{"next", next}, line{"good until", when(q.ExpiresAt)}, line{"quote", q.ID})...)
	c.hint("For exactly that: usher memberships change %s --quote QUOTE", q.MembershipID)
}
