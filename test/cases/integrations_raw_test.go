package cases

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"github.com/usherhq/usher/ports"
)

// places are the databases of stores: a driver, and where it finds them.
var places sync.Map

// rawText is what a store keeps in the tables of its database, as it stands
// there; empty: it has none.
func rawText(t *testing.T, store ports.Store) string {
	t.Helper()
	place, there := places.Load(store)
	if !there {
		return ""
	}
	driver, source, _ := strings.Cut(place.(string), " ")
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if driver == "pgx" {
		list = `SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`
	}
	var text strings.Builder
	for _, table := range rowsOf(t, db, list) {
		for _, row := range rowsOf(t, db, "SELECT * FROM "+table[0]) {
			fmt.Fprintln(&text, table[0], row)
		}
	}
	return text.String()
}

func rowsOf(t *testing.T, db *sql.DB, query string) (all [][]string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells := make([]any, len(names))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(names))
		for i, c := range cells {
			switch v := (*c.(*any)).(type) {
			case []byte:
				row[i] = string(v)
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// tokenOf is the token of a given connection.
func (s *scene) tokenOf(ref connectionRef) (token string) {
	conn := s.conns[ref]
	s.view(ports.Seller(conn.SellerID), func(ctx context.Context, tx ports.Tx) error {
		sealed, err := tx.Connections.Secret(ctx, conn.ID)
		if err != nil {
			return err
		}
		text, err := base64.StdEncoding.DecodeString(sealed.Text)
		if err != nil {
			return err
		}
		plain, err := s.keys.Open(sealed.Number, []byte("connection:"+string(conn.SellerID)+":"+string(conn.ID)), text)
		token = string(plain)
		return err
	})
	return token
}

var buttons = regexp.MustCompile(`(?:<button>|class="button"[^>]*>)([^<]*)<`)

// compareButtons compares the buttons of a sale's page, of its receipt and of its
// seller's list of people.
func (s *scene) compareButtons(want buttonsWanted, add adder) {
	compare := func(where string, want null[string], shown func() []string) {
		if !want.set {
			return
		}
		got := shown()
		slices.Sort(got)
		got = slices.Compact(got)
		if want.null && len(got) > 0 || !want.null && (len(got) != 1 || got[0] != want.is) {
			add("buttons."+where, got, want.is)
		}
	}
	compare("download_page", want.DownloadPage, func() []string {
		p, claim := s.used(s.joined())
		return buttonsOf(s.browser().open(http.MethodGet, "/d/"+s.key(p, claim.SeatID), nil).text)
	})
	compare("seller", want.Seller, func() []string {
		b := s.browser()
		b.signIn(s.seller(""))
		return buttonsOf(b.open(http.MethodGet, "/admin/people", nil).text)
	})
	compare("receipt", want.Receipt, func() (got []string) {
		p, _ := s.used(s.joined())
		s.mail.mu.Lock()
		defer s.mail.mu.Unlock()
		for _, m := range s.mail.mails {
			if m.Cause != "receipt:"+string(p.ID) {
				continue
			}
			for _, found := range mailButtons.FindAllStringSubmatch(m.Text, -1) {
				got = append(got, found[1])
			}
		}
		return got
	})
}

// mailButtons are the buttons of a mail: what one does, and where.
var mailButtons = regexp.MustCompile(`(?m)^([A-Z][A-Za-z ]+): https://usher\.example/\S+$`)

func buttonsOf(page string) (got []string) {
	for _, m := range buttons.FindAllStringSubmatch(page, -1) {
		got = append(got, html.UnescapeString(m[1]))
	}
	return got
}
