package e2e

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// books are all that a store says of one seller's money and seats.
type books struct {
	purchases   []domain.PurchaseState
	memberships []domain.MembershipState
	payments    []domain.PaymentState
	refunds     []domain.Refund
	licenses    []ports.CountedLicense
	seats       []domain.Seat
	mails       map[string]int // by cause
	dead        []ports.DeadJob
}

// readBooks reads the books of a place whose usher has ended.
func readBooks(t *testing.T, at place, seller domain.SellerID) (b books) {
	t.Helper()
	store, _, err := at.open(t.Context(), opening{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	look := pages{t.Context(), store, seller}
	b = books{mails: map[string]int{}}
	b.purchases, err = every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]domain.PurchaseState, error) {
		return tx.Purchases.List(ctx, ports.PurchaseQuery{After: after})
	}, func(p domain.PurchaseState) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} })
	if err == nil {
		b.memberships, err = membershipsOf(look)
	}
	if err == nil {
		b.payments, err = every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]domain.PaymentState, error) {
			return tx.Payments.List(ctx, after, 500)
		}, func(p domain.PaymentState) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} })
	}
	if err == nil {
		b.refunds, err = every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]domain.Refund, error) {
			return tx.Refunds.List(ctx, after, 500)
		}, func(r domain.Refund) ports.Cursor { return ports.Cursor{At: r.CreatedAt, ID: string(r.ID)} })
	}
	if err == nil {
		b.licenses, err = every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]ports.CountedLicense, error) {
			return tx.Licenses.List(ctx, after, 500)
		}, func(l ports.CountedLicense) ports.Cursor {
			return ports.Cursor{At: l.License.CreatedAt, ID: string(l.License.ID)}
		})
	}
	if err == nil {
		b.seats, err = every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]domain.Seat, error) {
			return tx.Seats.List(ctx, after, 500)
		}, func(s domain.Seat) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} })
	}
	if err == nil {
		var mails []domain.Mail
		mails, err = every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]domain.Mail, error) {
			return tx.Mails.List(ctx, after, 500)
		}, func(m domain.Mail) ports.Cursor { return ports.Cursor{At: m.CreatedAt, ID: string(m.ID)} })
		for _, m := range mails {
			b.mails[m.Cause]++
		}
	}
	if err == nil {
		b.dead, err = store.Dead(t.Context(), "", 100)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func membershipsOf(look pages) ([]domain.MembershipState, error) {
	return every(look, func(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]domain.MembershipState, error) {
		return tx.Memberships.List(ctx, after, 500)
	}, func(m domain.MembershipState) ports.Cursor { return ports.Cursor{At: m.CreatedAt, ID: string(m.ID)} })
}

// pages are where a seller's lists are read.
type pages struct {
	ctx    context.Context
	store  ports.Store
	seller domain.SellerID
}

// every reads a list to its end, each page in a View of its own: none may last.
func every[A any](look pages, page func(context.Context, ports.Tx, ports.Cursor) ([]A, error), at func(A) ports.Cursor) (all []A, err error) {
	var after ports.Cursor
	for {
		var some []A
		err := look.store.View(look.ctx, ports.Seller(look.seller), func(ctx context.Context, tx ports.Tx) (err error) {
			some, err = page(ctx, tx, after)
			return err
		})
		if err != nil || len(some) == 0 {
			return all, err
		}
		all, after = append(all, some...), at(some[len(some)-1])
	}
}

