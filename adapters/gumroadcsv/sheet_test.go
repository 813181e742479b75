package gumroadcsv_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// cells are those of a row that are not as in the plain sale.
type cells map[string]string

// plain is a sale, in a file of all columns that are read.
var plain = []struct{ column, value string }{
	{"Purchase ID", "a1"}, {"Item Name", "Inkwell"}, {"Buyer Name", "Bo"}, {"Purchase Email", "bo@example.com"}, {"Do not contact?", "0"},
	{"Purchase Time (UTC timezone)", "2025-01-31 12:00:00 UTC"}, {"Sale Price ($)", "29.0"}, {"Fees ($)", "2.9"}, {"Country", "Germany"},
	{"Referrer", "direct"}, {"Partial Refund ($)", "0.0"}, {"Fully Refunded?", "0"}, {"Disputed?", "0"}, {"Dispute Won?", "0"},
	{"Access Revoked?", "0"}, {"Variants", ""}, {"Discount Code", ""}, {"Recurring Charge?", "0"}, {"Free trial purchase?", "0"},
	{"Pre-order authorization?", "0"}, {"Product ID", "QMGY"}, {"Order Number", "71"}, {"Giftee Email", ""}, {"Quantity", "1"},
	{"Recurrence", ""}, {"Affiliate", ""}, {"Affiliate commission ($)", ""}, {"Cancellation Date", ""}, {"Subscription End Date", ""},
	{"License Key", ""}, {"License Key Activation Count", ""}, {"License Key Enabled?", ""},
}

// row is a row of the file; the id is the order number's, too, unless it is said.
func row(id, order string, other cells) []string {
	var r []string
	for _, c := range plain {
		v := c.value
		switch c.column {
		case "Purchase ID":
			v = id
		case "Order Number":
			v = order
		}
		if is, ok := other[c.column]; ok {
			v = is
		}
		r = append(r, v)
	}
	return r
}

func head() (names []string) {
	for _, c := range plain {
		names = append(names, c.column)
	}
	return names
}

func sheet(rows ...[]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append([][]string{head()}, rows...)); err != nil {
		panic(err)
	}
	return b.String()
}

// member is a row of a membership.
func member(other cells) cells {
	all := cells{"Product ID": "club", "Item Name": "Club", "Recurrence": "monthly", "Sale Price ($)": "8.0", "Fees ($)": "0.8"}
	for k, v := range other {
		all[k] = v
	}
	return all
}

// renewed is a renewal of one.
func renewed(other cells) cells {
	other["Recurring Charge?"] = "1"
	return member(other)
}

// some are options for the products that a sheet has.
func some(text string) gumroadcsv.Options {
	o := gumroadcsv.Options{Seller: "ana", Products: map[string]domain.ProductID{}}
	for _, permalink := range []string{"QMGY", "club"} {
		if strings.Contains(text, ","+permalink+",") {
			o.Products[permalink] = domain.ProductID("id of " + permalink)
		}
	}
	return o
}

// told are the records of a sheet, or the fault in it.
func told(t testing.TB, text string, o gumroadcsv.Options) ([]app.Record, error) {
	t.Helper()
	src, _, err := gumroadcsv.Source(strings.NewReader(text), o)
	if err != nil {
		return nil, err
	}
	var all []app.Record
	for r, err := range src.Records {
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, nil
}

// only are the records of one kind.
func only[T any](t testing.TB, text string) (all []T) {
	t.Helper()
	records, err := told(t, text, some(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if v, ok := r.Value.(T); ok {
			all = append(all, v)
		}
	}
	return all
}
