package gumroadcsv_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// FuzzSource reads anything. It must end without a panic, in a fault that names
// its line or in records, whose lines never fall, whose ids are there once, and
// which are the same when they are read again.
func FuzzSource(f *testing.F) {
	f.Add(sales(f))
	f.Add(sheet(row("a", "1", member(nil)), row("r", "2", renewed(cells{at: "2025-02-28 12:00:00 UTC"})), row("g", "3", cells{"Giftee Email": "dee@example.com"})))
	f.Add("\xef\xbb\xbf" + strings.ReplaceAll(sheet(row("a", "1", cells{"Buyer Name": "'=x\ny\"z"})), "\n", "\r\n") + "Totals,\n")
	f.Add(sheet(row("a", "1", member(cells{"Free trial purchase?": "1", "Subscription End Date": "2025-01-01", "Quantity": "1073741824"}))))
	f.Add("Purchase ID;Item Name\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		o := gumroadcsv.Options{Seller: "ana", Products: map[string]domain.ProductID{"QMGY": "q"}}
		all, err := told(t, text, o)
		var wrong *gumroadcsv.IDsError
		if errors.As(err, &wrong) && len(wrong.Missing) > 0 {
			o.Products = map[string]domain.ProductID{"QMGY": "q"}
			for _, permalink := range wrong.Missing {
				o.Products[permalink] = domain.ProductID("id of " + permalink)
			}
			all, err = told(t, text, o)
		}
		if errors.As(err, &wrong) && len(wrong.Missing) == 0 {
			delete(o.Products, "QMGY")
			all, err = told(t, text, o)
		}
		if err != nil {
			var at *app.LineError
			if !errors.As(err, &at) || at.Line < 1 || at.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("a fault without its line: %v", err)
			}
			return
		}
		line, purchases := 0, map[domain.PurchaseID]bool{}
		for _, r := range all {
			if r.Line < line {
				t.Fatalf("line %d after line %d", r.Line, line)
			}
			line = r.Line
			if p, ok := r.Value.(domain.PurchaseState); ok {
				if purchases[p.ID] {
					t.Fatalf("purchase %q twice", p.ID)
				}
				purchases[p.ID] = true
			}
		}
		again, err := told(t, text, o)
		if err != nil || len(again) != len(all) {
			t.Fatalf("read again, %d records are %d: %v", len(all), len(again), err)
		}
		for i := range all {
			if all[i] != again[i] {
				t.Fatalf("read again, %+v is %+v", all[i], again[i])
			}
		}
	})
}
