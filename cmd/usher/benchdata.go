package main

import (
	"fmt"
	chance "math/rand/v2"
	"net/url"
	"strconv"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// benchData is a shop of one product with so many sales, each with its key. It
// is drawn, the same each time.
type benchData struct {
	n       int
	at      time.Time
	seller  domain.Seller
	product domain.Product
}

func newBenchData(n int) benchData {
	d := benchData{n: n, at: domain.Instant(time.Now()).Truncate(time.Second).Add(-day24)}
	dice := d.dice()
	d.seller = domain.Seller{ID: domain.SellerID(dice.id(d.at)), UserID: domain.NewUserID(1), Name: "Ana Press", Email: "ana@example.com", CreatedAt: d.at}
	d.product = domain.Product{
		ID: domain.ProductID(dice.id(d.at)), SellerID: d.seller.ID, Kind: domain.OneTime, Name: "Inkwell", Permalink: "inkwell",
		Price: domain.Money{Amount: 2900, Currency: "usd"}, Licensed: true, Published: true, CreatedAt: d.at,
	}
	return d
}

func (d benchData) dice() dice { return dice{chance.NewChaCha8([32]byte{'b', 'e', 'n', 'c', 'h'})} }

// keys draws the keys.
func (d benchData) keys() []domain.LicenseKey {
	dice := dice{chance.NewChaCha8([32]byte{'k', 'e', 'y', 's'})}
	all := make([]domain.LicenseKey, d.n)
	for i := range all {
		all[i] = dice.key()
	}
	return all
}

// load makes the database of the data folder.
func (d benchData) load(c *call) error {
	p, _, done, err := c.openWith(opening{make: true, log: c.messages()})
	if err != nil {
		return err
	}
	defer done()
	bar := c.progress("made")
	bar.percent = true
	defer bar.end()
	twice := int64(2 * (2*d.n + 2)) // it is read to be checked, and then to be kept
	carried := func(n int64) { bar.at(n, twice) }
	_, err = p.Transfer.Import(c.ctx, app.Source{Digest: "bench-" + strconv.Itoa(d.n), Carried: carried, Records: func(yield func(app.Record, error) bool) {
		line := 0
		add := func(v any) bool { line++; return yield(app.Record{Line: line, Value: v}, nil) }
		if !add(d.seller) || !add(d.product) {
			return
		}
		dice := d.dice()
		for i, key := range d.keys() {
			at := d.at.Add(time.Duration(i) * time.Millisecond)
			sale := domain.PurchaseState{
				ID: domain.PurchaseID(dice.id(at)), SellerID: d.seller.ID, ProductID: d.product.ID, OrderNumber: int64(i) + 1,
				Status: domain.Successful, Email: fmt.Sprintf("buyer%d@example.com", i), FullName: fmt.Sprintf("Buyer %d", i),
				Quantity: 1, Price: d.product.Price, CanContact: true, CreatedAt: at,
			}
			license := domain.LicenseState{
				ID: domain.LicenseID(dice.id(at)), SellerID: d.seller.ID, ProductID: d.product.ID, PurchaseID: sale.ID, Key: key, CreatedAt: at,
			}
			if !add(sale) || !add(ports.CountedLicense{License: license}) {
				return
			}
		}
	}}, false)
	return err
}

// forms make requests that verify a key.
type forms struct {
	head string // of a request, up to the key
	tail map[string]string
	keys []string
}

func (d benchData) forms() forms {
	f := forms{tail: map[string]string{counting: "", reading: "&increment_uses_count=false"}}
	for _, key := range d.keys() {
		f.keys = append(f.keys, url.QueryEscape(string(key)))
	}
	f.head = "product_id=" + url.QueryEscape(string(d.product.ID)) + "&license_key="
	return f
}

// request appends a request to b, whole, with what every client sends.
func (f forms) request(b []byte, key int, what string) []byte {
	b = append(b, "POST /v2/licenses/verify HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: usher-bench\r\nAccept: */*\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(f.head)+len(f.keys[key])+len(f.tail[what])), 10)
	b = append(append(b, headEnd...), f.head...)
	return append(append(b, f.keys[key]...), f.tail[what]...)
}
