package gumroadcsv_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func day(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

func TestSource_readsEveryWayOfWritingACell(t *testing.T) {
	for _, tt := range []struct {
		name, column, cell string
		want               func(domain.PurchaseState) bool
	}{
		{"a price of whole dollars", "Sale Price ($)", "29", func(p domain.PurchaseState) bool { return p.Price.Amount == 2900 }},
		{"a price with one decimal", "Sale Price ($)", "99.9", func(p domain.PurchaseState) bool { return p.Price.Amount == 9990 }},
		{"a price that no float is", "Sale Price ($)", "90071992547409.93", func(p domain.PurchaseState) bool { return p.Price.Amount == 9007199254740993 }},
		{"a price with zeros behind", "Sale Price ($)", "0.290000", func(p domain.PurchaseState) bool { return p.Price.Amount == 29 }},
		{"a price in a spreadsheet's form", "Sale Price ($)", "$ 1,234,567.5", func(p domain.PurchaseState) bool { return p.Price.Amount == 123456750 }},
		{"no price", "Sale Price ($)", "", func(p domain.PurchaseState) bool { return p.Price.Amount == 0 }},
		{"a protected address", "Purchase Email", "'+bo@example.com", func(p domain.PurchaseState) bool { return p.Email == "+bo@example.com" }},
		{"capitals in an address", "Purchase Email", " Bo@Example.com ", func(p domain.PurchaseState) bool { return p.Email == "bo@example.com" }},
		{"a mark that protects nothing", "Buyer Name", "'t Hooft", func(p domain.PurchaseState) bool { return p.FullName == "'t Hooft" }},
		{"a protected formula", "Buyer Name", "'=1+1", func(p domain.PurchaseState) bool { return p.FullName == "=1+1" }},
		{"a protected negation", "Buyer Name", "'-'", func(p domain.PurchaseState) bool { return p.FullName == "-'" }},
		{"a protected at", "Buyer Name", "'@bo", func(p domain.PurchaseState) bool { return p.FullName == "@bo" }},
		{"a time with an offset", "Purchase Time (UTC timezone)", "2025-01-31 14:00:00 +0200", func(p domain.PurchaseState) bool { return p.CreatedAt == day("2025-01-31T12:00:00") }},
		{"a time without a zone", "Purchase Time (UTC timezone)", "2025-01-31 12:00:00", func(p domain.PurchaseState) bool { return p.CreatedAt == day("2025-01-31T12:00:00") }},
		{"a time as in RFC 3339", "Purchase Time (UTC timezone)", "2025-01-31T12:00:00.25Z", func(p domain.PurchaseState) bool { return p.CreatedAt == day("2025-01-31T12:00:00.25") }},
		{"an answer in words", "Do not contact?", "TRUE", func(p domain.PurchaseState) bool { return !p.CanContact }},
		{"no answer", "Do not contact?", "", func(p domain.PurchaseState) bool { return p.CanContact }},
		{"no quantity", "Quantity", "", func(p domain.PurchaseState) bool { return p.Quantity == 1 }},
		{"a full refund", "Fully Refunded?", "yes", func(p domain.PurchaseState) bool { return p.Refunded == 2900 && p.FullyRefunded() }},
		{"a part refunded", "Partial Refund ($)", "0.01", func(p domain.PurchaseState) bool { return p.Refunded == 1 && !p.FullyRefunded() }},
		{"all of it in parts", "Partial Refund ($)", "29.00", func(p domain.PurchaseState) bool { return p.FullyRefunded() }},
		{"a preorder", "Pre-order authorization?", "1", func(p domain.PurchaseState) bool { return p.Status == domain.Preordered }},
		{"a discount", "Discount Code", "LAUNCH10", func(p domain.PurchaseState) bool { return p.OfferCode.Code == "LAUNCH10" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := only[domain.PurchaseState](t, sheet(row("a1", "71", cells{tt.column: tt.cell}))); len(got) != 1 || !tt.want(got[0]) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestSource_readsFilesOfAllForms(t *testing.T) {
	text := sheet(row("a1", "71", cells{"Buyer Name": "two\nlines"}), row("Totals", "72", nil))
	want := only[domain.PurchaseState](t, text)
	if len(want) != 2 {
		t.Fatalf("got %+v", want)
	}
	nothing := strings.Repeat(",", len(plain)-1) + "\n"
	for name, text := range map[string]string{
		"a byte order mark":         "\xef\xbb\xbf" + text,
		"the line ends of Windows":  strings.ReplaceAll(text, "\n", "\r\n"),
		"no end of the last line":   strings.TrimSuffix(text, "\n"),
		"empty lines and rows":      text + "\n" + nothing + "\n",
		"a row of totals":           text + "Totals" + nothing,
		"blanks around the columns": strings.ReplaceAll(text, "Country,", " Country ,"),
	} {
		if got := only[domain.PurchaseState](t, text); !slices.Equal(got, want) {
			t.Errorf("with %s it is %+v", name, got)
		}
	}
}

func TestSource_keepsAnswersToTheSellersQuestions(t *testing.T) {
	text := sheet(row("a1", "71", nil))
	lines := strings.SplitN(text, "\n", 3)
	text = "Age,Net Total ($)," + lines[0] + ",Order Number,,'@handle\n" + "30,26.1," + lines[1] + ",PO-1,lost,\n"
	src, found, err := gumroadcsv.Source(strings.NewReader(text), some(text))
	if err != nil || !slices.Equal(found.Custom, []string{"Age", "Order Number", "@handle"}) || !slices.Equal(found.Unused, []string{"Net Total ($)"}) || found.Missing != nil || found.Rows != 1 {
		t.Errorf("found %+v, %v", found, err)
	}
	for r, err := range src.Records {
		if p, ok := r.Value.(domain.PurchaseState); err != nil || ok && p.CustomFields != domain.MakeCustomFields(domain.CustomField{Name: "Age", Value: "30"}, domain.CustomField{Name: "Order Number", Value: "PO-1"}) || ok && p.OrderNumber != 71 {
			t.Errorf("got %+v, %v", r, err)
		}
	}
}

// A source is known again by all that makes its records.
func TestSource_isAnotherWithAnotherSellerOrID(t *testing.T) {
	text := sheet(row("a1", "71", nil), row("a2", "72", member(nil)))
	ids := map[string]domain.ProductID{"QMGY": "q", "club": "c"}
	digests := map[string]string{}
	for name, o := range map[string]gumroadcsv.Options{
		"another seller":          {Seller: "eva", Products: ids},
		"another id":              {Seller: "ana", Products: map[string]domain.ProductID{"QMGY": "q", "club": "d"}},
		"ids the other way round": {Seller: "ana", Products: map[string]domain.ProductID{"QMGY": "c", "club": "q"}},
		"as it was":               {Seller: "ana", Products: ids},
	} {
		src, _, err := gumroadcsv.Source(strings.NewReader(text), o)
		if err != nil {
			t.Fatal(err)
		}
		if other := digests[src.Digest]; other != "" {
			t.Errorf("%s is the same source as %s", name, other)
		}
		digests[src.Digest] = name
	}
	same, _, err := gumroadcsv.Source(strings.NewReader(text), gumroadcsv.Options{Seller: "ana", Products: map[string]domain.ProductID{"qmgy": "q", "CLUB": "c"}, Stored: []gumroadcsv.Stored{{}}})
	if err != nil || digests[same.Digest] != "as it was" {
		t.Errorf("by letter case, or by what the store has, it is %q, %v", digests[same.Digest], err)
	}
}

// changing is a file that somebody writes to after its first reading.
type changing struct {
	strings.Reader
	after string
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	if c.Len() == 0 { // it was read
		c.Reset(c.after)
	}
	return c.Reader.Seek(offset, whence)
}

func TestSource_noticesAChangeOfItsFile(t *testing.T) {
	text := sheet(row("a1", "71", nil))
	f := &changing{after: strings.Replace(text, "29.0", "39.0", 1)}
	f.Reset(text)
	src, _, err := gumroadcsv.Source(f, some(text))
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range src.Records {
		last = err
	}
	if !errors.Is(last, gumroadcsv.ErrChanged) {
		t.Errorf("got %v", last)
	}
}

// A file of the columns that must be there is enough, and promises nothing.
func TestSource_needsFewColumns(t *testing.T) {
	text := "Purchase ID,Item Name,Purchase Email,Purchase Time (UTC timezone),Sale Price ($),Product ID,Order Number,License Key,Recurrence,Recurring Charge?\n" +
		"a1,Inkwell,bo@example.com,2025-01-31 12:00:00 UTC,29,QMGY,71,k1,,\n"
	p := only[domain.PurchaseState](t, text)[0]
	if p.CanContact || p.Quantity != 1 || p.Fee != 0 || p.Refunded != 0 {
		t.Errorf("got %+v", p)
	}
	if l := only[ports.CountedLicense](t, text)[0]; l.Uses != 0 || !l.License.DisabledAt.IsZero() {
		t.Errorf("got %+v", l)
	}
}

func TestSource_makesProducts(t *testing.T) {
	first := cells{"Item Name": "Ink", "Sale Price ($)": "90.00", "Quantity": "3", "Variants": "(Large, Red)"}
	text := sheet(
		row("a1", "71", first),
		row("a2", "72", cells{"Item Name": "Inkwell", "Sale Price ($)": "31", "License Key": "k", "Variants": "Small", "Product ID": "qmgy", "Purchase Time (UTC timezone)": "2024-01-01 00:00:00 UTC"}),
		row("a3", "73", member(cells{"Sale Price ($)": "0"})),
		row("a4", "74", member(cells{"Sale Price ($)": "80", "Recurrence": "yearly"})),
		row("a5", "75", member(nil)),
	)
	got := only[domain.Product](t, text)
	want := []domain.Product{
		{ID: "id of QMGY", SellerID: "ana", Kind: domain.OneTime, Name: "Ink", Permalink: "QMGY", Price: domain.Money{Amount: 3000, Currency: "usd"}, Licensed: true, CreatedAt: day("2024-01-01T00:00:00")},
		{ID: "id of club", SellerID: "ana", Kind: domain.MembershipKind, Name: "Club", Permalink: "club", Price: domain.Money{Currency: "usd"},
			Prices: domain.Prices{}.With(domain.Monthly, 0).With(domain.Yearly, 8000), CreatedAt: day("2025-01-31T12:00:00")},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	var names []string
	for _, v := range only[domain.Variant](t, text) {
		names = append(names, v.Category+": "+v.Name)
	}
	if !slices.Equal(names, []string{"Version: Large, Red", "Version: Small"}) {
		t.Errorf("variants %q", names)
	}
}

func TestSource_leavesProductsOfTheStoreAlone(t *testing.T) {
	text := sheet(row("a1", "71", cells{"Variants": "(Large)", "License Key": "k"}), row("a2", "72", cells{"Variants": "(Small)"}))
	o := some(text)
	p := domain.Product{ID: "id of QMGY", SellerID: "ana", Kind: domain.OneTime, Name: "Ink", Permalink: "ink", Price: domain.Money{Currency: "usd"}, CreatedAt: moved}
	o.Stored = []gumroadcsv.Stored{
		{Product: domain.Product{ID: "another", Price: domain.Money{Currency: "eur"}}},
		{Product: p, Variants: []domain.Variant{{ID: "v1", Name: "Small"}}},
	}
	records, err := told(t, text, o)
	if err != nil {
		t.Fatal(err)
	}
	var chosen []domain.VariantIDs
	for _, r := range records {
		switch v := r.Value.(type) {
		case domain.Product:
			t.Errorf("it makes %+v", v)
		case domain.Variant:
			if v.Name != "Large" || v.Position != 2 {
				t.Errorf("it makes %+v", v)
			}
		case domain.PurchaseState:
			chosen = append(chosen, v.Variants)
		}
	}
	if len(chosen) != 2 || chosen[0] == chosen[1] || chosen[1] != domain.ChosenVariants("v1") {
		t.Errorf("chosen were %q", chosen)
	}
}

func TestSource_givesTheReceiverOfAGiftTheirOwnSale(t *testing.T) {
	text := sheet(row("a1", "71", member(cells{"Giftee Email": "Dee@example.com", "License Key": "k", "Quantity": "2", "Partial Refund ($)": "1",
		"Access Revoked?": "1", "Disputed?": "1", "Discount Code": "X", "Affiliate": "al@example.com"})))
	all := only[domain.PurchaseState](t, text)
	if len(all) != 2 {
		t.Fatalf("got %+v", all)
	}
	given, received := all[0], all[1]
	want := domain.PurchaseState{
		ID: received.ID, SellerID: "ana", ProductID: given.ProductID, MembershipID: given.MembershipID, OrderNumber: 71 + 1<<30, Status: domain.GiftReceived,
		Email: "dee@example.com", Quantity: 2, Price: domain.Money{Currency: "usd"}, Multiseat: true, GiftOf: "a1",
		DisputedAt: given.CreatedAt, RevokedAt: given.CreatedAt, CreatedAt: given.CreatedAt,
	}
	if received != want || received.ID == given.ID || len(received.ID) != 24 || !given.GiftGiven || given.MembershipID == "" || given.Email != "bo@example.com" {
		t.Errorf("given %+v, received %+v", given, received)
	}
	m := only[domain.MembershipState](t, text)[0]
	if l := only[ports.CountedLicense](t, text)[0].License; l.PurchaseID != received.ID || m.PurchaseID != given.ID || m.Assigned != 1 {
		t.Errorf("the key is of %s, the membership %+v", l.PurchaseID, m)
	}
	if s := only[domain.Seat](t, text)[0]; s.PurchaseID != received.ID || s.Email != received.Email {
		t.Errorf("in the first seat is %+v", s)
	}
	whole := only[domain.PurchaseState](t, sheet(row("a1", "71", cells{"Giftee Email": "dee@example.com", "Fully Refunded?": "1"})))
	if !whole[1].FullyRefunded() || whole[1].Refunded != 0 {
		t.Errorf("of a gift that was refunded, the receiver has %+v", whole[1])
	}
}
