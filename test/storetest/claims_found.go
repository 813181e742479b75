package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func touching(id domain.ConnectionID, s domain.Subject) func(context.Context, ports.Tx) ([]domain.Claim, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) { return tx.Claims.Touching(ctx, id, s) }
}

// claimTouching: by who is in and by who is to make room, over or not, in order.
func claimTouching(t *testing.T, w *world) {
	c, elsewhere := storedConnection(t, w), storedConnection(t, w)
	about := func(c domain.Connection, is, was domain.Subject) domain.Claim {
		s, _ := w.sale(t, w.product(t))
		return fixture.Claim(c, s, func(c *domain.Claim) { c.Subject, c.OldSubject = is, was })
	}
	is, was, both := about(c, "Ann", ""), about(c, "bea", "Ann"), about(c, "Ann", "Ann")
	over := about(c, "Ann", "")
	over.EndedAt = fixture.T0
	fixture.Fill(t, w, over, both, was, is, about(c, "bea", ""), about(c, "ann", "ANN"), about(c, "", ""), about(elsewhere, "Ann", "Ann"))
	wantAll(t, "Ann", read(t, w, w.of, touching(c.ID, "Ann")), is, was, both, over)
	is.Subject, is.OldSubject, was.OldSubject = "cid", "Ann", ""
	w.update(t, w.of, saveClaim(is))
	w.update(t, w.of, saveClaim(was))
	wantAll(t, "after a Save", read(t, w, w.of, touching(c.ID, "Ann")), is, both, over)
	wantAll(t, "who came", read(t, w, w.of, touching(c.ID, "cid")), is)
	for what, who := range map[string]ports.Scope{"bob": ports.Seller(w.bob.ID), "nobody": {}, "the system": ports.System} {
		wantAll(t, "told to "+what, read(t, w, who, touching(c.ID, "Ann")))
	}
}

// claimTouchingNobody: where nobody is known yet there is nobody to be found.
func claimTouchingNobody(t *testing.T, w *world) {
	s, _ := w.sale(t, w.product(t))
	c := fixture.Claim(storedConnection(t, w, fixture.Discord), s)
	fixture.Fill(t, w, c)
	if c.Subject != "" {
		t.Fatal("somebody is known")
	}
	for _, who := range append(fixture.Unstorable(), "", "x", "%") {
		wantAll(t, fmt.Sprintf("the subject %q", who), read(t, w, w.of, touching(c.ConnectionID, domain.Subject(who))))
	}
}

func byEmail(email string) func(context.Context, ports.Tx) ([]domain.Claim, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) { return tx.Claims.ByEmail(ctx, email) }
}

func claimByEmail(t *testing.T, w *world) {
	of := func(email string) domain.Claim {
		c := bareClaim(t, w)
		c.Email, c.Subject = email, ""
		return c
	}
	one, two, other := of("ann@example.com"), of("ann@example.com"), of("ann+1@example.com")
	theirs := domain.Product{ID: domain.ProductID(bobsProduct(t, w)), SellerID: w.bob.ID}
	sale := fixture.Purchase(theirs)
	there := fixture.Connection(w.bob)
	bobs := fixture.Claim(there, sale, func(c *domain.Claim) { c.Email = "ann@example.com" })
	fixture.Fill(t, w, two, other, one, sale, there, bobs)
	wantAll(t, "ana's", read(t, w, w.of, byEmail("ann@example.com")), one, two)
	wantAll(t, "bob's", read(t, w, ports.Seller(w.bob.ID), byEmail("ann@example.com")), bobs)
	for _, email := range append(fixture.Unstorable(), "ann", "ann@example.com ", "%", "ann_1@example.com") {
		wantAll(t, fmt.Sprintf("of %q", email), read(t, w, w.of, byEmail(email)))
	}
	one.Email = "ann+1@example.com"
	w.update(t, w.of, saveClaim(one))
	wantAll(t, "where it was", read(t, w, w.of, byEmail("ann@example.com")), two)
	wantAll(t, "where it went", read(t, w, w.of, byEmail("ann+1@example.com")), one, other)
}

func listClaims(q ports.ClaimQuery) func(context.Context, ports.Tx) ([]domain.Claim, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) { return tx.Claims.List(ctx, q) }
}

// claimQueries asks for every combination, in pages, and compares with what is
// to be chosen by hand.
func claimQueries(t *testing.T, w *world) {
	connections := []domain.Connection{storedConnection(t, w), storedConnection(t, w)}
	products := []domain.Product{w.product(t), w.product(t)}
	states := []domain.ClaimState{domain.ClaimActive, domain.ClaimNeedsSeller}
	var all []domain.Claim
	for i := range 24 {
		s, _ := w.sale(t, products[i/2%2])
		c := fixture.Claim(connections[i%2], s, func(c *domain.Claim) { c.State = states[i/4%2] })
		fixture.Fill(t, w, c)
		all = append(all, c)
	}
	theirs := fixture.Product(w.bob)
	sale, there := fixture.Purchase(theirs), fixture.Connection(w.bob)
	fixture.Fill(t, w, theirs, sale, there, fixture.Claim(there, sale, func(c *domain.Claim) { c.State = domain.ClaimActive }))
	inOrder(all)
	for _, connection := range []domain.ConnectionID{"", connections[0].ID, connections[1].ID, there.ID, "x"} {
		for _, product := range []domain.ProductID{"", products[0].ID, products[1].ID, theirs.ID} {
			for _, state := range append(slices.Clone(states), "", domain.ClaimFailed) {
				q := ports.ClaimQuery{ConnectionID: connection, ProductID: product, State: state}
				var want []domain.Claim
				for _, c := range all {
					if (connection == "" || c.ConnectionID == connection) && (product == "" || c.ProductID == product) && (state == "" || c.State == state) {
						want = append(want, c)
					}
				}
				for _, size := range []int{1, 5, 0} {
					wantAll(t, fmt.Sprintf("%+v in pages of %d", q, size), w.pagesOf(t, q, size), want...)
				}
			}
		}
	}
}

// pagesOf reads all that a query chooses, in pages.
func (w *world) pagesOf(t *testing.T, q ports.ClaimQuery, size int) (all []domain.Claim) {
	t.Helper()
	q.Limit = size
	for {
		page := read(t, w, w.of, listClaims(q))
		all = append(all, page...)
		if size == 0 || len(page) < size {
			return all
		}
		if len(page) > size {
			t.Fatalf("a page of %d has %d", size, len(page))
		}
		q.After = ports.Cursor{At: page[len(page)-1].CreatedAt, ID: string(page[len(page)-1].ID)}
	}
}

func claimLimit(t *testing.T, w *world) {
	first := bareClaim(t, w)
	all := []domain.Claim{first}
	for range 1000 {
		all = append(all, claimOfSale.sibling(first))
	}
	claimAggregate.put(t, w, all...)
	inOrder(all)
	for _, limit := range []int{0, 1000, 1001, 5000, -1} {
		wantAll(t, fmt.Sprintf("%d asked for", limit), read(t, w, w.of, listClaims(ports.ClaimQuery{Limit: limit})), all[:1000]...)
	}
}
