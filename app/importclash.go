package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// against compares a record with the store: it is there just so, or it is
// fresh, or something else has its id or one of its names.
func (k *checker) against(ctx context.Context, owner domain.SellerID, v any) (fresh bool, err error) {
	if len(k.sellers) == 0 {
		return true, nil
	}
	switch v := v.(type) {
	case domain.Product, domain.Variant:
		s, err := k.shopping(ctx)
		if err != nil {
			return false, err
		}
		return s.against(v)
	case domain.Seller:
		return k.inScope(ctx, owner, owner, v)
	}
	for _, seller := range k.sellers {
		if fresh, err = k.inScope(ctx, seller, owner, v); err != nil || !fresh {
			return false, err
		}
	}
	switch v := v.(type) {
	case ports.CountedLicense:
		holders, err := k.store.Facts(ctx, domain.Lookup{Key: v.License.Key, ProductID: v.License.ProductID})
		if err != nil {
			return false, err
		}
		if len(holders) > 0 {
			return false, domain.ErrKeyTaken
		}
	case domain.TokenState:
		err := k.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
			return taken(domain.InvalidField("digest", "another access token has it"))(tx.Tokens.ByDigest(ctx, v.Digest))
		})
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// inScope compares a record with what one seller has.
func (k *checker) inScope(ctx context.Context, seller, owner domain.SellerID, v any) (fresh bool, err error) {
	fresh = true
	err = k.store.View(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
		was, ok, err := stored(ctx, tx, v)
		switch {
		case err != nil:
			return err
		case ok && was == v:
			fresh = false
			return nil
		case ok:
			return exists(v, seller == owner)
		case seller != owner:
			return nil
		}
		switch v := v.(type) {
		case domain.PurchaseState:
			return taken(domain.ErrOrderNumberTaken)(tx.Purchases.ByOrderNumber(ctx, v.OrderNumber))
		case ports.CountedLicense:
			return taken(domain.ErrLicenseExists)(tx.Licenses.ByPurchase(ctx, v.License.PurchaseID, v.License.SeatID))
		}
		return nil
	})
	if err == nil && fresh && seller == owner {
		err = k.booked(ctx, owner, v)
	}
	return fresh, err
}

// exists says that the store has something else under a record's id.
func exists(v any, own bool) error {
	why := "the store has it otherwise, and import changes nothing that is there"
	if !own {
		why = "another seller has it"
	}
	_, id := idOf(v)
	return domain.ErrExists.On(id).Because(errors.New(why))
}

// taken turns something that was found into a refusal, and "not found" into nil.
func taken(refusal *domain.Error) func(found any, err error) error {
	return func(_ any, err error) error {
		switch {
		case err == nil:
			return refusal
		case domain.KindOf(err) == domain.NotFound:
			return nil
		}
		return err
	}
}

// shop is every product and variant of the store: few, beside its sales, and
// their names are compared across sellers.
type shop struct {
	products   map[domain.ProductID]domain.Product
	variants   map[domain.VariantID]domain.Variant
	permalinks map[mark]bool
}

// shopping returns the shop, as it was when it was first asked for.
func (k *checker) shopping(ctx context.Context) (*shop, error) {
	if k.shop != nil {
		return k.shop, nil
	}
	s := &shop{map[domain.ProductID]domain.Product{}, map[domain.VariantID]domain.Variant{}, map[mark]bool{}}
	for _, seller := range k.sellers {
		e := export{core: k.core, ctx: ctx, seller: seller}
		for p, err := range e.products() {
			if err != nil {
				return nil, err
			}
			s.products[p.ID] = p
			for _, n := range namesOf(p) {
				s.permalinks[markOf(n.of...)] = true
			}
		}
		for v, err := range e.variants() {
			if err != nil {
				return nil, err
			}
			s.variants[v.ID] = v
		}
	}
	k.shop = s
	return s, nil
}

func (s *shop) against(v any) (fresh bool, err error) {
	switch v := v.(type) {
	case domain.Product:
		if was, ok := s.products[v.ID]; ok {
			return false, unless(was == v, v, was.SellerID == v.SellerID)
		}
		for _, n := range namesOf(v) {
			if s.permalinks[markOf(n.of...)] {
				refusal := *domain.ErrPermalinkTaken
				refusal.Field = n.field
				return false, &refusal
			}
		}
	case domain.Variant:
		if was, ok := s.variants[v.ID]; ok {
			return false, unless(was == v, v, was.SellerID == v.SellerID)
		}
	}
	return true, nil
}

func unless(same bool, v any, own bool) error {
	if same {
		return nil
	}
	return exists(v, own)
}
