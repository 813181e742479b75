package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var tokenAggregate = aggregate[domain.TokenState]{
	notFound: domain.ErrTokenNotFound,
	bare:     bareToken,
	full:     fullToken,
	byID: func(ctx context.Context, tx ports.Tx, s domain.TokenState) (domain.TokenState, error) {
		k, err := tx.Tokens.ByID(ctx, s.ID)
		if err != nil {
			return domain.TokenState{}, err
		}
		return k.State(), nil
	},
	insert: func(ctx context.Context, tx ports.Tx, s domain.TokenState) error {
		return tx.Tokens.Insert(ctx, domain.RestoreToken(s))
	},
	save: func(ctx context.Context, tx ports.Tx, s domain.TokenState) error {
		return tx.Tokens.Save(ctx, domain.RestoreToken(s))
	},
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.TokenState, error) {
		return tx.Tokens.List(ctx, after, limit)
	},
	fixed: []string{"Digest", "SeatID", "ApplicationID"},
}

func bareToken(_ *testing.T, w *world) domain.TokenState { return fixture.Token(w.ana, fixture.ID()) }

// fullToken makes a token of a sale, a seat and an application at once, which only
// a test does.
func fullToken(t *testing.T, w *world) domain.TokenState {
	k := bareToken(t, w)
	k.PurchaseID, k.SeatID = seated(t, w)
	a := fixture.Application(w.ana)
	fixture.Fill(t, w, a)
	k.ApplicationID = a.ID
	return k
}

// seated makes a sale of ana's with a seat, and keeps both.
func seated(t *testing.T, w *world) (domain.PurchaseID, domain.SeatID) {
	sale, _ := w.sale(t, w.product(t))
	seat := fixture.Seat(sale)
	fixture.Fill(t, w, seat)
	return sale.ID, seat.ID
}

var tokenTests = tokenAggregate.tests(tests{
	"ByDigest":               tokenByDigest,
	"EveryScope":             tokenEveryScope,
	"OfASaleOrSeat":          tokenOfHolder,
	"ItsSaleOrSeatIsNeeded":  tokenNeedsHolder,
	"ASaveKeepsSaleAndSeat":  tokenKeepsHolder,
	"PagesOfTheSeller'sOnly": tokenPages,
})

func byDigest(d domain.Digest) func(context.Context, ports.Tx) (domain.TokenState, error) {
	return func(ctx context.Context, tx ports.Tx) (domain.TokenState, error) {
		k, err := tx.Tokens.ByDigest(ctx, d)
		if err != nil {
			return domain.TokenState{}, err
		}
		return k.State(), nil
	}
}

// tokenByDigest: whoever has the secret says whose it is.
func tokenByDigest(t *testing.T, w *world) {
	mine, theirs := fixture.Token(w.ana, "ana's secret"), fixture.Token(w.bob, "bob's secret")
	revoked := fixture.Token(w.ana, "old secret", func(k *domain.TokenState) { k.RevokedAt = fixture.T0 })
	fixture.Fill(t, w, mine, theirs, revoked)
	for secret, want := range map[string]domain.TokenState{"ana's secret": mine, "bob's secret": theirs, "old secret": revoked} {
		wantSame(t, secret, read(t, w, ports.System, byDigest(domain.DigestOf(secret))), want)
	}
	for _, d := range []domain.Digest{domain.DigestOf("Ana's secret"), {}} {
		_, err := try(t, w, ports.System, byDigest(d))
		wantErr(t, "an unknown secret", err, domain.ErrTokenNotFound)
	}
	_, err := try(t, w, w.of, byDigest(mine.Digest))
	wantErr(t, "in the seller's own scope", err, domain.ErrScope)
}

func tokenEveryScope(t *testing.T, w *world) {
	all, err := domain.MakeScopes(domain.AllScopes()...)
	must(t, err)
	for _, scopes := range []domain.Scopes{all, domain.Scopes(domain.AccountScope)} {
		k := fixture.Token(w.ana, fixture.ID(), func(k *domain.TokenState) { k.Scopes = scopes })
		fixture.Fill(t, w, k)
		tokenAggregate.wantStored(t, w, string(scopes), k)
	}
}

func insertToken(s domain.TokenState) call {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Tokens.Insert(ctx, domain.RestoreToken(s))
	}
}

func saveToken(s domain.TokenState) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Tokens.Save(ctx, domain.RestoreToken(s)) }
}

