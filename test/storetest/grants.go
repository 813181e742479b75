package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertGrant(s domain.GrantState) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Grants.Insert(ctx, domain.RestoreGrant(s)) }
}

func saveGrant(s domain.GrantState, was int64) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Grants.Save(ctx, domain.RestoreGrant(s), was) }
}

func deleteGrant(id domain.GrantID) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Grants.Delete(ctx, id) }
}

// stateOf returns the state of a grant that was asked for.
func stateOf(g *domain.Grant, err error) (domain.GrantState, error) {
	if err != nil {
		return domain.GrantState{}, err
	}
	return g.State(), nil
}

var grantAggregate = child[domain.GrantState]{
	aggregate: aggregate[domain.GrantState]{
		notFound: domain.ErrGrantNotFound,
		bare:     bareGrant,
		full:     bareGrant,
		byID: func(ctx context.Context, tx ports.Tx, s domain.GrantState) (domain.GrantState, error) {
			return stateOf(tx.Grants.ByID(ctx, s.ID))
		},
		insert: func(ctx context.Context, tx ports.Tx, s domain.GrantState) error { return insertGrant(s)(ctx, tx) },
		save:   saveReadGrant,
		fixed:  []string{"ConnectionID", "Subject"},
	},
	parent: "ConnectionID", missing: domain.ErrConnectionNotFound, ofBob: bobsConnection,
	of: func(ctx context.Context, tx ports.Tx, parent string) (all []domain.GrantState, err error) {
		for after := (ports.Cursor{}); ; {
			page, err := tx.Grants.List(ctx, domain.ConnectionID(parent), after, 1000)
			all = append(all, page...)
			if err != nil || len(page) < 1000 {
				return all, err
			}
			after = ports.Cursor{At: page[len(page)-1].CreatedAt, ID: string(page[len(page)-1].ID)}
		}
	},
}

// saveReadGrant saves a grant as somebody does who has just read it.
func saveReadGrant(ctx context.Context, tx ports.Tx, s domain.GrantState) error {
	var was int64
	if g, err := tx.Grants.ByID(ctx, s.ID); err == nil {
		was = g.State().Version
	}
	return saveGrant(s, was)(ctx, tx)
}

// bareGrant makes a grant whose connection is in the store.
func bareGrant(t *testing.T, w *world) domain.GrantState {
	return fixture.Grant(storedConnection(t, w), domain.Subject(fixture.ID()))
}

var grantTests = grantAggregate.tests(tests{
	"Pages":                grantPages,
	"OneOfASubject":        grantOneOfSubject,
	"BySubject":            grantBySubject,
	"WhichRefusalWins":     grantWhichRefusal,
	"ALateAnswerIsRefused": grantMoved,
	"ASaveKeepsWhoseItIs":  grantKeepsSubject,
	"Deleted":              grantDeleted,
	"DeletedInVain":        grantDeletedInVain,
	"ADeletionIsTakenBack": grantDeletionRolledBack,
})

// grantPages: the pages of one connection.
func grantPages(t *testing.T, w *world) {
	c := storedConnection(t, w)
	fixture.Fill(t, w, bareGrant(t, w))
	of := grantAggregate.aggregate
	of.bare = func(*testing.T, *world) domain.GrantState { return fixture.Grant(c, domain.Subject(fixture.ID())) }
	of.list = func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.GrantState, error) {
		return tx.Grants.List(ctx, c.ID, after, limit)
	}
	of.pages(t, w)
}

func grantOneOfSubject(t *testing.T, w *world) {
	c, other := storedConnection(t, w), storedConnection(t, w)
	first := fixture.Grant(c, "Ann")
	fixture.Fill(t, w, first)
	w.refuses(t, "a second of somebody", insertGrant(fixture.Grant(c, "Ann")), domain.ErrExists)
	grantAggregate.wantStored(t, w, "the first", first)
	fixture.Fill(t, w, fixture.Grant(c, "ann"), fixture.Grant(c, "Ann "), fixture.Grant(other, "Ann"))
}

func bySubject(c domain.ConnectionID, who domain.Subject) func(context.Context, ports.Tx) (domain.GrantState, error) {
	return func(ctx context.Context, tx ports.Tx) (domain.GrantState, error) {
		return stateOf(tx.Grants.BySubject(ctx, c, who))
	}
}

func grantBySubject(t *testing.T, w *world) {
	c, other := storedConnection(t, w), storedConnection(t, w)
	g, elsewhere := fixture.Distinct(fixture.Grant(c, "Ann")), fixture.Grant(other, "Ann")
	fixture.Fill(t, w, g, elsewhere)
	wantSame(t, "hers", read(t, w, w.of, bySubject(c.ID, "Ann")), g)
	wantSame(t, "hers elsewhere", read(t, w, w.of, bySubject(other.ID, "Ann")), elsewhere)
	for _, who := range append(fixture.Unstorable(), "", "ann", "Ann ", "x") {
		_, err := try(t, w, w.of, bySubject(c.ID, domain.Subject(who)))
		wantErr(t, fmt.Sprintf("the subject %q", who), err, domain.ErrGrantNotFound)
		_, err = try(t, w, w.of, bySubject(domain.ConnectionID(who), "Ann"))
		wantErr(t, fmt.Sprintf("the connection %q", who), err, domain.ErrGrantNotFound)
	}
	for what, who := range map[string]ports.Scope{"bob": ports.Seller(w.bob.ID), "nobody": {}, "the system": ports.System} {
		_, err := try(t, w, who, bySubject(c.ID, "Ann"))
		wantErr(t, "told to "+what, err, domain.ErrGrantNotFound)
	}
}

