package rest

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// BenchmarkVerify is a whole verification over SQLite, without the network:
// counting and not, one at a time and 64 at once, each of another key.
func BenchmarkVerify(b *testing.B) {
	const keys = 1000
	store, err := sqlitestore.Open(b.Context(), filepath.Join(b.TempDir(), "usher.db"), &sqlitestore.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	ana := fixture.Seller("ana")
	pencil := fixture.Product(ana)
	things := []any{ana, pencil}
	bodies := make([]string, keys)
	for i := range bodies {
		sale := fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.FullName, p.Referrer, p.Country = "Buyer", "direct", "Japan" })
		l := fixture.License(sale)
		things = append(things, sale, l)
		bodies[i] = url.Values{"product_id": {string(pencil.ID)}, "license_key": {string(l.Key)}}.Encode()
	}
	fixture.Fill(b, store, things...)
	u, err := app.New(app.Config{Store: store})
	if err != nil {
		b.Fatal(err)
	}
	handler := Handler(u, nil)
	for _, more := range []struct{ name, params string }{{"count", ""}, {"read", "&increment_uses_count=false"}} {
		verify := func(b *testing.B, i int) {
			r := httptest.NewRequest("POST", "/v2/licenses/verify", strings.NewReader(bodies[i%keys]+more.params))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			if handler.ServeHTTP(w, r); w.Code != 200 {
				b.Errorf("answered %d %s", w.Code, w.Body)
			}
		}
		for i := range keys { // whatever is remembered is
			verify(b, i)
		}
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", more.name, callers), func(b *testing.B) {
				b.ReportAllocs()
				if callers == 1 {
					for i := 0; b.Loop(); i++ {
						verify(b, i)
					}
					return
				}
				var next atomic.Int64
				b.SetParallelism(max(1, callers/runtime.GOMAXPROCS(0)))
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						verify(b, int(next.Add(1)))
					}
				})
			})
		}
	}
}
