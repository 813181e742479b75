package gumroadcsv

import (
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// charge is what a row says of money and of a membership, be it a sale or a
// renewal.
type charge struct {
	line       int
	id         string // of the purchase
	product    string // permalink
	email      string // normalised
	giftee     string // likewise; empty: no gift
	at         time.Time
	price      int64 // cents
	back       int64 // cents that were given back
	refunded   bool  // all was
	disputed   bool
	won        bool
	uncharged  bool // a trial or a preorder: nothing was paid
	quantity   int
	variants   string            // "Large, Red"; empty: none
	recurrence domain.Recurrence // empty: none is named
	requested  time.Time         // when its membership was cancelled
	ends       ending            // when that ends or ended
	key        string
	uses       int64
	disabled   bool // the key
}

// sale is what a row says.
type sale struct {
	charge
	renewal   bool
	trial     bool
	preorder  bool
	item      string
	buyer     string
	contact   bool
	revoked   bool
	fee       int64
	order     int64
	country   string
	referrer  string
	code      string // of the discount
	affiliate string
	credit    int64 // cents of the affiliate's
	fields    []domain.CustomField
}

// reading reads the cells of a row and keeps the first fault.
type reading struct {
	row
	err error
}

func (r *reading) fault(c column, msg string) {
	if r.err == nil {
		r.err = fault(r.line, columnNames[c], msg)
	}
}

func (r *reading) needed(c column) string {
	s := r.text(c)
	if s == "" {
		r.fault(c, "is empty")
	}
	return s
}

func (r *reading) cents(c column) int64 {
	n, ok := cents(r.text(c))
	switch {
	case ok:
	case strings.HasPrefix(r.text(c), "-"):
		r.fault(c, "must not be negative")
	default:
		r.fault(c, "must be an amount of dollars with at most two decimals, such as 12.50")
	}
	return n
}

func (r *reading) number(c column, none int64) int64 {
	n, ok := number(r.text(c), none)
	if !ok {
		r.fault(c, "must be a whole number, such as 3")
	}
	return n
}

func (r *reading) yes(c column, none bool) bool {
	is, ok := yes(r.text(c), none)
	if !ok {
		r.fault(c, "must be 1 or 0")
	}
	return is
}

func (r *reading) moment(c column) time.Time {
	t, ok := moment(r.text(c))
	if !ok {
		r.fault(c, "must be a time in UTC, such as 2026-04-01 09:30:00 UTC")
	}
	return t
}

// read returns what a row says, or the first fault in it.
func read(from row) (sale, error) {
	r := &reading{row: from}
	s := sale{
		charge: charge{
			line: r.line, id: r.needed(purchaseID), product: r.needed(productID),
			email: domain.NormalizeEmail(r.needed(purchaseEmail)), giftee: domain.NormalizeEmail(r.text(gifteeEmail)),
			at: r.moment(purchaseTime), price: r.cents(salePrice), back: r.cents(partialRefund),
			refunded: r.yes(fullyRefunded, false), disputed: r.yes(disputed, false), won: r.yes(disputeWon, false),
			quantity: int(r.number(quantity, 1)), variants: chosen(r.text(variantsChosen)), requested: r.moment(cancellationDate),
			key: r.text(licenseKey), uses: r.number(activations, 0), disabled: !r.yes(keyEnabled, true),
		},
		renewal: r.yes(recurringCharge, false), trial: r.yes(freeTrial, false), preorder: r.yes(preorder, false),
		item: r.needed(itemName), buyer: r.text(buyerName), contact: r.contact(), revoked: r.yes(accessRevoked, false),
		fee: r.cents(fees), order: r.number(orderNumber, 0), country: r.text(country), referrer: r.text(referrer),
		code: r.text(discountCode), affiliate: r.text(affiliate), credit: r.cents(commission),
	}
	if name := r.text(recurrence); name != "" {
		var err error
		if s.recurrence, err = domain.ParseRecurrence(strings.ToLower(name)); err != nil {
			r.fault(recurrence, "must be monthly, quarterly, biannually, yearly or every_two_years")
		}
	}
	var ok bool
	if s.ends, ok = day(r.text(endDate)); !ok {
		r.fault(endDate, "must be a day, such as 2026-04-01")
	}
	for _, c := range r.head.custom {
		if v := bare(r.cells[c.at]); v != "" {
			s.fields = append(s.fields, domain.CustomField{Name: c.name, Value: v})
		}
	}
	s.uncharged = s.trial || s.preorder
	r.check(&s)
	return s, r.err
}

// contact reports whether the buyer may be written to. Of a file that does not
// say, nobody may.
func (r *reading) contact() bool { return r.head.at[noContact] >= 0 && !r.yes(noContact, false) }

// check refuses what does not fit together, and books a full refund as such.
func (r *reading) check(s *sale) {
	switch {
	case s.at.IsZero():
		r.fault(purchaseTime, "is empty")
	case s.order < 1:
		r.fault(orderNumber, "must be a number of at least 1")
	case s.order >= 1<<30 && s.giftee != "":
		r.fault(orderNumber, "is too large for one of Gumroad's")
	case s.quantity < 1 || s.quantity > 1<<30:
		r.fault(quantity, "must be at least 1, and at most 1073741824")
	case s.back > s.price:
		r.fault(partialRefund, "must not be more than the sale price")
	case s.won && !s.disputed:
		r.fault(disputeWon, "must be 0 if there was no dispute")
	case s.renewal && s.uncharged:
		r.fault(recurringCharge, "must be 0 in a trial or a preorder, which charge nothing")
	case s.uncharged && (s.refunded || s.back > 0 || s.disputed):
		r.fault(fullyRefunded, "and Disputed? must be 0 in a trial or a preorder, which charge nothing")
	}
	if s.refunded {
		s.back = s.price
	}
}

// chosen returns the names of what was chosen, out of "(Large, Red)".
func chosen(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "("); ok && strings.HasSuffix(rest, ")") {
		return strings.TrimSpace(strings.TrimSuffix(rest, ")"))
	}
	return cell
}

// kept returns c as it is remembered: its texts hold on to no row.
func (c charge) kept() *charge {
	for _, s := range []*string{&c.id, &c.product, &c.email, &c.giftee, &c.variants, &c.key} {
		*s = strings.Clone(*s)
	}
	return &c
}
