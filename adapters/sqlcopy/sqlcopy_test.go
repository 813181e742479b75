package sqlcopy_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/sqlcopy"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Every table that a migration of either store makes is copied, and the two
// stores agree on each of its columns.
func TestNoTableIsForgotten(t *testing.T) {
	made := regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
	described := map[string][]sqlcopy.Table{}
	for name, folder := range map[string]string{"SQLite": "sqlitestore", "PostgreSQL": "pgstore"} {
		files, err := filepath.Glob("../" + folder + "/migrations/*.sql")
		must(t, err)
		want := map[string]bool{}
		for _, file := range files {
			text, err := os.ReadFile(file)
			must(t, err)
			for _, m := range made.FindAllStringSubmatch(string(text), -1) {
				want[m[1]] = true
			}
		}
		described[name] = tablesOf(t, places[name](t).opened(t, false).Side())
		got := map[string]bool{}
		for _, table := range described[name] {
			got[table.Name] = true
		}
		if len(want) < 19 || !maps.Equal(got, want) {
			t.Errorf("%s: %v are copied, and the migrations make %v", name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
	must(t, sqlcopy.SameTables(described["SQLite"], described["PostgreSQL"]))
}

func TestSameTables(t *testing.T) {
	table := func(mods ...func(*sqlcopy.Table)) []sqlcopy.Table {
		one := sqlcopy.Table{Name: "t", Key: []string{"id"}, Columns: []sqlcopy.Column{{Name: "id", Kind: sqlcopy.Text, NotNull: true}, {Name: "n", Kind: sqlcopy.Number}}}
		for _, mod := range mods {
			mod(&one)
		}
		return []sqlcopy.Table{one}
	}
	must(t, sqlcopy.SameTables(table(), table(func(o *sqlcopy.Table) { o.Columns[1].Kind = sqlcopy.Time })))
	for what, other := range map[string][]sqlcopy.Table{
		"another name":   table(func(o *sqlcopy.Table) { o.Name = "u" }),
		"another column": table(func(o *sqlcopy.Table) { o.Columns[1].Name = "m" }),
		"a column more":  table(func(o *sqlcopy.Table) { o.Columns = append(o.Columns, sqlcopy.Column{Name: "z", Kind: sqlcopy.Text}) }),
		"another kind":   table(func(o *sqlcopy.Table) { o.Columns[1].Kind = sqlcopy.Text }),
		"another key":    table(func(o *sqlcopy.Table) { o.Key = []string{"n"} }),
		"numbers":        table(func(o *sqlcopy.Table) { o.Numbered = true }),
		"no table":       nil,
	} {
		for _, err := range []error{sqlcopy.SameTables(table(), other), sqlcopy.SameTables(other, table())} {
			if !errors.Is(err, sqlcopy.ErrSchemas) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

// From and to each database: every value of every table, and the numbers that
// are given next.
func TestRun(t *testing.T) {
	kinds := tablesOf(t, places["PostgreSQL"](t).opened(t, false).Side())
	for from := range places {
		for to := range places {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				source, target := places[from](t), places[to](t)
				s, c := source.opened(t, false), target.opened(t, true)
				fill(t, s.Side(), kinds, 25)
				ana := fixture.Seller("ana")
				fixture.Fill(t, s, ana)
				event(t, s, ana) // a number that was given, and is gone
				must(t, s.Side().Write(t.Context(), func(ctx context.Context, c sqlrepo.Conn) error {
					_, err := c.Exec(ctx, `DELETE FROM usher_events WHERE subject = 'gone'`)
					return err
				}))
				var steps, total int64
				o := sqlcopy.Options{Source: source.name, Slice: 10, Step: func(d, of int64) {
					if d < steps || d > of {
						t.Errorf("it went from %d to %d of %d", steps, d, of)
					}
					steps, total = d, of
				}}
				got, err := sqlcopy.Run(t.Context(), s.Side(), c.Side(), o)
				must(t, err)
				wantCopy(t, s.Side(), c.Side())
				if got.Before || len(got.Tables) != len(kinds) || steps != total || total == 0 {
					t.Errorf("%+v, and %d of %d steps", got, steps, total)
				}
				for _, sum := range got.Tables {
					if sum.Rows < 25 || len(sum.SHA256) != 64 {
						t.Errorf("%+v", sum)
					}
				}
				again, err := sqlcopy.Run(t.Context(), s.Side(), c.Side(), o)
				if err != nil || !again.Before || again.At.UnixMicro() != got.At.UnixMicro() {
					t.Errorf("again: %+v, %v", again, err)
				}
				served := target.opened(t, false) // by anybody
				if a, b := event(t, s, ana), event(t, served, ana); a != b {
					t.Errorf("the next event is number %d, and %d in the copy", a, b)
				}
			})
		}
	}
}

// event appends an event of a seller's and returns its number.
func event(t *testing.T, s store, of domain.Seller) (seq int64) {
	t.Helper()
	must(t, s.Update(t.Context(), ports.Seller(of.ID), func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{ID: "e", Subject: "gone", Name: "n", At: of.CreatedAt})
	}))
	must(t, s.Side().Read(t.Context(), func(ctx context.Context, c sqlrepo.Conn) error {
		rows, err := c.Query(ctx, `SELECT max(seq) FROM usher_events WHERE subject = 'gone'`)
		must(t, err)
		defer rows.Close()
		rows.Next()
		return rows.Scan(&seq)
	}))
	return seq
}

var errCut = errors.New("the process was killed")

// cut is a side that fails from some call on: before that call, or after it was
// done, as when the answer is lost.
type cut struct {
	sqlcopy.Side
	calls *int
	at    int
	after bool
}

func (c cut) on(call func() error) error {
	*c.calls++
	if *c.calls > c.at || *c.calls == c.at && !c.after {
		return errCut
	}
	if err := call(); err != nil || *c.calls < c.at {
		return err
	}
	return errCut
}

func (c cut) Tables(ctx context.Context) (all []sqlcopy.Table, err error) {
	err = c.on(func() error { all, err = c.Side.Tables(ctx); return err })
	return all, err
}

func (c cut) Read(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return c.on(func() error { return c.Side.Read(ctx, fn) })
}

func (c cut) Write(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return c.on(func() error { return c.Side.Write(ctx, fn) })
}

// Whatever call is the last one, a copy goes on from there, and nobody gets to
// work with it before it is whole.
func TestRun_goesOn(t *testing.T) {
	for name, step := range map[string]int{"SQLite": 7, "PostgreSQL": 41} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := places["SQLite"](t)
			s := source.opened(t, false).Side()
			fill(t, s, tablesOf(t, places["PostgreSQL"](t).opened(t, false).Side()), 5)
			cuts := 0
			for at := 1; ; at += step {
				target := places[name](t)
				c := target.opened(t, true)
				calls := 0
				with := func(s sqlcopy.Side) sqlcopy.Side { return cut{s, &calls, at, at%2 == 0} }
				o := sqlcopy.Options{Source: source.name, Slice: 2}
				_, err := sqlcopy.Run(t.Context(), with(s), with(c.Side()), o)
				if !errors.Is(err, errCut) {
					must(t, err)
					break
				}
				cuts++
				switch served, err := target.open(false); {
				case errors.Is(err, sqlrepo.ErrHalfCopied):
				case err != nil:
					t.Fatal(err)
				default: // it had not begun, or was finished
					full := dump(t, served.Side())["usher_sellers"] != ""
					again, err := sqlcopy.Run(t.Context(), s, served.Side(), o)
					if must(t, err); again.Before != full {
						t.Fatalf("cut at call %d: anybody may work with a half copy", at)
					}
					must(t, served.Close())
				}
				_, err = sqlcopy.Run(t.Context(), s, c.Side(), o)
				must(t, err)
				wantCopy(t, s, c.Side())
				must(t, target.opened(t, false).Close())
				must(t, c.Close())
			}
			if cuts*step < 150 {
				t.Errorf("it was cut off %d times only", cuts)
			}
		})
	}
}

