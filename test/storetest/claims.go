package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertClaim(c domain.Claim) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Claims.Insert(ctx, c) }
}

func saveClaim(c domain.Claim) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Claims.Save(ctx, c) }
}

func deleteClaim(id domain.ClaimID) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Claims.Delete(ctx, id) }
}

var claimAggregate = aggregate[domain.Claim]{
	notFound: domain.ErrClaimNotFound,
	bare:     bareClaim,
	full:     bareClaim,
	byID: func(ctx context.Context, tx ports.Tx, c domain.Claim) (domain.Claim, error) {
		return tx.Claims.ByID(ctx, c.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, c domain.Claim) error { return tx.Claims.Insert(ctx, c) },
	save:   func(ctx context.Context, tx ports.Tx, c domain.Claim) error { return tx.Claims.Save(ctx, c) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Claim, error) {
		return tx.Claims.List(ctx, ports.ClaimQuery{After: after, Limit: limit})
	},
	fixed: []string{"ConnectionID", "SeatID"},
}

// bareClaim makes a claim whose connection and sale are in the store.
func bareClaim(t *testing.T, w *world) domain.Claim {
	s := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, s)
	return fixture.Claim(storedConnection(t, w), s)
}

// A claim hangs on a sale and a connection, and names a product.
var (
	claimOfSale = child[domain.Claim]{
		aggregate: claimAggregate,
		parent:    "PurchaseID", missing: domain.ErrPurchaseNotFound, ofBob: bobsPurchase,
		of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.Claim, error) {
			return tx.Claims.ByPurchase(ctx, domain.PurchaseID(parent))
		},
	}
	claimOfConnection = child[domain.Claim]{
		aggregate: claimAggregate,
		parent:    "ConnectionID", missing: domain.ErrConnectionNotFound, ofBob: bobsConnection,
		of: allOf(func(parent string) ports.ClaimQuery {
			return ports.ClaimQuery{ConnectionID: domain.ConnectionID(parent)}
		}),
	}
	claimOfProduct = child[domain.Claim]{
		aggregate: claimAggregate,
		parent:    "ProductID",
		of:        allOf(func(parent string) ports.ClaimQuery { return ports.ClaimQuery{ProductID: domain.ProductID(parent)} }),
	}
)

// allOf reads all pages of what hangs on a parent; nothing hangs on none.
func allOf(query func(parent string) ports.ClaimQuery) func(context.Context, ports.Tx, string) ([]domain.Claim, error) {
	return func(ctx context.Context, tx ports.Tx, parent string) (all []domain.Claim, err error) {
		if parent == "" {
			return nil, nil
		}
		for q := query(parent); ; {
			page, err := tx.Claims.List(ctx, q)
			all = append(all, page...)
			if err != nil || len(page) < 1000 {
				return all, err
			}
			q.After = ports.Cursor{At: page[len(page)-1].CreatedAt, ID: string(page[len(page)-1].ID)}
		}
	}
}

var claimTests = claimOfSale.tests(tests{
	"ItsConnectionIsNeeded": claimOfConnection.needsParent,
	"OfOneConnection":       claimOfConnection.ofParent,
	"ManyOfOneConnection":   claimOfConnection.manyOfParent,
	"OfOneProduct":          claimOfProduct.ofParent,
	"EveryState":            claimEveryState,
	"OneOfASeat":            claimOneOfSeat,
	"ASaveKeepsWhatItIsOf":  claimKeepsSeat,
	"WhichRefusalWins":      claimWhichRefusal,
	"Touching":              claimTouching,
	"TouchingNobody":        claimTouchingNobody,
	"ByEmail":               claimByEmail,
	"Queries":               claimQueries,
	"AThousandAtMost":       claimLimit,
	"Deleted":               claimDeleted,
	"DeletedInVain":         claimDeletedInVain,
	"ADeletionIsTakenBack":  claimDeletionRolledBack,
})

func claimEveryState(t *testing.T, w *world) {
	c := storedConnection(t, w)
	for _, state := range []domain.ClaimState{domain.ClaimWaiting, domain.ClaimPending, domain.ClaimActive, domain.ClaimNeedsCustomer,
		domain.ClaimNeedsSeller, domain.ClaimRemoving, domain.ClaimRemoved, domain.ClaimKept, domain.ClaimFailed} {
		s, _ := w.sale(t, w.product(t))
		claim := fixture.Claim(c, s, func(c *domain.Claim) { c.State = state })
		fixture.Fill(t, w, claim)
		claimAggregate.wantStored(t, w, string(state), claim)
		found := read(t, w, w.of, listClaims(ports.ClaimQuery{State: state}))
		wantAll(t, "in the state "+string(state), found, claim)
	}
}

func claimOneOfSeat(t *testing.T, w *world) {
	p := w.product(t)
	one, _ := w.sale(t, p)
	two, _ := w.sale(t, p)
	here, there := storedConnection(t, w), storedConnection(t, w)
	for _, seat := range []domain.SeatID{"", "a", "A"} {
		of := func(c *domain.Claim) { c.SeatID = seat }
		first := fixture.Claim(here, one, of)
		fixture.Fill(t, w, first)
		again := fixture.Claim(here, one, of, func(c *domain.Claim) { c.Email, c.Subject, c.EndedAt = "other@example.com", "other", fixture.T0 })
		w.refuses(t, fmt.Sprintf("the seat %q once more", seat), insertClaim(again), domain.ErrExists)
		claimAggregate.wantStored(t, w, "the first", first)
		first.EndedAt, first.State = fixture.T0, domain.ClaimRemoved
		w.update(t, w.of, saveClaim(first))
		w.refuses(t, fmt.Sprintf("the seat %q once more, when it is over", seat), insertClaim(again), domain.ErrExists)
		fixture.Fill(t, w, fixture.Claim(there, one, of), fixture.Claim(here, two, of))
		w.update(t, w.of, deleteClaim(first.ID))
		fixture.Fill(t, w, again)
	}
}

// claimKeepsSeat: a claim never becomes one of something else.
func claimKeepsSeat(t *testing.T, w *world) {
	c, other := bareClaim(t, w), bareClaim(t, w)
	fixture.Fill(t, w, c, other)
	for what, change := range map[string]func(*domain.Claim){
		"another sale":       func(c *domain.Claim) { c.PurchaseID = other.PurchaseID },
		"another seat":       func(c *domain.Claim) { c.SeatID = "x" },
		"another connection": func(c *domain.Claim) { c.ConnectionID = other.ConnectionID },
		"another product":    func(c *domain.Claim) { c.ProductID = other.ProductID },
		"all of another's": func(c *domain.Claim) {
			c.PurchaseID, c.ConnectionID, c.ProductID = other.PurchaseID, other.ConnectionID, other.ProductID
		},
	} {
		moved := c
		change(&moved)
		w.refuses(t, "saved with "+what, saveClaim(moved), domain.ErrClaimNotFound)
	}
	claimAggregate.wantStored(t, w, "after it", c)
	claimAggregate.wantStored(t, w, "the other", other)
}

func claimWhichRefusal(t *testing.T, w *world) {
	first := bareClaim(t, w)
	fixture.Fill(t, w, first)
	again := first
	again.ConnectionID, again.PurchaseID = "x", "x"
	w.refuses(t, "an id that is there, of nothing", insertClaim(again), domain.ErrExists)
	w.refuses(t, "of nothing", insertClaim(another(again)), domain.ErrConnectionNotFound)
	again.ConnectionID = first.ConnectionID
	w.refuses(t, "of no sale", insertClaim(another(again)), domain.ErrPurchaseNotFound)
}
