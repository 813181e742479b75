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
	full:     bareToken,
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
	fixed: []string{"Digest"},
}

func bareToken(_ *testing.T, w *world) domain.TokenState { return fixture.Token(w.ana, fixture.ID()) }

var tokenTests = tokenAggregate.tests(tests{
	"ByDigest":   tokenByDigest,
	"EveryScope": tokenEveryScope,
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
