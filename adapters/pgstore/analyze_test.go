package pgstore

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// The planner knows every table of usher's afterwards, and no other's.
func TestAnalyze(t *testing.T) {
	url := empty(t)
	s, products := shop(t, url, Options{})
	fixture.Fill(t, s, fixture.Purchase(products[0]))
	do(t, url, "CREATE TABLE others (i int); INSERT INTO others VALUES (1)")
	analyzed := func() (n int64) {
		conn, err := pgx.Connect(t.Context(), url)
		must(t, err)
		defer conn.Close(context.Background())
		must(t, conn.QueryRow(t.Context(), "SELECT count(DISTINCT tablename) FROM pg_stats WHERE schemaname = 'public'").Scan(&n))
		return n
	}
	if n := analyzed(); n != 0 {
		t.Fatalf("%d tables are known before", n)
	}
	for range 2 {
		must(t, s.Analyze(t.Context()))
		if n := analyzed(); n != 6 { // sellers, products, purchases, terms; meta, and that of the migrations
			t.Errorf("%d tables are known, want the 6 of usher's that have rows", n)
		}
	}
	must(t, s.View(t.Context(), ports.System, func(ctx context.Context, _ ports.Tx) error {
		if err := s.Analyze(ctx); !errors.Is(err, domain.ErrNested) {
			t.Errorf("in a View: %v", err)
		}
		return nil
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Analyze(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}