// tokenOfHolder: those of a sale and of a seat are found by id and secret, and
// are not in the seller's list, before and after a Save.
func tokenOfHolder(t *testing.T, w *world) {
	sale, _ := w.sale(t, w.product(t))
	seat := fixture.Seat(sale)
	mine, opens, invites := bareToken(t, w), fixture.SaleToken(sale, "the buyer's"), fixture.Invitation(seat, "the invited one's")
	fixture.Fill(t, w, seat, mine, opens, invites)
	for _, k := range []domain.TokenState{opens, invites} {
		for range 2 {
			tokenAggregate.wantStored(t, w, "by its id", k)
			wantSame(t, "by its secret", read(t, w, ports.System, byDigest(k.Digest)), k)
			listed := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) ([]domain.TokenState, error) {
				return tx.Tokens.List(ctx, ports.Cursor{}, 100)
			})
			wantAll(t, "listed", listed, mine)
			k.RevokedAt = fixture.T0
			w.update(t, w.of, saveToken(k))
		}
	}
}

func tokenNeedsHolder(t *testing.T, w *world) {
	theirs := fixture.Product(w.bob)
	sale := fixture.Purchase(theirs)
	seat := fixture.Seat(sale)
	fixture.Fill(t, w, theirs, sale, seat)
	mine, _ := w.sale(t, w.product(t))
	there := fixture.SaleToken(mine, "there")
	fixture.Fill(t, w, there)
	for what, tt := range map[string]struct {
		change func(*domain.TokenState)
		want   *domain.Error
	}{
		"an unknown sale":             {func(k *domain.TokenState) { k.PurchaseID = "x" }, domain.ErrPurchaseNotFound},
		"bob's sale":                  {func(k *domain.TokenState) { k.PurchaseID = sale.ID }, domain.ErrPurchaseNotFound},
		"an unknown seat":             {func(k *domain.TokenState) { k.SeatID = "x" }, domain.ErrSeatNotFound},
		"bob's seat":                  {func(k *domain.TokenState) { k.SeatID = seat.ID }, domain.ErrSeatNotFound},
		"its own sale and bob's seat": {func(k *domain.TokenState) { k.PurchaseID, k.SeatID = mine.ID, seat.ID }, domain.ErrSeatNotFound},
		"its own sale, with a secret that is there": {func(k *domain.TokenState) { k.PurchaseID, k.Digest = mine.ID, there.Digest }, domain.ErrExists},
		"an unknown sale, with an id that is there": {func(k *domain.TokenState) { k.PurchaseID, k.ID = "x", there.ID }, domain.ErrExists},
	} {
		k := fixture.Token(w.ana, fixture.ID())
		tt.change(&k)
		w.refuses(t, "of "+what, insertToken(k), tt.want)
	}
	tokenAggregate.wantStored(t, w, "what was there", there)
}

// tokenKeepsHolder: a token never changes what it opens.
func tokenKeepsHolder(t *testing.T, w *world) {
	k := fullToken(t, w)
	fixture.Fill(t, w, k)
	sale, seat := seated(t, w)
	for what, change := range map[string]func(*domain.TokenState){
		"another sale": func(k *domain.TokenState) { k.PurchaseID = sale },
		"no sale":      func(k *domain.TokenState) { k.PurchaseID = "" },
		"another seat": func(k *domain.TokenState) { k.SeatID = seat },
		"no seat":      func(k *domain.TokenState) { k.SeatID = "" },
		"its seller's": func(k *domain.TokenState) { k.ApplicationID = "" },
	} {
		other := k
		change(&other)
		w.refuses(t, "saved with "+what, saveToken(other), domain.ErrTokenNotFound)
	}
	tokenAggregate.wantStored(t, w, "after it", k)
}

// tokenPages: the tokens of many sales cost no page its length.
func tokenPages(t *testing.T, w *world) {
	sale, _ := w.sale(t, w.product(t))
	var things []any
	var want []domain.TokenState
	for i := range 30 {
		k := fixture.SaleToken(sale, fixture.ID())
		if i%10 == 5 {
			k = bareToken(t, w)
			want = append(want, k)
		}
		things = append(things, k)
	}
	fixture.Fill(t, w, things...)
	for _, size := range []int{1, 2, 3, 4} {
		wantAll(t, "in pages", tokenAggregate.all(t, w, w.of, size, len(want)), want...)
	}
}
