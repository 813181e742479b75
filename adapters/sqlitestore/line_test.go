package sqlitestore

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// both runs fn on the writer's connection and on a reader's.
func both(t *testing.T, s *Store, fn func(context.Context, sqlrepo.Conn) error) {
	t.Helper()
	must(t, update(t.Context(), s, fn))
	must(t, view(t.Context(), s, fn))
}

// TestAStatementInsideItself: a statement that is kept prepared is run again
// while its own result is being read.
func TestAStatementInsideItself(t *testing.T) {
	s := engine(t)
	must(t, do(s, "CREATE VIEW v AS SELECT column1 AS x FROM (VALUES (1), (2), (3))"))
	both(t, s, func(ctx context.Context, c sqlrepo.Conn) error {
		const q = "SELECT x FROM v WHERE x <> $1"
		for range 2 { // the second time it is kept
			var got []string
			r, err := c.Query(ctx, q, 1)
			if err != nil {
				return err
			}
			for r.Next() {
				var x int
				if err := r.Scan(&x); err != nil {
					return err
				}
				inner, err := ints(ctx, c, q, x)
				if err != nil {
					return err
				}
				got = append(got, fmt.Sprint(x, inner))
			}
			r.Close()
			if want := []string{"2 [1 3]", "3 [1 2]"}; r.Err() != nil || !slices.Equal(got, want) {
				t.Errorf("got %v, %v; want %v", got, r.Err(), want)
			}
		}
		return nil
	})
}

// TestManyTexts: more texts than are kept prepared are run all the same.
func TestManyTexts(t *testing.T) {
	s := engine(t)
	both(t, s, func(ctx context.Context, c sqlrepo.Conn) error {
		for range 2 {
			for i := range int64(mostKept + 50) {
				if got, err := ints(ctx, c, fmt.Sprintf("SELECT %d", i)); err != nil || got[0] != i {
					return fmt.Errorf("SELECT %d: %v, %w", i, got, err)
				}
			}
		}
		return nil
	})
	if n := len(s.w.line.kept); n > mostKept {
		t.Errorf("%d statements are kept, want at most %d", n, mostKept)
	}
}

// TestTheSchemaMayChangeUnderAStatement: another process may migrate by adding
// while a statement is kept.
func TestTheSchemaMayChangeUnderAStatement(t *testing.T) {
	s := engine(t)
	second := at(t, pathOf(t, s))
	insert := func() { must(t, do(s, "INSERT INTO t_rows (pad) VALUES (NULL)")) }
	insert()
	read(t, s, "SELECT count(*) FROM t_rows")
	must(t, do(second, "ALTER TABLE t_rows ADD COLUMN more TEXT NOT NULL DEFAULT 'x'"))
	must(t, do(second, "CREATE INDEX t_more ON t_rows (more)"))
	insert()
	if n := read(t, s, "SELECT count(*) FROM t_rows"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestTimesAreMicroseconds(t *testing.T) {
	s := engine(t)
	at := time.Date(2026, 2, 28, 23, 59, 59, 123456000, time.UTC)
	args := []any{at, time.Time{}, at.Add(999)}
	must(t, do(s, "CREATE TABLE t_times (a INTEGER, b INTEGER, c INTEGER) STRICT"))
	must(t, do(s, "INSERT INTO t_times VALUES ($1, $2, $3)", args...))
	if args[0] != at {
		t.Error("the caller's arguments were changed")
	}
	must(t, view(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		r, err := c.Query(ctx, "SELECT a, b, c, a FROM t_times WHERE a = $1", at)
		if err != nil {
			return err
		}
		defer r.Close()
		r.Next()
		var a, none, more time.Time
		var n int64
		if err := r.Scan(sqlrepo.Time(&a), sqlrepo.Time(&none), sqlrepo.Time(&more), &n); err != nil {
			return err
		}
		if a != at || !none.IsZero() || more != at || n != 1772323199123456 {
			t.Errorf("got %v, %v, %v, %d", a, none, more, n)
		}
		return nil
	}))
}
