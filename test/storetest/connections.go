package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertConnection(c domain.Connection) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Connections.Insert(ctx, c) }
}

func saveConnection(c domain.Connection) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Connections.Save(ctx, c) }
}

var connectionAggregate = aggregate[domain.Connection]{
	notFound: domain.ErrConnectionNotFound,
	bare:     bareConnection,
	full:     bareConnection,
	byID: func(ctx context.Context, tx ports.Tx, c domain.Connection) (domain.Connection, error) {
		return tx.Connections.ByID(ctx, c.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, c domain.Connection) error {
		return tx.Connections.Insert(ctx, c)
	},
	save: func(ctx context.Context, tx ports.Tx, c domain.Connection) error { return tx.Connections.Save(ctx, c) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Connection, error) {
		return tx.Connections.List(ctx, after, limit)
	},
}

func bareConnection(_ *testing.T, w *world) domain.Connection { return fixture.Connection(w.ana) }

// storedConnection makes a connection of ana's and keeps it.
func storedConnection(t *testing.T, w *world, mods ...func(*domain.Connection)) domain.Connection {
	t.Helper()
	c := fixture.Connection(w.ana, mods...)
	fixture.Fill(t, w, c)
	return c
}

// bobsConnection makes a connection of bob's, and keeps it.
func bobsConnection(t *testing.T, w *world) string {
	c := fixture.Connection(w.bob)
	fixture.Fill(t, w, c)
	return string(c.ID)
}

var connectionTests = connectionAggregate.tests(tests{
	"OneToACommunity":       connectionOneTo,
	"OneToACommunityBySave": connectionOneBySave,
	"NotChosenYet":          connectionNotChosen,
	"ByRemote":              connectionByRemote,
	"ByRemoteOfNobody":      connectionByNoRemote,
	"Secret":                connectionSecret,
	"SecretIsAnyBytes":      connectionSecretBytes,
	"SecretOfAnother's":     connectionSecretOfOthers,
	"SecretRolledBack":      connectionSecretRolledBack,
	"Calls":                 connectionCalls,
	"CallsOfAnother's":      connectionCallsOfOthers,
	"CallsRolledBack":       connectionCallsRolledBack,
})

// to makes a connection one to that community.
func to(of domain.Service, remote string) func(*domain.Connection) {
	return func(c *domain.Connection) { c.Service, c.RemoteID = of, remote }
}

func closed(c *domain.Connection) { c.ClosedAt = fixture.T0 }

func leaving(c *domain.Connection) { c.Leaving = domain.RemoveMembers }

func connectionOneTo(t *testing.T, w *world) {
	for name, mod := range map[string]func(*domain.Connection){"open": func(*domain.Connection) {}, "being disconnected": leaving} {
		here := to(domain.Circle, name)
		first := storedConnection(t, w, here, mod)
		w.refuses(t, "a second, of one that is "+name, insertConnection(fixture.Connection(w.ana, here)), domain.ErrExists)
		connectionAggregate.wantStored(t, w, "the first", first)
		fixture.Fill(t, w, fixture.Connection(w.bob, here), // another seller's is in nobody's way
			fixture.Connection(w.ana, here, closed), fixture.Connection(w.ana, here, closed), // nor what is over
			fixture.Connection(w.ana, to(domain.Discord, name)), fixture.Connection(w.ana, to(domain.Circle, name+" ")))

		first.ClosedAt = fixture.T0
		w.update(t, w.of, saveConnection(first))
		again := storedConnection(t, w, here)
		w.refuses(t, "a third, of one that was made again", insertConnection(fixture.Connection(w.ana, here)), domain.ErrExists)
		connectionAggregate.wantStored(t, w, "the one made again", again)
	}
}

func connectionOneBySave(t *testing.T, w *world) {
	first, old := storedConnection(t, w, to(domain.Circle, "1")), storedConnection(t, w, to(domain.Circle, "1"), closed)
	other := storedConnection(t, w, to(domain.Circle, "2"))
	open := old
	open.ClosedAt = other.ClosedAt
	w.refuses(t, "opened again while there is another", saveConnection(open), domain.ErrExists)
	connectionAggregate.wantStored(t, w, "what was refused", old)
	moved := other
	moved.RemoteID = "1"
	w.refuses(t, "moved to what another has", saveConnection(moved), domain.ErrExists)
	connectionAggregate.wantStored(t, w, "what was refused", other)

	first.Name = "itself"
	w.update(t, w.of, saveConnection(first))
	old.Name = "what is over"
	w.update(t, w.of, saveConnection(old))
	first.ClosedAt = fixture.T0
	w.update(t, w.of, saveConnection(first))
	w.update(t, w.of, saveConnection(open))
	connectionAggregate.wantStored(t, w, "opened again once nothing was in the way", open)
	fixture.Fill(t, w, fixture.Connection(w.bob, to(domain.Circle, "3")))
	other.RemoteID = "3"
	w.update(t, w.of, saveConnection(other))
	connectionAggregate.wantStored(t, w, "moved to what another seller has", other)
}

// connectionNotChosen: what has no community yet is in nobody's way.
func connectionNotChosen(t *testing.T, w *world) {
	one, two := storedConnection(t, w, to(domain.Circle, "")), storedConnection(t, w, to(domain.Circle, ""))
	one.RemoteID, two.RemoteID = "1", "1"
	w.update(t, w.of, saveConnection(one))
	w.refuses(t, "both choose the same", saveConnection(two), domain.ErrExists)
	two.RemoteID = ""
	w.update(t, w.of, saveConnection(two))
	connectionAggregate.wantStored(t, w, "it has not chosen yet", two)
}

func byRemote(of domain.Service, id string) func(context.Context, ports.Tx) ([]domain.Connection, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.Connection, error) {
		return tx.Connections.ByRemote(ctx, of, id)
	}
}