func TestRun_refuses(t *testing.T) {
	place := places["SQLite"]
	source := place(t).opened(t, false)
	fixture.Fill(t, source, fixture.Seller("ana"))
	for what, row := range map[string]struct {
		target func(t *testing.T, s store)
		want   error
		words  string
	}{
		"a target that holds data": {func(t *testing.T, s store) { fixture.Fill(t, s, fixture.Seller("eva")) }, sqlcopy.ErrFull, "usher_sellers"},
		"one that held events": {func(t *testing.T, s store) {
			must(t, s.Side().Write(t.Context(), func(ctx context.Context, c sqlrepo.Conn) error {
				return s.Side().SetLast(ctx, c, sqlcopy.Table{Name: "usher_events"}, 7)
			}))
		}, sqlcopy.ErrFull, "usher_events"},
		"one where charges are held": {func(t *testing.T, s store) { must(t, s.(ports.Holder).Hold(t.Context())) }, sqlcopy.ErrFull, "usher_meta"},
		"a copy of something else": {func(t *testing.T, s store) {
			_, err := sqlcopy.Run(t.Context(), source.Side(), s.Side(), sqlcopy.Options{Source: "another"})
			must(t, err)
		}, sqlcopy.ErrFull, "a copy of another"},
		"a table that the source does not have": {func(t *testing.T, s store) {
			must(t, s.Side().Write(t.Context(), func(ctx context.Context, c sqlrepo.Conn) error {
				_, err := c.Exec(ctx, `CREATE TABLE usher_more (id TEXT PRIMARY KEY) STRICT`)
				return err
			}))
		}, sqlcopy.ErrSchemas, "usher_more"},
	} {
		t.Run(what, func(t *testing.T) {
			s := place(t).opened(t, true)
			row.target(t, s)
			before := dump(t, s.Side())
			_, err := sqlcopy.Run(t.Context(), source.Side(), s.Side(), sqlcopy.Options{Source: "this one"})
			if !errors.Is(err, row.want) || !strings.Contains(err.Error(), row.words) {
				t.Errorf("got %v, want %v with %q", err, row.want, row.words)
			}
			if !maps.Equal(before, dump(t, s.Side())) {
				t.Error("something was written")
			}
		})
	}
}

