package app

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports/portsmock"
	"github.com/usherhq/usher/test/pgtest"
)

// process is an usher on that database, as one in another process would be.
func process(t *testing.T, url string, c Config) *Usher {
	t.Helper()
	secret, err := keyring.NewSecret(1, bytes.Repeat([]byte{'a'}, keyring.Size))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	store, err := pgstore.Open(t.Context(), url, &pgstore.Options{Keyring: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	c.Store = store
	u, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A worker that hardly ever looks does at once what another process has
// committed: it is woken, also after its connection was cut.
func TestWorker_isWokenByAnotherProcess(t *testing.T) {
	url := pgtest.URL(t)
	sent := make(chan string, 10)
	mailer := &portsmock.MailerMock{SendFunc: func(_ context.Context, m domain.Mail) error { sent <- m.To; return nil }}
	worker, other := process(t, url, Config{Mailer: mailer}).Worker, process(t, url, Config{Mailer: mailer})
	worker.poll = 24 * time.Hour
	ana, err := other.Sellers.Add(t.Context(), domain.Seller{Name: "Ana", Email: "ana@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	pen, err := other.Catalog.AddProduct(t.Context(), ana.ID, domain.Product{Name: "Pen", Price: domain.Money{Amount: 100, Currency: "usd"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	defer func() { stop(); <-ended }()
	cut, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer cut.Close(context.Background())
	// The first one may be found by looking: at the start, or after a cut. The
	// second one is not.
	for i := range 4 {
		to := fmt.Sprintf("bo%d@example.com", i)
		if _, err := other.Sales.Record(t.Context(), ana.ID, "", domain.PurchaseState{ProductID: pen.ID, Email: to}); err != nil {
			t.Fatal(err)
		}
		for told := false; !told; { // the seller is told of each sale, too
			select {
			case got := <-sent:
				told = got == to
			case <-time.After(time.Minute):
				t.Fatalf("sale %d: nobody was told in a minute", i)
			}
		}
		if i != 1 {
			continue
		}
		if _, err := cut.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN usher_work'`); err != nil {
			t.Fatal(err)
		}
	}
}