func (w *world) wantRemote(t *testing.T, what string, of domain.Service, id string, want ...domain.Connection) {
	t.Helper()
	got := read(t, w, ports.System, byRemote(of, id))
	inOrder(got)
	wantAll(t, what, got, want...)
}

func connectionByRemote(t *testing.T, w *world) {
	mine, theirs := fixture.Connection(w.ana, to(domain.Discord, "Ab")), fixture.Connection(w.bob, to(domain.Discord, "Ab"), leaving)
	circle, other := fixture.Connection(w.ana, to(domain.Circle, "Ab")), fixture.Connection(w.ana, to(domain.Discord, "AB"))
	fixture.Fill(t, w, mine, theirs, circle, other, fixture.Connection(w.ana, to(domain.Discord, "Ab"), closed))
	w.wantRemote(t, "of both sellers", domain.Discord, "Ab", mine, theirs)
	w.wantRemote(t, "of the other service", domain.Circle, "Ab", circle)
	w.wantRemote(t, "of another community", domain.Discord, "AB", other)
	mine.ClosedAt, other.RemoteID = fixture.T0, "Ab"
	w.update(t, w.of, saveConnection(mine))
	w.update(t, w.of, saveConnection(other))
	w.wantRemote(t, "after a Save", domain.Discord, "Ab", theirs, other)
	w.wantRemote(t, "where it was", domain.Discord, "AB")
}

func connectionByNoRemote(t *testing.T, w *world) {
	storedConnection(t, w, to(domain.Discord, ""))
	storedConnection(t, w, to(domain.Discord, "a"))
	for _, id := range append(fixture.Unstorable(), "", "x", "%", "a ") {
		w.wantRemote(t, "of "+id, domain.Discord, id)
	}
	_, err := try(t, w, w.of, byRemote(domain.Discord, "a"))
	wantErr(t, "in a seller's scope", err, domain.ErrScope)
}
