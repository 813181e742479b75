package app

import (
	"context"
	"strconv"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// reference is a thing that a record names.
type reference struct {
	line     int
	seller   domain.SellerID
	kind, id string // "product"
	field    string // where the record names it
	whole    string // the kind of what it must be part of; empty: of whatever
	of       string // the id of that
}

// references checks what a record names. What may be said later is kept for the
// end.
func (k *checker) references(ctx context.Context, r Record, owner domain.SellerID) error {
	ref := func(kind, id, field string) reference {
		return reference{line: r.Line, seller: owner, kind: kind, id: id, field: field}
	}
	part := func(kind, id, field, whole, of string) reference {
		return reference{r.Line, owner, kind, id, field, whole, of}
	}
	later := func(ref reference) {
		said := k.said.owner(ref.kind, ref.id) == owner && (ref.whole == "" || k.said.part(ref.kind, ref.id) == ref.of)
		if ref.id != "" && !said {
			k.open = append(k.open, ref)
		}
	}
	switch v := r.Value.(type) {
	case domain.Product:
		for l := range v.Includes.All() {
			later(ref("product", string(l.ProductID), "includes"))
		}
	case domain.Variant:
		return k.resolve(ctx, ref("product", string(v.ProductID), "product"))
	case domain.PurchaseState:
		later(ref("membership", string(v.MembershipID), "membership"))
		later(ref("purchase", string(v.GiftOf), "gift_of"))
		later(ref("purchase", string(v.BundleOf), "bundle_of"))
		later(ref("purchase", string(v.PreorderOf), "preorder_of"))
		all := []reference{ref("product", string(v.ProductID), "product")}
		for id := range v.Variants.All() {
			all = append(all, part("variant", string(id), "variants", "product", string(v.ProductID)))
		}
		return k.resolve(ctx, all...)
	case domain.MembershipState:
		for _, t := range tiersOf(v) {
			later(part("variant", string(t.id), t.field, "product", string(v.ProductID)))
		}
		later(ref("payment", string(v.InFlight.PaymentID), "in_flight"))
		return k.resolve(ctx, ref("product", string(v.ProductID), "product"),
			part("purchase", string(v.PurchaseID), "purchase", "product", string(v.ProductID)))
	case domain.MembershipRecord:
		return k.resolve(ctx, ref("product", string(v.ProductID), "product"),
			part("purchase", string(v.PurchaseID), "purchase", "product", string(v.ProductID)))
	case domain.PaymentState:
		later(ref("membership", string(v.MembershipID), "membership"))
		return k.resolve(ctx, ref("purchase", string(v.PurchaseID), "purchase"))
	case domain.Refund:
		return k.resolve(ctx, ref("payment", string(v.PaymentID), "payment"))
	case domain.Dispute:
		return k.resolve(ctx, ref("payment", string(v.PaymentID), "payment"))
	case domain.Seat:
		return k.resolve(ctx, ref("purchase", string(v.PurchaseID), "purchase"))
	case ports.CountedLicense:
		l := v.License
		all := []reference{part("purchase", string(l.PurchaseID), "purchase", "product", string(l.ProductID))}
		if l.SeatID != "" {
			all = append(all, part("seat", string(l.SeatID), "seat", "purchase", string(l.PurchaseID)))
		}
		return k.resolve(ctx, all...)
	}
	return nil
}

// tier is a tier that a membership names, if it is not empty.
type tier struct {
	field string
	id    domain.VariantID
}

func tiersOf(m domain.MembershipState) []tier {
	return []tier{{"terms", m.Terms.Tier}, {"pending", m.Pending.Tier}, {"notice", m.Notice.Tier}, {"in_flight", m.InFlight.Target.Tier}}
}

// resolve refuses names that neither the source nor the store knows as the
// seller's, and those of parts of something else.
func (k *checker) resolve(ctx context.Context, all ...reference) error {
	for _, ref := range all {
		of := k.said.part(ref.kind, ref.id)
		if k.said.owner(ref.kind, ref.id) != ref.seller {
			var ok bool
			var err error
			if of, ok, err = k.look(ctx, ref); err != nil {
				return err
			}
			if !ok {
				return domain.InvalidField(ref.field, "the seller has no "+ref.kind+" "+strconv.Quote(ref.id))
			}
		}
		if ref.whole != "" && of != ref.of {
			return domain.InvalidField(ref.field, "the "+ref.kind+" "+strconv.Quote(ref.id)+" is of another "+ref.whole)
		}
	}
	return nil
}

// look asks the store for what is named, and for what it is part of.
func (k *checker) look(ctx context.Context, ref reference) (of string, ok bool, err error) {
	if !k.stored[ref.seller] {
		return "", false, nil
	}
	switch ref.kind {
	case "product":
		s, err := k.shopping(ctx)
		return "", err == nil && s.products[domain.ProductID(ref.id)].SellerID == ref.seller, err
	case "variant":
		s, err := k.shopping(ctx)
		if err != nil || s.variants[domain.VariantID(ref.id)].SellerID != ref.seller {
			return "", false, err
		}
		return partOf(s.variants[domain.VariantID(ref.id)]), true, nil
	}
	err = k.store.View(ctx, ports.Seller(ref.seller), func(ctx context.Context, tx ports.Tx) error {
		of, ok = "", false
		var found any
		found, ok, err = stored(ctx, tx, bare(ref))
		of = partOf(found)
		return err
	})
	return of, ok, err
}

// bare returns a record that has the id of what is named, and nothing else.
func bare(ref reference) any {
	switch ref.kind {
	case "membership":
		return domain.MembershipState{ID: domain.MembershipID(ref.id)}
	case "payment":
		return domain.PaymentState{ID: domain.PaymentID(ref.id)}
	case "seat":
		return domain.Seat{ID: domain.SeatID(ref.id)}
	}
	return domain.PurchaseState{ID: domain.PurchaseID(ref.id)}
}
