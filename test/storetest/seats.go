package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertSeat(s domain.Seat) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Seats.Insert(ctx, s) }
}

func saveSeat(s domain.Seat) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Seats.Save(ctx, s) }
}

var seatAggregate = child[domain.Seat]{
	aggregate: aggregate[domain.Seat]{
		notFound: domain.ErrSeatNotFound,
		bare:     bareSeat,
		full:     bareSeat,
		byID: func(ctx context.Context, tx ports.Tx, s domain.Seat) (domain.Seat, error) {
			return tx.Seats.ByID(ctx, s.ID)
		},
		insert: func(ctx context.Context, tx ports.Tx, s domain.Seat) error { return tx.Seats.Insert(ctx, s) },
		save:   func(ctx context.Context, tx ports.Tx, s domain.Seat) error { return tx.Seats.Save(ctx, s) },
		list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Seat, error) {
			return tx.Seats.List(ctx, after, limit)
		},
	},
	parent: "PurchaseID", missing: domain.ErrPurchaseNotFound, ofBob: bobsPurchase,
	of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.Seat, error) {
		return tx.Seats.ByPurchase(ctx, domain.PurchaseID(parent))
	},
}

// bareSeat makes a seat whose sale is in the store.
func bareSeat(t *testing.T, w *world) domain.Seat {
	s := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, s)
	return fixture.Seat(s)
}

var seatTests = seatAggregate.tests(tests{
	"EveryStatus":             seatEveryStatus,
	"AddressTaken":            seatAddressTaken,
	"RevokedAddressesAreFree": seatAddressFree,
	"AddressTakenBySave":      seatAddressTakenBySave,
	"OfAnotherSale":           seatOtherSale,
	"WhichRefusalWins":        seatWhichRefusal,
})

func seatFor(of domain.PurchaseState, email string, status domain.SeatStatus) domain.Seat {
	return fixture.Seat(of, func(s *domain.Seat) {
		s.Email, s.Status = email, status
		if status == domain.SeatRevoked {
			s.RevokedAt = fixture.T0
		}
	})
}

func seatEveryStatus(t *testing.T, w *world) {
	for _, status := range []domain.SeatStatus{domain.SeatInvited, domain.SeatActive, domain.SeatRevoked} {
		s := bareSeat(t, w)
		s.Status = status
		fixture.Fill(t, w, s)
		seatAggregate.wantStored(t, w, string(status), s)
	}
}

// seatAddressTaken: an invited seat holds the address as a claimed one does.
func seatAddressTaken(t *testing.T, w *world) {
	sale := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, sale)
	for _, status := range []domain.SeatStatus{domain.SeatInvited, domain.SeatActive} {
		email := string(status) + "@example.com"
		first := seatFor(sale, email, status)
		fixture.Fill(t, w, first)
		for _, again := range []domain.SeatStatus{domain.SeatInvited, domain.SeatActive} {
			w.refuses(t, email+" once more, "+string(again), insertSeat(seatFor(sale, email, again)), domain.ErrSeatTaken)
		}
		seatAggregate.wantStored(t, w, "the first", first)
	}
}

// seatAddressFree: whoever gave up a seat may be invited again, and again.
func seatAddressFree(t *testing.T, w *world) {
	sale := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, sale)
	var all []domain.Seat
	for range 3 {
		s := seatFor(sale, "ann@example.com", domain.SeatInvited)
		fixture.Fill(t, w, s)
		w.refuses(t, "while the seat is hers", insertSeat(seatFor(sale, "ann@example.com", domain.SeatInvited)), domain.ErrSeatTaken)
		s.Status, s.RevokedAt = domain.SeatRevoked, fixture.T0
		w.update(t, w.of, saveSeat(s))
		all = append(all, s)
	}
	fixture.Fill(t, w, seatFor(sale, "ann@example.com", domain.SeatRevoked), seatFor(sale, "ann@example.com", domain.SeatActive))
	for _, s := range all {
		seatAggregate.wantStored(t, w, "a revoked one", s)
	}
}

func seatAddressTakenBySave(t *testing.T, w *world) {
	sale := fixture.Purchase(w.product(t))
	ann, bea, gone := seatFor(sale, "ann@example.com", domain.SeatInvited), seatFor(sale, "bea@example.com", domain.SeatActive),
		seatFor(sale, "ann@example.com", domain.SeatRevoked)
	fixture.Fill(t, w, sale, ann, bea, gone)
	was := bea
	bea.Email = ann.Email
	w.refuses(t, "moved to another's address", saveSeat(bea), domain.ErrSeatTaken)
	seatAggregate.wantStored(t, w, "what was refused", was)
	back := gone
	back.Status = domain.SeatActive
	w.refuses(t, "back from revoked, while another has the address", saveSeat(back), domain.ErrSeatTaken)
	seatAggregate.wantStored(t, w, "what was refused", gone)

	ann.Status = domain.SeatActive
	w.update(t, w.of, saveSeat(ann))
	bea.Status = domain.SeatRevoked // and so holds no address
	w.update(t, w.of, saveSeat(bea))
	ann.Status = domain.SeatRevoked
	w.update(t, w.of, saveSeat(ann))
	w.update(t, w.of, saveSeat(back))
	seatAggregate.wantStored(t, w, "back once the address was free", back)
}

func seatOtherSale(t *testing.T, w *world) {
	theirs := fixture.Product(w.bob)
	one, two, bobs := fixture.Purchase(w.product(t)), fixture.Purchase(w.product(t)), fixture.Purchase(theirs)
	fixture.Fill(t, w, theirs, one, two, bobs)
	for _, sale := range []domain.PurchaseState{one, two, bobs} {
		fixture.Fill(t, w, seatFor(sale, "ann@example.com", domain.SeatInvited))
	}
}

func seatWhichRefusal(t *testing.T, w *world) {
	first := bareSeat(t, w)
	fixture.Fill(t, w, first)
	again := first
	w.refuses(t, "the same", insertSeat(again), domain.ErrExists)
	again.PurchaseID = "x"
	w.refuses(t, "an id that is there, of no sale", insertSeat(again), domain.ErrExists)
	w.refuses(t, "no sale", insertSeat(another(again)), domain.ErrPurchaseNotFound)
}
