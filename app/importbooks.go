package app

import (
	"context"
	"iter"

	"github.com/usherhq/usher/domain"
)

// books are the names that a seller's payments, refunds and seats have in the
// store: it finds none of them by these, so a source that brings more of a kind
// reads all of that kind, once.
type books map[mark]map[mark]bool // by seller and kind

// booked refuses a payment, refund or seat one of whose names another has.
func (k *checker) booked(ctx context.Context, owner domain.SellerID, v any) error {
	var err error
	var has map[mark]bool
	e := &export{core: k.core, ctx: ctx, seller: owner}
	switch v.(type) {
	case domain.PaymentState:
		has, err = namesIn(k, owner, "payment", e.payments())
	case domain.Refund:
		has, err = namesIn(k, owner, "refund", e.refunds())
	case domain.Seat:
		has, err = namesIn(k, owner, "seat", e.seats())
	}
	if err != nil {
		return err
	}
	for _, n := range namesOf(v) {
		if has[markOf(n.of...)] {
			return nameTaken(v, n.field)
		}
	}
	return nil
}

func namesIn[T any](k *checker, owner domain.SellerID, kind string, all iter.Seq2[T, error]) (map[mark]bool, error) {
	of := markOf(string(owner), kind)
	if has := k.books[of]; has != nil {
		return has, nil
	}
	has := map[mark]bool{}
	for v, err := range all {
		if err != nil {
			return nil, err
		}
		for _, n := range namesOf(v) {
			has[markOf(n.of...)] = true
		}
	}
	k.books[of] = has
	return has, nil
}

func nameTaken(v any, field string) error {
	kind, _ := idOf(v)
	switch field {
	case "email":
		return domain.ErrSeatTaken
	case "cycle":
		paid := *domain.ErrAlreadyPaid
		paid.Field = field
		return &paid
	}
	return &domain.Error{Kind: domain.Conflict, Code: domain.ErrExists.Code, Field: field, Msg: "another " + kind + " has it"}
}
