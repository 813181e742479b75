package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/pgtest"
)

// aShop makes the data folder "shop" in dir, with something of everything in it
// and n sales, and returns one of its keys.
func aShop(t *testing.T, dir string, n int) domain.LicenseKey {
	t.Helper()
	path := filepath.Join(dir, "shop")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.Create(filepath.Join(path, "usher.secrets"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlitestore.Open(t.Context(), filepath.Join(path, "usher.db"), &sqlitestore.Options{
		Keyring: keys, Logger: slog.New(slog.DiscardHandler), TestClock: fixture.T0.AddDate(0, 2, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ana, bob := fixture.Seller("ana"), fixture.Seller("bob")
	pen, club := fixture.Product(ana), fixture.Product(bob, fixture.Renewable)
	sale, member := fixture.Renewal(club)
	paid := fixture.PaymentOf(member, domain.RenewalPayment, 2)
	fixture.Fill(t, s, ana, bob, pen, club, fixture.Variant(club), sale, member, fixture.License(sale), paid,
		fixture.Refund(paid), fixture.Dispute(paid), fixture.Seat(sale), fixture.Token(ana, "secret"), fixture.Mail(ana))
	var all []any
	var last domain.LicenseState
	for range n {
		one := fixture.Purchase(pen)
		last = fixture.License(one)
		all = append(all, one, ports.CountedLicense{License: last, Uses: 3})
	}
	fixture.Fill(t, s, all...)
	jobs := []ports.Job{{ID: "j", Kind: "k", Key: "k", DueAt: fixture.T0}, {ID: "d", Kind: "dies", DueAt: fixture.T0}}
	if err := s.Enqueue(t.Context(), jobs...); err != nil {
		t.Fatal(err)
	}
	claimed, err := s.Claim(t.Context(), fixture.T0, []string{"dies"}, time.Minute, 1)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	if err := s.Finish(t.Context(), ports.Done{Job: claimed[0], Outcome: ports.Dead, Why: "why"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Lease(t.Context(), "l", 0, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := s.Hold(t.Context()); err != nil {
		t.Fatal(err)
	}
	return last.Key
}

// answers is what data says of itself: its export, what a key verifies as, its
// clock, its hold and what was given up.
func answers(t *testing.T, dir string, settings []string, key domain.LicenseKey) string {
	t.Helper()
	settings = append(settings, "USHER_LICENSE_KEY="+string(key))
	var all strings.Builder
	for _, args := range []string{"export --with-keys", "licenses verify --no-increment --json --seller ana@example.com", "clock show --json", "hold --show --json", "jobs list --jsonl --seller ana@example.com"} {
		code, said := endedWith(t, dir, settings, strings.Fields(args)...)
		if code != exitOK {
			t.Fatalf("%s: exit %d: %s", args, code, said)
		}
		all.WriteString(said)
	}
	return all.String()
}

// From SQLite to PostgreSQL, on to another one, back, and on: each copy has the
// same checksums and gives the same answers.
func TestCopy_everyDirection(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := aShop(t, dir, 600)
	one, two := pgtest.URL(t), pgtest.URL(t)
	secrets := []string{"USHER_SECRETS_FILE=shop/usher.secrets"}
	on := func(place string) []string {
		if strings.Contains(place, "://") {
			return append(secrets, "USHER_DATABASE="+place)
		}
		return append(secrets, "USHER_DATA="+place)
	}
	want := answers(t, dir, on("shop"), key)
	if !strings.Contains(want, string(key)) || !strings.Contains(want, `"held":true`) {
		t.Fatalf("the source says %.300s", want)
	}
	var tables []tableView
	for _, way := range [][2]string{{"shop", one}, {one, two}, {two, "back"}, {"back", "last"}} {
		code, said := endedWith(t, dir, secrets, "copy", "--from", way[0], "--to", way[1], "--json")
		if code != exitOK {
			t.Fatalf("%v: exit %d: %s", way, code, said)
		}
		line, _, _ := strings.Cut(said, "\n")
		var got struct {
			Rows   int64
			Tables []tableView
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err, line)
		}
		if tables == nil {
			tables = got.Tables
		}
		if got.Rows < 1800 || !reflect.DeepEqual(got.Tables, tables) {
			t.Errorf("%v: %d rows; the checksums are %v, want %v", way, got.Rows, got.Tables, tables)
		}
		if said := answers(t, dir, on(way[1]), key); said != want {
			t.Errorf("%v: it answers\n%.2000s\nand not\n%.2000s", way, said, want)
		}
	}
}

// A copy that is killed at any time goes on when it is run again, and nobody can
// serve what there is of it until then.
func TestCopy_killed(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"SQLite", "PostgreSQL"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			key := aShop(t, dir, 1500)
			to, settings := "new", []string{"USHER_DATA=new"}
			if what == "PostgreSQL" {
				to = pgtest.URL(t)
				settings = []string{"USHER_DATABASE=" + to}
			}
			settings = append(settings, "USHER_SECRETS_FILE=shop/usher.secrets")
			killed := 0
			for _, tenth := range []int{1, 4, 8} {
				p, err := newProcess(dir, settings, "copy", "--from", "shop", "--to", to)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.begin(); err != nil {
					t.Fatal(err)
				}
				eventually(t, fmt.Sprintf("%d0%% is copied", tenth), func() (string, bool) {
					said := p.stderr.String()
					select {
					case <-p.ended:
						return said, true
					default:
						return said, strings.Contains(said, fmt.Sprintf("copied %d0%%", tenth))
					}
				})
				_ = p.cmd.Process.Kill()
				if p.wait() == exitOK {
					t.Logf("it was finished before it was killed at %d0%%", tenth)
					break
				}
				killed++
				for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"sellers", "list"}} {
					if code, said := endedWith(t, dir, settings, args...); code != exitUnreachable || !strings.Contains(said, "that is not finished: run the same copy again") {
						t.Fatalf("killed at %d0%%: usher %s: exit %d: %s", tenth, args[0], code, said)
					}
				}
				if code, said := endedWith(t, dir, settings, "doctor"); code != exitFailed || !strings.Contains(said, "fail  copy         it holds a copy of ") {
					t.Errorf("killed at %d0%%: usher doctor: exit %d: %s", tenth, code, said)
				}
			}
			if killed == 0 {
				t.Error("it was never killed")
			}
			if code, said := endedWith(t, dir, settings, "copy", "--from", "shop", "--to", to); code != exitOK {
				t.Fatalf("exit %d: %s", code, said)
			}
			shop := []string{"USHER_DATA=shop"}
			if got, want := answers(t, dir, settings, key), answers(t, dir, shop, key); got != want {
				t.Errorf("it answers\n%.2000s\nand not\n%.2000s", got, want)
			}
		})
	}
}