// meddled is a side on which somebody else acts before its nth transaction.
type meddled struct {
	sqlcopy.Side
	calls *int
	n     int
	act   func()
}

func (m meddled) meddle() {
	if *m.calls++; *m.calls == m.n {
		m.act()
	}
}

func (m meddled) Read(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	m.meddle()
	return m.Side.Read(ctx, fn)
}

func (m meddled) Write(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	m.meddle()
	return m.Side.Write(ctx, fn)
}

// Somebody who writes to the source until its tables are compared is found out,
// and so is one who writes to the target: it stays a half copy.
func TestRun_findsOutAWriter(t *testing.T) {
	for what, row := range map[string]struct {
		at       float64 // of all steps: a third is copying, the next is reading the target
		toTarget bool
	}{
		"to the source while it is copied":  {0.3, false},
		"to the source while it is read":    {0.6, false},
		"to the target while it is written": {0.3, true},
	} {
		t.Run(what, func(t *testing.T) {
			source, target := places["SQLite"](t), places["SQLite"](t)
			s, c := source.opened(t, false), target.opened(t, true)
			fill(t, s.Side(), tablesOf(t, s.Side()), 3)
			late, wrote := fixture.Seller("zoe", func(s *domain.Seller) { s.ID = "0" }), false // before all others, where no slice comes again
			o := sqlcopy.Options{Source: source.name, Slice: 2, Step: func(done, total int64) {
				if !wrote && float64(done) >= row.at*float64(total) {
					wrote = true
					fixture.Fill(t, map[bool]store{false: s, true: c}[row.toTarget], late)
				}
			}}
			_, err := sqlcopy.Run(t.Context(), s.Side(), c.Side(), o)
			if !errors.Is(err, sqlcopy.ErrDiffers) || !strings.Contains(err.Error(), "(in usher_sellers)") || !wrote {
				t.Errorf("got %v", err)
			}
			if _, err := target.open(false); !errors.Is(err, sqlrepo.ErrHalfCopied) {
				t.Errorf("and yet anybody may work with it: %v", err)
			}
			if _, err := sqlcopy.Run(t.Context(), s.Side(), c.Side(), o); !errors.Is(err, sqlcopy.ErrDiffers) {
				t.Errorf("again: %v", err)
			}
		})
	}
}

// Two who copy into the same database at once: at most one gets on, and what
// comes out is right.
func TestRun_twoAtOnce(t *testing.T) {
	source, target := places["SQLite"](t), places["SQLite"](t)
	s, c := source.opened(t, false), target.opened(t, true)
	fill(t, s.Side(), tablesOf(t, s.Side()), 6)
	o := sqlcopy.Options{Source: source.name, Slice: 2}
	calls, ran := 0, false
	other := meddled{c.Side(), &calls, 20, func() {
		ran = true
		_, err := sqlcopy.Run(t.Context(), s.Side(), c.Side(), o)
		must(t, err)
	}}
	if _, err := sqlcopy.Run(t.Context(), s.Side(), other, o); domain.CodeOf(err) != "copied_twice" || !ran {
		t.Errorf("the one that was overtaken: %v", err)
	}
	wantCopy(t, s.Side(), c.Side())
}