// wantSameMoney compares our ledger with the processor's book, to the cent: what
// was taken once is paid once, and what went back went back.
func wantSameMoney(t *testing.T, b books, book sandbox.Book) {
	t.Helper()
	taken := map[string]sandbox.Charge{}
	for _, c := range book.Charges {
		if c.Status != domain.Paid {
			continue
		}
		if was, twice := taken[c.Key]; twice {
			t.Errorf("the key %s was charged twice: %+v and %+v", c.Key, was, c)
		}
		taken[c.Key] = c
	}
	sums := map[domain.Currency]sandbox.Sum{}
	type cycle struct {
		domain.MembershipID
		n int
	}
	renewed := map[cycle]domain.PaymentID{}
	for _, p := range b.payments {
		c, known := taken[p.Key]
		delete(taken, p.Key)
		switch {
		case known != p.Taken():
			t.Errorf("%s: taken by our books: %t, by the processor's: %t", brief(p), p.Taken(), known)
			continue
		case !known:
			continue
		case c.Ref != p.ProcessorRef || c.Amount != p.Amount.Amount || c.Currency != p.Amount.Currency || c.Refunded != p.Refunded || c.PaymentID != p.ID:
			t.Errorf("%s: the processor's book has %+v", brief(p), c)
		case p.Status == domain.Voided && p.Left() > 0:
			t.Errorf("%s: it was given up, and took money that did not go back", brief(p))
		}
		sum := sums[p.Amount.Currency]
		sum.Taken += p.Amount.Amount
		sum.Returned += p.Refunded
		sums[p.Amount.Currency] = sum
		if p.Kind == domain.RenewalPayment && p.Status == domain.Paid {
			of := cycle{p.MembershipID, p.Cycle}
			if was, twice := renewed[of]; twice {
				t.Errorf("the cycle %d of the membership %s was paid twice: by %s and %s", p.Cycle, p.MembershipID, was, p.ID)
			}
			renewed[of] = p.ID
		}
	}
	for _, c := range taken {
		t.Errorf("the processor took %+v, of which we know nothing", c)
	}
	theirs, err := book.Sums()
	if err != nil {
		t.Fatal(err)
	}
	for currency, sum := range theirs {
		if sums[currency] != sum {
			t.Errorf("in %s the processor moved %+v and we believe %+v", currency, sum, sums[currency])
		}
	}
	wantSameRefunds(t, b, book)
}

func wantSameRefunds(t *testing.T, b books, book sandbox.Book) {
	t.Helper()
	back := map[string]sandbox.Refund{}
	for _, r := range book.Refunds {
		if was, twice := back[r.Key]; twice && was.Done && r.Done {
			t.Errorf("the key %s gave money back twice: %+v and %+v", r.Key, was, r)
		}
		back[r.Key] = r
	}
	for _, r := range b.refunds {
		there, known := back[r.Key]
		delete(back, r.Key)
		if done := r.Status == domain.RefundDone; !known || there.Done != done || there.Amount != r.Amount || done && there.Ref != r.ProcessorRef {
			t.Errorf("the processor's book has %+v for our refund %+v", there, r)
		}
	}
	for _, r := range back {
		t.Errorf("the processor gave %+v back, of which we know nothing", r)
	}
}

// wantNobodyStuck needs every wait to be over.
func wantNobodyStuck(t *testing.T, b books, now time.Time) {
	t.Helper()
	for _, p := range b.payments {
		if p.Open() || p.Refunding != 0 {
			t.Errorf("%s: it still waits", brief(p))
		}
	}
	for _, r := range b.refunds {
		if r.SettledAt.IsZero() {
			t.Errorf("the refund %+v still waits", r)
		}
	}
	for _, p := range b.purchases {
		if p.Status == domain.Pending {
			t.Errorf("the purchase %s still waits", p.ID)
		}
	}
	for _, m := range b.memberships {
		if m.InFlight != (domain.InFlight{}) {
			t.Errorf("the membership %s, %s, still waits for %+v", m.ID, m.Status, m.InFlight)
		}
		if end := m.Period().EndAt; m.Live() && m.Status != domain.PastDue && !end.After(now) {
			t.Errorf("the membership %s, %s, was not renewed at %s", m.ID, m.Status, end)
		}
	}
	for _, j := range b.dead {
		t.Errorf("a job was given up: %+v", j)
	}
}

