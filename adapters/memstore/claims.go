package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type claim struct{ domain.Claim }

func (c claim) place() (domain.SellerID, time.Time, string) {
	return c.SellerID, c.CreatedAt, string(c.ID)
}

// claimed is what there is one claim for.
type claimed struct {
	connection domain.ConnectionID
	purchase   domain.PurchaseID
	seat       domain.SeatID
}

func (c claim) claimed() claimed { return claimed{c.ConnectionID, c.PurchaseID, c.SeatID} }

// person is somebody as the service of a connection knows them.
type person struct {
	connection domain.ConnectionID
	subject    domain.Subject
}

type claims struct{ *tx }

func (r claims) ByID(ctx context.Context, id domain.ClaimID) (domain.Claim, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Claim{}, err
	}
	c, ok := find(r.tx, r.claims, string(id))
	if !ok {
		return domain.Claim{}, domain.ErrClaimNotFound
	}
	return c.Claim, nil
}

func (r claims) ByPurchase(ctx context.Context, id domain.PurchaseID) ([]domain.Claim, error) {
	return r.states(ctx, func() []claim { return all(r.tx, r.claims, r.claimsOf[id]) })
}

func (r claims) Touching(ctx context.Context, id domain.ConnectionID, s domain.Subject) ([]domain.Claim, error) {
	return r.states(ctx, func() []claim { return all(r.tx, r.claims, r.touching[person{id, s}]) })
}

func (r claims) ByEmail(ctx context.Context, email string) ([]domain.Claim, error) {
	return r.states(ctx, func() []claim { return all(r.tx, r.claims, r.claimsBy[ofSeller{r.seller, email}]) })
}

func (r claims) List(ctx context.Context, q ports.ClaimQuery) ([]domain.Claim, error) {
	o := r.claims.pages[r.seller]
	switch {
	case q.ConnectionID != "":
		o = r.claimsIn[q.ConnectionID]
	case q.ProductID != "":
		o = r.claimsFor[q.ProductID]
	}
	return r.states(ctx, func() []claim {
		return list(r.claims, o, q.After, q.Limit, func(c claim) bool {
			return r.reaches(c.SellerID) && (q.ProductID == "" || c.ProductID == q.ProductID) && (q.State == "" || c.State == q.State)
		})
	})
}

func (r claims) states(ctx context.Context, of func() []claim) ([]domain.Claim, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Claim
	for _, c := range of() {
		found = append(found, c.Claim)
	}
	return found, nil
}

func (r claims) Insert(ctx context.Context, c domain.Claim) error {
	if err := r.inserting(ctx, c.SellerID); err != nil {
		return err
	}
	if _, there := r.claims.rows[string(c.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.connections, string(c.ConnectionID)); !ok {
		return domain.ErrConnectionNotFound
	}
	if _, ok := find(r.tx, r.purchases, string(c.PurchaseID)); !ok {
		return domain.ErrPurchaseNotFound
	}
	if _, taken := r.claimed[claim{c}.claimed()]; taken {
		return domain.ErrExists
	}
	r.put(claim{c})
	return nil
}

func (r claims) Save(ctx context.Context, c domain.Claim) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.claims, string(c.ID))
	if !ok || c.SellerID != old.SellerID || c.ProductID != old.ProductID || (claim{c}).claimed() != old.claimed() {
		return domain.ErrClaimNotFound
	}
	r.take(old)
	r.put(claim{c})
	return nil
}

func (r claims) Delete(ctx context.Context, id domain.ClaimID) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if old, ok := find(r.tx, r.claims, string(id)); ok {
		r.take(old)
		drop(r.tx, r.claims, old)
	}
	return nil
}

// orders are those that c stands in beside its seller's.
func (r claims) orders(c claim) []*order {
	all := []*order{page(r.claimsOf, c.PurchaseID), page(r.claimsIn, c.ConnectionID), page(r.claimsFor, c.ProductID),
		page(r.claimsBy, ofSeller{c.SellerID, c.Email})}
	for _, s := range c.Touches() {
		all = append(all, page(r.touching, person{c.ConnectionID, s}))
	}
	return all
}

func (r claims) put(c claim) {
	set(r.tx, r.claimed, c.claimed(), c.ID)
	for _, o := range r.orders(c) {
		r.add(o, placeOf(c.CreatedAt, string(c.ID)))
	}
	put(r.tx, r.claims, c)
}

// take takes a claim out of what it is found by.
func (r claims) take(c claim) {
	unset(r.tx, r.claimed, c.claimed())
	for _, o := range r.orders(c) {
		r.remove(o, placeOf(c.CreatedAt, string(c.ID)))
	}
}
