package sqlitestore

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// TestWhoIsKnownIsCountedByHisRowAlone: until anything that the count is guarded
// by may have changed, here or in another process.
func TestWhoIsKnownIsCountedByHisRowAlone(t *testing.T) {
	s := at(t, filepath.Join(t.TempDir(), "usher.db"))
	ana := fixture.Seller("ana")
	pencil := fixture.Product(ana)
	sale := fixture.Purchase(pencil)
	license := fixture.License(sale)
	fixture.Fill(t, s, ana, pencil, sale, license)
	other := at(t, pathOf(t, s))
	guarded := 0
	held(t, s, func() {
		s.w.after = func(*line) {
			s.w.count = func(ctx context.Context, c sqlrepo.Conn, seen domain.Seen, n int) (int64, error) {
				guarded++
				return sqlrepo.Count(ctx, c, seen, n)
			}
		}
	})
	move := func(s *Store) func() {
		return func() {
			must(t, do(s, "UPDATE usher_licenses SET stamp = stamp + 1 WHERE id = $1", string(license.ID)))
		}
	}
	var seen domain.Seen
	look := func() {
		found, err := s.Facts(t.Context(), domain.Lookup{Key: license.Key})
		if err != nil || len(found) != 1 {
			t.Fatal(len(found), err)
		}
		seen = found[0].Seen
	}
	elsewhere := func() {
		_, err := other.Count(t.Context(), seen, 1)
		must(t, err)
	}
	look()
	for _, step := range []struct {
		name    string
		do      func()
		want    int64
		err     error
		guarded int
	}{
		{"at first", nil, 1, nil, 1},
		{"again", nil, 2, nil, 0},
		{"behind a count of another process", elsewhere, 4, nil, 1},
		{"again", nil, 5, nil, 0},
		{"behind a change of another process", move(other), 0, domain.ErrMoved, 1},
		{"as it is then", look, 6, nil, 1},
		{"again", nil, 7, nil, 0},
		{"behind a change of this one", move(s), 0, domain.ErrMoved, 1},
		{"as it is then", look, 8, nil, 1},
		{"behind jobs", func() { must(t, do(s, "DELETE FROM usher_jobs")) }, 9, nil, 0},
	} {
		if step.do != nil {
			step.do()
		}
		guarded = 0
		n, err := s.Count(t.Context(), seen, 1)
		if n != step.want || err != step.err || guarded != step.guarded {
			t.Errorf("%s: %d, %v, by %d guarded statements; want %d, %v, by %d", step.name, n, err, guarded, step.want, step.err, step.guarded)
		}
	}
}

func TestUnsettling(t *testing.T) {
	for q, want := range map[string]bool{
		"BEGIN IMMEDIATE": false, "COMMIT": false, "SAVEPOINT turn": false, "ROLLBACK TO turn": false,
		"SELECT n FROM usher_license_uses":                            false,
		"WITH x AS (SELECT 1) SELECT 1":                               false,
		"WITH x AS (SELECT 1)\n\tUPDATE usher_licenses SET stamp = 1": true,
		"UPDATE usher_jobs SET fence = 1":                             false,
		"INSERT INTO usher_events (id)\n\tVALUES ($1)":                false,
		"DELETE FROM usher_leases":                                    false,
		"UPDATE usher_licenses SET stamp = stamp + 1":                 true,
		"UPDATE usher_products SET stamp = stamp + 1":                 true,
		"DELETE FROM usher_license_uses":                              true,
		"INSERT OR REPLACE INTO usher_jobs VALUES (1)":                true,
		"REPLACE INTO usher_jobs VALUES (1)":                          true,
		"update usher_jobs set fence = 1":                             true,
		"UPDATE":                                                      true,
		"":                                                            true,
	} {
		if got := unsettling(q); got != want {
			t.Errorf("%q: %v", q, got)
		}
	}
}
