package gumroadcsv_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func TestSource_refuses(t *testing.T) {
	one := row("a1", "71", nil)
	with := func(column, value string) string { return sheet(one, row("a2", "72", cells{column: value})) }
	lacking := func(column string) string {
		return strings.Replace(sheet(one), column, "Another Column", 1)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"an empty file", "", "line 1: the file is empty"},
		{"a byte order mark alone", "\xef\xbb\xbf", "line 1: the file is empty"},
		{"cells between semicolons", strings.ReplaceAll(sheet(one), ",", ";"), "line 1: the cells are not separated by commas"},
		{"cells between tabs", strings.ReplaceAll(sheet(one), ",", "\t"), "line 1: the cells are not separated by commas"},
		{"another sort of file", "name,price\nx,1\n", "line 1: Purchase ID: the file has no such column"},
		{"a file without ids", lacking("Purchase ID"), "line 1: Purchase ID: the file has no such column"},
		{"a file without products", lacking("Product ID"), "line 1: Product ID: the file has no such column"},
		{"a file without times", lacking("Purchase Time (UTC timezone)"), "line 1: Purchase Time (UTC timezone): the file has no such column"},
		{"a file without keys", strings.Replace(sheet(one), "License Key,", "Key,", 1), "line 1: License Key: the file has no such column"},
		{"a file that does not tell renewals", lacking("Recurring Charge?"), "line 1: Recurring Charge?: the file has no such column"},
		{"a column twice", strings.Replace(sheet(one), "Referrer", "Quantity", 1), "line 1: Quantity: is a column twice"},
		{"a question twice", "Company,Company," + sheet(one), "line 1: Company: is a column twice"},
		{"a cell too few", sheet(one) + "a2,Inkwell\n", "line 3: has 2 cells, and the first line of the file 32"},
		{"a cell too many", sheet(one, append(row("a2", "72", nil), "")), "line 3: has 33 cells"},
		{"a quotation mark that is not closed", sheet(one) + "\"a2,Inkwell\n\n", "line 3: a quotation mark in it is neither closed nor doubled"},
		{"a quotation mark within a cell", with("Referrer", "x") + "a\"3,Ink\n", "line 4: a quotation mark"},
		{"bytes that are no text", with("Referrer", "\xff"), "line 3: is not valid UTF-8"},
		{"a NUL character", with("Referrer", "a\x00b"), "line 3: has a NUL character"},
		{"the line after cells of several", sheet(row("a1", "71", cells{"Referrer": "two\nlines"}), row("a2", "72", cells{"Sale Price ($)": "x"})), "line 4: Sale Price"},

		{"no id", with("Purchase ID", ""), "line 3: Purchase ID: is empty"},
		{"no name", with("Item Name", " "), "line 3: Item Name: is empty"},
		{"no product", with("Product ID", ""), "line 3: Product ID: is empty"},
		{"no e-mail address", with("Purchase Email", ""), "line 3: Purchase Email: is empty"},
		{"what is no e-mail address", with("Purchase Email", "bo"), "line 3: Purchase Email: must be an e-mail address"},
		{"what is no receiver's e-mail address", with("Giftee Email", "cy"), "line 3: Giftee Email: must be an e-mail address"},
		{"no time", with("Purchase Time (UTC timezone)", ""), "line 3: Purchase Time (UTC timezone): is empty"},
		{"an American time", with("Purchase Time (UTC timezone)", "1/31/2025 12:00"), "line 3: Purchase Time (UTC timezone): must be a time in UTC, such as 2026-04-01 09:30:00 UTC"},
		{"a time in a zone that is only named", with("Purchase Time (UTC timezone)", "2025-01-31 12:00:00 PST"), "line 3: Purchase Time (UTC timezone): must be a time in UTC"},
		{"a day that there is not", with("Subscription End Date", "2025-02-30"), "line 3: Subscription End Date: must be a day, such as 2026-04-01"},
		{"a cancellation that is no time", with("Cancellation Date", "soon"), "line 3: Cancellation Date: must be a time"},
		{"a negative price", with("Sale Price ($)", "-29.0"), "line 3: Sale Price ($): must not be negative"},
		{"a price in words", with("Sale Price ($)", "free"), "line 3: Sale Price ($): must be an amount of dollars with at most two decimals, such as 12.50"},
		{"a fee with parts of a cent", with("Fees ($)", "2.905"), "line 3: Fees ($): must be an amount of dollars"},
		{"a refund in another notation", with("Partial Refund ($)", "1.234,50"), "line 3: Partial Refund ($): must be an amount"},
		{"a comma that groups no thousands", with("Sale Price ($)", "12,50"), "line 3: Sale Price ($): must be an amount"},
		{"a refund of more than was paid", with("Partial Refund ($)", "29.01"), "line 3: Partial Refund ($): must not be more than the sale price"},
		{"an answer that is none", with("Fully Refunded?", "maybe"), "line 3: Fully Refunded?: must be 1 or 0"},
		{"a dispute that never was won", with("Dispute Won?", "1"), "line 3: Dispute Won?: must be 0 if there was no dispute"},
		{"nothing that was bought", with("Quantity", "0"), "line 3: Quantity: must be at least 1"},
		{"half a thing", with("Quantity", "0.5"), "line 3: Quantity: must be a whole number"},
		{"more than can be counted", with("Quantity", "99999999999999999999"), "line 3: Quantity: must be a whole number"},
		{"no order number", with("Order Number", ""), "line 3: Order Number: must be a number of at least 1"},
		{"a gift with a number that leaves no room", sheet(one, row("a2", "1073741824", cells{"Giftee Email": "cy@example.com"})), "line 3: Order Number: is too large"},
		{"uses below none", with("License Key Activation Count", "-1"), "line 3: License Key Activation Count: must be a whole number"},
		{"a recurrence that there is not", with("Recurrence", "weekly"), "line 3: Recurrence: must be monthly, quarterly"},
		{"a renewal of a trial", sheet(one, row("a2", "72", renewed(cells{"Free trial purchase?": "1"}))), "line 3: Recurring Charge?: must be 0 in a trial"},
		{"a refund of a trial", with("Free trial purchase?", "1") + strings.Join(row("a3", "73", cells{"Free trial purchase?": "1", "Fully Refunded?": "1"}), ",") + "\n", "line 4: Fully Refunded?: and Disputed? must be 0 in a trial"},
		{"a permalink that is none", sheet(row("a1", "71", cells{"Product ID": "Q GY"})), "line 2: Product ID: must be 1 to 100 letters"},

		{"a purchase twice", sheet(one, row("a2", "72", nil), row("a1", "73", nil)), "line 4: Purchase ID: is that of line 2 already"},
		{"a number twice", sheet(one, row("a2", "71", nil)), "line 3: Order Number: is that of line 2 already"},
		{"a key twice in a product", sheet(row("a1", "71", cells{"License Key": "k-1"}), row("a2", "72", cells{"License Key": "K-1"})), "line 3: License Key: is that of line 2 already"},
		{"a product that renews here and not there", sheet(row("a1", "71", member(nil)), row("a2", "72", member(cells{"Recurrence": ""}))), "line 3: Recurrence: is empty, but the same product renews in line 2"},
		{"a renewal of nothing", sheet(one, row("a2", "72", renewed(cells{}))), "line 3: Recurring Charge?: the sale that began this membership is not in the file"},
		{"a renewal of somebody else's", sheet(row("a1", "71", member(nil)), row("a2", "72", renewed(cells{"Purchase Email": "cy@example.com"}))), "line 3: Recurring Charge?: the sale that began"},
		{"a renewal from before its sale", sheet(row("a1", "71", member(nil)), row("a2", "72", renewed(cells{"Purchase Time (UTC timezone)": "2025-01-30 12:00:00 UTC"}))), "line 3: Recurring Charge?: the sale that began"},
		{"a renewal with the key of a later sale", sheet(row("a1", "71", member(cells{"License Key": "k1"})), row("a2", "72", renewed(cells{"License Key": "k1", at: "2025-01-30 12:00:00 UTC"}))), "line 3: Recurring Charge?: the sale that began"},
		{"a renewal with another key", sheet(row("a1", "71", member(cells{"License Key": "k1"})), row("a2", "72", renewed(cells{"License Key": "k2"}))), "line 3: Recurring Charge?: the sale that began"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := some(tt.text)
			if strings.Contains(tt.text, "Q GY") {
				o.Products["Q GY"] = "x"
			}
			_, err := told(t, tt.text, o)
			var at *app.LineError
			if !errors.As(err, &at) || domain.KindOf(err) != domain.Invalid || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestSource_asksForTheIDOfEachProduct(t *testing.T) {
	text := sheet(row("a1", "71", nil), row("a2", "72", member(nil)))
	for _, tt := range []struct {
		name string
		ids  map[string]domain.ProductID
		want string
	}{
		{"none is given", nil, "no API id is given for the product QMGY, club"},
		{"one is missing", map[string]domain.ProductID{"club": "c"}, "no API id is given for the product QMGY"},
		{"one is empty", map[string]domain.ProductID{"club": "c", "qmgy": ""}, "no API id is given for the product QMGY"},
		{"one is of nothing", map[string]domain.ProductID{"club": "c", "QMGY": "q", "nib": "n"}, "the file has no product nib"},
	} {
		var wrong *gumroadcsv.IDsError
		if _, err := told(t, text, gumroadcsv.Options{Seller: "ana", Products: tt.ids}); !errors.As(err, &wrong) || err.Error() != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := told(t, text, gumroadcsv.Options{Seller: "ana", Products: map[string]domain.ProductID{"CLUB": "c", "qmgy": "q"}}); err != nil {
		t.Errorf("letter case counts: %v", err)
	}
}

// What is in the store already may stand against a file, of whatever line.
func TestImport_refusesWhatDoesNotFitTheStore(t *testing.T) {
	text := sheet(row("a1", "71", cells{"License Key": "k1"}))
	price := domain.Money{Amount: 100, Currency: "usd"}
	there := domain.Product{ID: "id of QMGY", SellerID: "ana", Kind: domain.OneTime, Name: "Ink", Permalink: "ink", Price: price, CreatedAt: moved}
	euro, club := there, there
	euro.Price.Currency = "eur"
	club.Kind = domain.MembershipKind
	for _, tt := range []struct {
		name string
		seen domain.Product
		want string
	}{
		{"a product that is sold in another currency", euro, "line 2: Product ID: the product is there already and is sold in EUR"},
		{"a membership", club, "line 2: Product ID: the product is there already, and of the two only one is a membership"},
	} {
		w := newWorld(t, memstore.New(nil))
		o := some(text)
		o.Stored = []gumroadcsv.Stored{{Product: tt.seen}}
		if _, err := w.bring(t, text, o); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	t.Run("nothing is kept of a file with one fault", func(t *testing.T) {
		w := newWorld(t, memstore.New(nil))
		before := w.exported(t)
		text := sheet(row("a1", "71", nil), row("a2", "72", cells{"Purchase Email": "bo"}))
		if _, err := w.bring(t, text, some(text)); err == nil || w.exported(t) != before {
			t.Errorf("got %v, and it has now\n%s", err, w.exported(t))
		}
	})
	t.Run("a permalink that another product has", func(t *testing.T) {
		w := newWorld(t, memstore.New(nil))
		if _, err := w.Catalog.AddProduct(t.Context(), "ana", domain.Product{Name: "Ink", Permalink: "qmgy", Kind: domain.OneTime, Price: price}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.bring(t, text, some(text)); !errors.Is(err, domain.ErrPermalinkTaken) || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a seller that is not there", func(t *testing.T) {
		o := some(text)
		o.Seller = "eva"
		if _, err := newWorld(t, memstore.New(nil)).bring(t, text, o); err == nil || !strings.HasPrefix(err.Error(), "line 2: seller: no seller") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a product of somebody else", func(t *testing.T) {
		w := newWorld(t, memstore.New(nil))
		eva, err := w.Sellers.Add(t.Context(), domain.Seller{Name: "Eva", Email: "eva@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		hers := domain.Product{ID: "id of QMGY", Name: "Ink", Permalink: "ink", Kind: domain.OneTime, Price: price}
		made, err := w.Catalog.AddProduct(t.Context(), eva.ID, hers)
		if err != nil {
			t.Fatal(err)
		}
		o := some(text)
		o.Products["QMGY"] = made.ID
		if _, err := w.bring(t, text, o); !errors.Is(err, domain.ErrExists) || !strings.Contains(err.Error(), "another seller has it") {
			t.Errorf("got %v", err)
		}
	})
}
