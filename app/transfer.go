package app

import (
	"context"
	"iter"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Transfer carries everything that usher stores out of one store and into
// another, as records. Their form in a file is an adapter's (adapters/jsonl).
// What is on its way is not carried: events, jobs, remembered commands, mails,
// and the tokens of buyers and of people who are invited to a seat.
type Transfer struct{ *core }

// Record is one thing: a [domain.Seller], [domain.Product], [domain.Variant],
// [domain.PurchaseState], [domain.MembershipState], [domain.PaymentState],
// [domain.Refund], [domain.Dispute], [domain.Seat], [ports.CountedLicense] or
// [domain.TokenState]. A [domain.MembershipRecord] is imported, and exported as
// the membership that it became. A thing comes after what it belongs to; a
// seller, before all of its own.
type Record struct {
	Line  int // in the file, from 1 and never falling; several things of one line are one seller's; 0 when exported
	Value any
}

// Export yields everything, seller by seller, in an order that depends only on
// what is stored. Each slice is read at an instant of its own; what is made
// meanwhile may be missing, and then so is what belongs to it: nothing is
// exported without what it belongs to, and nothing comes twice. After an error
// it ends.
func (t *Transfer) Export(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		sellers := func(after ports.Cursor, limit int) ([]domain.Seller, error) {
			return (&Sellers{t.core}).List(ctx, after, limit)
		}
		for s, err := range Paged(sellers, func(s domain.Seller) ports.Cursor { return placeOf(s.CreatedAt, s.ID) }) {
			if !yield(Record{Value: s}, err) || err != nil {
				return
			}
			e := export{core: t.core, ctx: ctx, seller: s.ID, out: map[mark]bool{}}
			if !e.everything(yield) {
				return
			}
		}
	}
}

// export is the export of one seller. It remembers what was yielded that other
// things belong to: a product or a sale that was made behind its back must not
// show up as the owner of a key.
type export struct {
	*core
	ctx    context.Context
	seller domain.SellerID
	out    map[mark]bool
	moved  bool // some membership names a tier that was made behind the export's back
}

func (e *export) everything(yield func(Record, error) bool) bool {
	return pass(e.products(), yield, func(p domain.Product) bool {
		return e.add("product", string(p.ID))
	}) &&
		pass(e.variants(), yield, func(v domain.Variant) bool {
			return e.has("product", string(v.ProductID)) && e.add("variant", string(v.ID))
		}) &&
		pass(e.purchases(), yield, func(p domain.PurchaseState) bool {
			for id := range p.Variants.All() {
				if !e.has("variant", string(id)) {
					return false
				}
			}
			return e.has("product", string(p.ProductID)) && e.add("purchase", string(p.ID))
		}) &&
		pass(e.memberships(), yield, func(m domain.MembershipState) bool {
			if !e.has("purchase", string(m.PurchaseID)) {
				return false
			}
			for _, t := range tiersOf(m) {
				e.moved = e.moved || t.id != "" && !e.has("variant", string(t.id)) && e.add("tier", string(t.id))
			}
			return e.add("membership", string(m.ID))
		}) &&
		e.newTiers(yield) &&
		e.money(yield) &&
		pass(e.seats(), yield, func(s domain.Seat) bool {
			return e.has("purchase", string(s.PurchaseID)) && e.add("seat", string(s.ID))
		}) &&
		pass(e.licenses(), yield, func(l ports.CountedLicense) bool {
			return e.has("purchase", string(l.License.PurchaseID)) && (l.License.SeatID == "" || e.has("seat", string(l.License.SeatID)))
		}) &&
		pass(e.tokens(), yield, func(k domain.TokenState) bool { return k.ApplicationID == "" })
}

// newTiers yields the variants that memberships moved to since the variants were
// read: unlike a sale, a membership that was there before may name one.
func (e *export) newTiers(yield func(Record, error) bool) bool {
	return !e.moved || pass(e.variants(), yield, func(v domain.Variant) bool {
		return e.has("tier", string(v.ID)) && !e.has("variant", string(v.ID)) && e.add("variant", string(v.ID))
	})
}

// money yields payments, each before its refunds, and then the disputes.
func (e *export) money(yield func(Record, error) bool) bool {
	for p, err := range e.refunded() {
		if err != nil {
			yield(Record{}, err)
			return false
		}
		of := p.payment
		if !e.has("purchase", string(of.PurchaseID)) || of.MembershipID != "" && !e.has("membership", string(of.MembershipID)) {
			continue
		}
		e.add("payment", string(of.ID))
		if !yield(Record{Value: of}, nil) {
			return false
		}
		for _, r := range p.refunds {
			if !yield(Record{Value: r}, nil) {
				return false
			}
		}
	}
	return pass(e.disputes(), yield, func(d domain.Dispute) bool { return e.has("payment", string(d.PaymentID)) })
}

func (e *export) has(kind, id string) bool { return e.out[markOf(kind, id)] }

func (e *export) add(kind, id string) bool {
	e.out[markOf(kind, id)] = true
	return true
}

// pass yields those things that fit as records, and reports whether more are
// wanted.
func pass[T any](things iter.Seq2[T, error], yield func(Record, error) bool, fits func(T) bool) bool {
	for v, err := range things {
		if err != nil {
			yield(Record{}, err)
			return false
		}
		if fits(v) && !yield(Record{Value: v}, nil) {
			return false
		}
	}
	return true
}