// wantSeatsPaidFor compares each membership's seats with what its payments
// brought, its purchase with it, and licences and receipts with the purchases.
func wantSeatsPaidFor(t *testing.T, b books) {
	t.Helper()
	members, payments := map[domain.PurchaseID]domain.MembershipState{}, map[domain.MembershipID][]domain.PaymentState{}
	for _, m := range b.memberships {
		members[m.PurchaseID] = m
	}
	for _, p := range b.payments {
		payments[p.MembershipID] = append(payments[p.MembershipID], p)
	}
	licenses := map[domain.PurchaseID]int{}
	for _, l := range b.licenses {
		licenses[l.License.PurchaseID]++
	}
	assigned := map[domain.PurchaseID]int{}
	for _, s := range b.seats {
		if s.Assigned() {
			assigned[s.PurchaseID]++
		}
	}
	buyers := map[string]domain.PurchaseID{}
	for _, p := range b.purchases {
		sold := p.Status == domain.Successful || p.Status == domain.Trial
		if got := licenses[p.ID]; sold && got != 1 || !sold && got != 0 {
			t.Errorf("the purchase %s, %s, has %d licences", p.ID, p.Status, got)
		}
		if got := b.mails["receipt:"+string(p.ID)]; sold && got != 1 || !sold && got != 0 {
			t.Errorf("the purchase %s, %s, has %d receipts", p.ID, p.Status, got)
		}
		if was, twice := buyers[p.Email]; twice {
			t.Errorf("%s bought once, and has two purchases: %s and %s", p.Email, was, p.ID)
		}
		buyers[p.Email] = p.ID
		m, renews := members[p.ID]
		if renews != (p.MembershipID != "") || renews && m.ID != p.MembershipID {
			t.Errorf("the purchase %s of the membership %q began %q", p.ID, p.MembershipID, m.ID)
		}
		if !renews {
			continue
		}
		if p.Quantity != m.SeatsNow() || p.Price != m.Price() || !p.Multiseat {
			t.Errorf("the purchase %s shows %d seats at %s, in force are %d at %s", p.ID, p.Quantity, p.Price, m.SeatsNow(), m.Price())
		}
		if m.Assigned != assigned[p.ID] || m.Assigned > m.SeatsNow() {
			t.Errorf("of %d seats, the membership %s counts %d that are taken, and there are %d", m.SeatsNow(), m.ID, m.Assigned, assigned[p.ID])
		}
		if seats, told := broughtBy(payments[m.ID]); told && !slices.Contains(seats, m.Seats) {
			t.Errorf("the membership %s has %d seats, its payments brought %v: %s", m.ID, m.Seats, seats, brief(payments[m.ID]...))
		}
	}
	for _, p := range b.payments {
		i := slices.IndexFunc(b.purchases, func(of domain.PurchaseState) bool { return of.ID == p.PurchaseID })
		of := b.purchases[i]
		if p.Kind != domain.SalePayment {
			continue
		}
		if paid := p.Status == domain.Paid; paid != (of.Status == domain.Successful) || paid && p.Refunded != of.Refunded {
			t.Errorf("%s: its sale is %s, with %d given back of %d", brief(p), of.Status, of.Refunded, p.Refunded)
		}
	}
}

// brief says of payments what matters here.
func brief(payments ...domain.PaymentState) string {
	all := make([]string, len(payments))
	for i, p := range payments {
		all[i] = fmt.Sprintf("the payment %s of %s, %s, %s, for %d seats", p.Key, p.PricedAt.Format(time.DateTime), p.Amount, p.Status, p.Target.Seats)
	}
	return strings.Join(all, "; ")
}

// broughtBy returns how many seats a membership's payments brought, and false if
// none did. A renewal brings what was agreed for its period, paid or not; one
// that was given up may have come to nothing, so both are possible then.
func broughtBy(payments []domain.PaymentState) (seats []int, told bool) {
	slices.SortFunc(payments, func(a, b domain.PaymentState) int {
		return cmp.Or(a.PricedAt.Compare(b.PricedAt), cmp.Compare(a.PaysFor(), b.PaysFor()), cmp.Compare(a.Attempt, b.Attempt))
	})
	for _, p := range payments {
		byItself := p.Kind == domain.RenewalPayment && !strings.Contains(p.Key, "/pay/")
		switch {
		case p.Status == domain.Paid, byItself && p.Status == domain.NotPaid:
			seats = []int{p.Target.Seats}
		case byItself && p.Status == domain.Voided:
			seats = append(seats, p.Target.Seats)
		}
	}
	return seats, len(seats) > 0
}
