package pgstore

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/pgtest"
)

// TestScratch: it is another database than the one that is named, empty, and
// goes with all who are connected to it.
func TestScratch(t *testing.T) {
	url := pgtest.URL(t)
	there := func(address, q string, args ...any) (n int) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), address)
		must(t, err)
		defer conn.Close(context.Background())
		must(t, conn.QueryRow(t.Context(), q, args...).Scan(&n))
		return n
	}
	const named = `SELECT count(*) FROM pg_database WHERE datname = $1`
	s, err := MakeScratch(t.Context(), url)
	must(t, err)
	if n := there(s.URL, `SELECT count(*) FROM pg_database WHERE datname = current_database() AND datname = $1`, s.Name); n != 1 {
		t.Error("its address leads elsewhere")
	}
	store, err := Open(t.Context(), s.URL, &Options{Keyring: ring(t, 'a')})
	must(t, err)
	if !store.Made() {
		t.Error("it was not empty")
	}
	must(t, s.Drop(t.Context()))
	_ = store.Close()
	if n := there(url, named, s.Name); n != 0 {
		t.Error("it is still there")
	}
	if n := there(url, `SELECT count(*) FROM pg_tables WHERE tablename LIKE 'usher%'`); n != 0 {
		t.Errorf("%d tables were made in the one that was named", n)
	}
	if _, err := MakeScratch(t.Context(), "postgres://127.0.0.1:1/none"); domain.KindOf(err) != domain.Unavailable {
		t.Errorf("beside none: %v", err)
	}
}

// TestCountAlone counts as Count does.
func TestCountAlone(t *testing.T) {
	s, _, seen := counted(t)
	for want := range int64(3) {
		if n, err := s.CountAlone(t.Context(), seen, 1); n != want+1 || err != nil {
			t.Errorf("got %d, %v, want %d", n, err, want+1)
		}
	}
	moved := seen
	moved.LicenseStamp++
	if n, err := s.CountAlone(t.Context(), moved, 1); n != 0 || err != domain.ErrMoved {
		t.Errorf("what has moved: %d, %v", n, err)
	}
}
