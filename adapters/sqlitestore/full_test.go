package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// limitPages lets the file grow to that many pages and no further; 0 is what it
// has now.
func limitPages(t *testing.T, s *Store, pages int64) {
	t.Helper()
	if pages == 0 {
		pages = read(t, s, "PRAGMA page_count")
	}
	must(t, update(t.Context(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		got, err := ints(ctx, c, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		if err == nil && got[0] != pages {
			err = fmt.Errorf("max_page_count is %d, want %d", got[0], pages)
		}
		return err
	}))
}

// TestFullDisk_overHTTP: 50 apps wait for their number when the disk is full.
// None is told one, all are told to come back, and the first that does is
// counted as if nothing had been.
func TestFullDisk_overHTTP(t *testing.T) {
	s := at(t, filepath.Join(t.TempDir(), "usher.db"))
	ana := fixture.Seller("ana")
	pencil := fixture.Product(ana)
	sale := fixture.Purchase(pencil)
	license := fixture.License(sale)
	fixture.Fill(t, s, ana, pencil, sale, ports.CountedLicense{License: license, Uses: 7})
	must(t, do(s, `CREATE TABLE t_rows (x INTEGER PRIMARY KEY, pad BLOB) STRICT`))
	u, err := app.New(app.Config{Store: s})
	must(t, err)
	server := httptest.NewServer(rest.Handler(u, nil))
	defer server.Close()
	verify := func() (status int, retry, body string) {
		res, err := http.PostForm(server.URL+"/v2/licenses/verify",
			url.Values{"product_id": {string(pencil.ID)}, "license_key": {string(license.Key)}})
		if err != nil {
			t.Error(err)
			return 0, "", ""
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, res.Header.Get("Retry-After"), string(text)
	}

	limitPages(t, s, 0)
	var all sync.WaitGroup
	defer all.Wait()
	held(t, s, func() {
		all.Go(func() { // shares the commit of those who count
			err := update(context.Background(), s, func(ctx context.Context, c sqlrepo.Conn) error {
				_, err := c.Exec(ctx, "INSERT INTO t_rows (pad) VALUES (zeroblob(100000))")
				return err
			})
			if !errors.Is(err, domain.ErrUnavailable) {
				t.Errorf("what fills the disk: %v", err)
			}
		})
		until(func() bool { return len(s.w.turns) == 1 })
		for range 50 {
			all.Go(func() {
				status, retry, body := verify()
				if status != http.StatusServiceUnavailable || retry == "" || strings.Contains(body, "uses") {
					t.Errorf("got %d, Retry-After %q, %s; want 503 and no number", status, retry, body)
				}
			})
		}
		until(func() bool { return len(s.w.counts) == 50 })
	})
	all.Wait()
	limitPages(t, s, 1<<20)
	if status, _, body := verify(); status != http.StatusOK || !strings.HasPrefix(body, `{"success":true,"uses":8,`) {
		t.Errorf("with room again: %d %s; want the eighth use", status, body)
	}
}
