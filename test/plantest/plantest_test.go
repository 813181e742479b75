package plantest

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/usherhq/usher/test/pgtest"
)

// notes is a table that nobody has heard of, in what both databases speak.
const notes = `CREATE TABLE usher_notes (id TEXT PRIMARY KEY, seller_id TEXT NOT NULL, email TEXT NOT NULL, at %s NOT NULL);
	CREATE INDEX usher_notes_page ON usher_notes (seller_id, at, id);`

// cases are statements, and what is to be found of them; nothing, if empty.
var cases = []struct{ name, sql, sqlite, postgres string }{
	{"one row by its id", `SELECT email FROM usher_notes WHERE id = $1`, "", ""},
	{"a page", `SELECT id FROM usher_notes WHERE seller_id = $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4`, "", ""},
	{"by what has no index", `SELECT id FROM usher_notes WHERE email = $1`, "SCAN", "end to end"},
	{"all of a seller", `SELECT email FROM usher_notes WHERE seller_id = $1`, "200 of 200 rows", "it costs"},
	{"a page in another order", `SELECT id FROM usher_notes WHERE seller_id = $1 ORDER BY email LIMIT $2`, "200 of 200 rows", "it costs"},
	{"a page of what few have", `SELECT id FROM usher_notes WHERE seller_id = $1 AND email = $2 ORDER BY at, id LIMIT $3`, "", "passed over"},
	{"a change of one row", `UPDATE usher_notes SET email = $2 WHERE id = $1 AND seller_id = $3`, "", ""},
	{"a change of many", `UPDATE usher_notes SET email = $2 WHERE seller_id = $1`, "200 of 200 rows", "it costs"},
	{"a row that is made", `INSERT INTO usher_notes (id, seller_id, email, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, "", ""},
}

// sent is what Note remembers of the cases.
func sent() *Sent {
	s := &Sent{}
	for _, c := range cases {
		s.Note(c.sql)
	}
	return s
}

// wantFound needs each case to be found as it says, and no other.
func wantFound(t *testing.T, found []string, says func(i int) string) {
	t.Helper()
	for i, c := range cases {
		n := slices.IndexFunc(found, func(f string) bool { return strings.Contains(f, "\n"+c.sql+"\n") })
		switch want := says(i); {
		case n < 0 && want != "":
			t.Errorf("%s: nothing was found, want %q", c.name, want)
		case n >= 0 && (want == "" || !strings.Contains(strings.SplitN(found[n], "\n", 2)[0], want)):
			t.Errorf("%s: want %q, found\n%s", c.name, want, found[n])
		}
	}
}

var unneeded = []Exception{{Has: "nothing has this"}}

func TestSQLite(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(strings.ReplaceAll(notes, "%s", "INTEGER")); err != nil {
		t.Fatal(err)
	}
	found, err := SQLite(t.Context(), db, sent(), unneeded)
	if err != nil {
		t.Fatal(err)
	}
	wantFound(t, found, func(i int) string { return cases[i].sqlite })
	wantUnneeded(t, found)
}

func TestPostgres(t *testing.T) {
	db, err := sql.Open("pgx", pgtest.URL(t)+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(strings.ReplaceAll(notes, "%s", "timestamptz")); err != nil {
		t.Fatal(err)
	}
	found, err := Postgres(t.Context(), db, sent(), unneeded)
	if err != nil {
		t.Fatal(err)
	}
	wantFound(t, found, func(i int) string { return cases[i].postgres })
	wantUnneeded(t, found)
}

func wantUnneeded(t *testing.T, found []string) {
	t.Helper()
	if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, "nothing has this") }) {
		t.Error("an exception that nothing needs was not found")
	}
}

// A place in the source that sends nothing is named.
func TestUnmet(t *testing.T) {
	found, err := new(Sent).Unmet("../../adapters/sqlrepo")
	if err != nil || len(found) < 50 {
		t.Errorf("%d places, %v, want more than fifty", len(found), err)
	}
	if _, err := new(Sent).Unmet("../fixture"); err == nil {
		t.Error("a folder that sends nothing was looked at as if it did")
	}
}