func grantWhichRefusal(t *testing.T, w *world) {
	first := bareGrant(t, w)
	fixture.Fill(t, w, first)
	again := first
	again.ConnectionID = "x"
	w.refuses(t, "an id that is there, of nothing", insertGrant(again), domain.ErrExists)
	w.refuses(t, "of nothing", insertGrant(another(again)), domain.ErrConnectionNotFound)
}

// grantMoved: who read an older version saves nothing, however it differs.
func grantMoved(t *testing.T, w *world) {
	g := bareGrant(t, w)
	fixture.Fill(t, w, g)
	for version := range int64(3) {
		for _, was := range []int64{version + 1, version - 1, -1, 1 << 40} {
			late := g
			late.Version, late.Name = was+1, "late"
			w.refuses(t, fmt.Sprintf("version %d is there, and %d was read", version, was), saveGrant(late, was), domain.ErrMoved)
			grantAggregate.wantStored(t, w, "after it", g)
		}
		g.Version, g.Name = version+1, fixture.ID()
		w.update(t, w.of, saveGrant(g, version))
		grantAggregate.wantStored(t, w, "by who read it", g)
	}
	g.Name = "twice in one transaction"
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		next := g
		next.Version = g.Version + 5
		if err := saveGrant(next, g.Version)(ctx, tx); err != nil {
			return err
		}
		wantErr(t, "the same once more", saveGrant(next, g.Version)(ctx, tx), domain.ErrMoved)
		next.Name = "again"
		return saveGrant(next, next.Version)(ctx, tx)
	})
	w.refuses(t, "what is not there, whatever was read", saveGrant(another(g), 0), domain.ErrGrantNotFound)
}

// grantKeepsSubject: a grant never becomes somebody else's.
func grantKeepsSubject(t *testing.T, w *world) {
	g, other := bareGrant(t, w), bareGrant(t, w)
	fixture.Fill(t, w, g, other)
	for what, change := range map[string]func(*domain.GrantState){
		"another connection": func(g *domain.GrantState) { g.ConnectionID = other.ConnectionID },
		"another subject":    func(g *domain.GrantState) { g.Subject = "x" },
		"both of another's":  func(g *domain.GrantState) { g.ConnectionID, g.Subject = other.ConnectionID, other.Subject },
	} {
		moved := g
		change(&moved)
		w.refuses(t, "saved with "+what, saveGrant(moved, g.Version), domain.ErrGrantNotFound)
	}
	grantAggregate.wantStored(t, w, "after it", g)
	grantAggregate.wantStored(t, w, "the other", other)
}

func grantDeleted(t *testing.T, w *world) {
	g := fixture.Distinct(bareGrant(t, w))
	fixture.Fill(t, w, g)
	for range 2 { // of what is not there: nothing
		w.update(t, w.of, deleteGrant(g.ID))
		_, err := grantAggregate.load(t, w, g)
		wantErr(t, "deleted", err, domain.ErrGrantNotFound)
		_, err = try(t, w, w.of, bySubject(g.ConnectionID, g.Subject))
		wantErr(t, "deleted, by its subject", err, domain.ErrGrantNotFound)
		wantAll(t, "deleted, listed", grantAggregate.listed(t, w, w.of, string(g.ConnectionID)))
		w.refuses(t, "saved once more", saveGrant(g, g.Version), domain.ErrGrantNotFound)
	}
	fixture.Fill(t, w, g) // nothing of it is in the way
	grantAggregate.wantStored(t, w, "made again", g)
}

func grantDeletedInVain(t *testing.T, w *world) {
	g := bareGrant(t, w)
	fixture.Fill(t, w, g)
	for what, who := range map[string]ports.Scope{"bob": ports.Seller(w.bob.ID), "nobody": {}, "the system": ports.System} {
		if err := w.Update(t.Context(), who, deleteGrant(g.ID)); err != nil && !(what != "bob" && is(err, domain.ErrScope)) {
			t.Errorf("deleted by %s: %v", what, err)
		}
		grantAggregate.wantStored(t, w, "deleted by "+what, g)
	}
	for _, id := range []domain.GrantID{"", "x"} {
		w.update(t, w.of, deleteGrant(id))
	}
	grantAggregate.wantStored(t, w, "after it", g)
}

func grantDeletionRolledBack(t *testing.T, w *world) {
	g, boom := bareGrant(t, w), errors.New("boom")
	fixture.Fill(t, w, g)
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(deleteGrant(g.ID)(ctx, tx), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	grantAggregate.wantStored(t, w, "after it", g)
	wantSame(t, "by its subject", read(t, w, w.of, bySubject(g.ConnectionID, g.Subject)), g)
	wantAll(t, "listed", grantAggregate.listed(t, w, w.of, string(g.ConnectionID)), g)
}
