package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type seat struct{ domain.Seat }

func (s seat) place() (domain.SellerID, time.Time, string) {
	return s.SellerID, s.CreatedAt, string(s.ID)
}

// address is whose seat s is, unless it was revoked.
func (s seat) address() (address, bool) {
	return address{s.PurchaseID, s.Email}, s.Status != domain.SeatRevoked
}

type seats struct{ *tx }

func (r seats) ByID(ctx context.Context, id domain.SeatID) (domain.Seat, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Seat{}, err
	}
	s, ok := find(r.tx, r.seats, string(id))
	if !ok {
		return domain.Seat{}, domain.ErrSeatNotFound
	}
	return s.Seat, nil
}

func (r seats) ByPurchase(ctx context.Context, id domain.PurchaseID) ([]domain.Seat, error) {
	return r.states(ctx, func() []seat { return all(r.tx, r.seats, r.seatsOf[id]) })
}

func (r seats) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Seat, error) {
	return r.states(ctx, func() []seat { return list(r.seats, r.seats.pages[r.seller], after, limit, nil) })
}

func (r seats) states(ctx context.Context, of func() []seat) ([]domain.Seat, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Seat
	for _, s := range of() {
		found = append(found, s.Seat)
	}
	return found, nil
}

func (r seats) Insert(ctx context.Context, s domain.Seat) error {
	if err := r.inserting(ctx, s.SellerID); err != nil {
		return err
	}
	if _, there := r.seats.rows[string(s.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.purchases, string(s.PurchaseID)); !ok {
		return domain.ErrPurchaseNotFound
	}
	return r.put(seat{s})
}

func (r seats) Save(ctx context.Context, s domain.Seat) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.seats, string(s.ID))
	if !ok || s.SellerID != old.SellerID || s.PurchaseID != old.PurchaseID {
		return domain.ErrSeatNotFound
	}
	return r.put(seat{s})
}

// put keeps s under its address, unless another seat has that.
func (r seats) put(s seat) error {
	at, sits := s.address()
	if other, taken := r.seated[at]; sits && taken && other != s.ID {
		return domain.ErrSeatTaken
	}
	if old, had := r.seats.rows[string(s.ID)]; had {
		if was, sat := old.address(); sat {
			unset(r.tx, r.seated, was)
		}
		r.remove(page(r.seatsOf, old.PurchaseID), placeOf(old.CreatedAt, string(old.ID)))
	}
	if sits {
		set(r.tx, r.seated, at, s.ID)
	}
	r.add(page(r.seatsOf, s.PurchaseID), placeOf(s.CreatedAt, string(s.ID)))
	put(r.tx, r.seats, s)
	return nil
}
