package app

import (
	"maps"
	"slices"
	"strconv"

	"github.com/usherhq/usher/domain"
)

// givings are what payments of the source say was given back, as long as their
// refunds there do not come to it.
type givings map[domain.PaymentID]*giving

type giving struct {
	line     int
	back     int64 // minor units given back, less the refunds that are done
	reserved int64 // minor units on their way back, less those that are
}

// gaveBack keeps what a payment says of its refunds, and takes off what a refund
// says of its payment: the books are sums over refunds, and a payment whose own
// number is another could be given back twice, or never. A refund of a payment
// that only the store has is not compared.
func (k *checker) gaveBack(r Record, owner domain.SellerID) error {
	switch v := r.Value.(type) {
	case domain.PaymentState:
		if v.Refunded != 0 || v.Refunding != 0 {
			k.given[v.ID] = &giving{r.Line, v.Refunded, v.Refunding}
		}
	case domain.Refund:
		if v.Status == domain.RefundFailed || k.said.owner("payment", string(v.PaymentID)) != owner {
			return nil
		}
		g := k.given[v.PaymentID]
		if g == nil {
			g = &giving{}
		}
		of, says := &g.back, "was given back"
		if v.Open() {
			of, says = &g.reserved, "is on its way back"
		}
		if *of -= v.Amount; *of < 0 {
			return domain.InvalidField("amount", "the refunds come to "+strconv.FormatInt(-*of, 10)+" more than what their payment says "+says)
		}
		if g.back == 0 && g.reserved == 0 {
			delete(k.given, v.PaymentID)
		}
	}
	return nil
}

// missing refuses the first payment that says more than its refunds come to.
func (g givings) missing() error {
	if len(g) == 0 {
		return nil
	}
	first := slices.MinFunc(slices.Collect(maps.Values(g)), func(a, b *giving) int { return a.line - b.line })
	field, less := "refunded", first.back
	if less == 0 {
		field, less = "refunding", first.reserved
	}
	return atLine(first.line, domain.InvalidField(field, "is "+strconv.FormatInt(less, 10)+" more than the refunds of the payment come to"))
}
