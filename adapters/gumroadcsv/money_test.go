package gumroadcsv_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/domain"
)

// written writes an amount of cents down in one of the ways that mean it.
func written(t *rapid.T, cents int64) string {
	whole, part := strconv.FormatInt(cents/100, 10), fmt.Sprintf(".%02d", cents%100)
	if rapid.Bool().Draw(t, "thousands") {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	switch {
	case cents == 0 && rapid.Bool().Draw(t, "empty"):
		return ""
	case cents%10 == 0 && rapid.Bool().Draw(t, "short"):
		part = part[:2] // as Gumroad does
	case cents%100 == 0 && rapid.Bool().Draw(t, "whole"):
		part = ""
	}
	return rapid.SampledFrom([]string{"", "$"}).Draw(t, "sign") + whole + part
}

// What a file says was paid and given back is what the books come to after the
// import, to the cent: of every sale and renewal, in whatever order the rows are.
func TestImport_keepsTheMoneyToTheCent(t *testing.T) {
	began := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		amount := rapid.OneOf(rapid.Int64Range(0, 5000), rapid.Int64Range(0, 1e15))
		var rows [][]string
		var paid, back, first int64
		charge := func(id string, other cells) {
			price := amount.Draw(r, "price")
			given := int64(0)
			other["Sale Price ($)"] = written(r, price)
			switch rapid.IntRange(0, 4).Draw(r, "refund") {
			case 0:
				other["Fully Refunded?"], given = "1", price
			case 1:
				given = rapid.Int64Range(0, price).Draw(r, "part")
				other["Partial Refund ($)"] = written(r, given)
			}
			if other["Recurring Charge?"] != "1" {
				first += given
			}
			paid, back = paid+price, back+given
			rows = append(rows, row(id, strconv.Itoa(len(rows)+1), other))
		}
		for i := range rapid.IntRange(1, 8).Draw(r, "sales") {
			email := fmt.Sprintf("buyer%d@example.com", i)
			at := func(months int) string { return domain.Boundary(began, months).Format("2006-01-02 15:04:05 UTC") }
			if rapid.Bool().Draw(r, "once") {
				sale := cells{"Purchase Email": email}
				if rapid.Bool().Draw(r, "gift") {
					sale["Giftee Email"] = "dee@example.com"
				}
				charge(fmt.Sprintf("a%d", i), sale)
				continue
			}
			charge(fmt.Sprintf("m%d", i), member(cells{"Purchase Email": email, "Purchase Time (UTC timezone)": at(0)}))
			for n := range rapid.IntRange(0, 4).Draw(r, "renewals") {
				charge(fmt.Sprintf("m%d r%d", i, n), renewed(cells{"Purchase Email": email, "Purchase Time (UTC timezone)": at(n + 1)}))
			}
		}
		text := sheet(rapid.Permutation(rows).Draw(r, "order")...)
		w := newWorld(t, memstore.New(nil))
		if _, err := w.bring(t, text, some(text)); err != nil {
			r.Fatalf("%v\n%s", err, text)
		}
		var gotPaid, gotBack, refunds, sales int64
		for rec, err := range w.Transfer.Export(t.Context()) {
			if err != nil {
				r.Fatal(err)
			}
			switch v := rec.Value.(type) {
			case domain.PaymentState:
				gotPaid, gotBack = gotPaid+v.Amount.Amount, gotBack+v.Refunded
			case domain.Refund:
				refunds += v.Amount
			case domain.PurchaseState:
				sales += v.Refunded
			}
		}
		if gotPaid != paid || gotBack != back || refunds != back || sales != first {
			r.Fatalf("paid %d, given back %d: the books say %d and %d, with refunds of %d, of sales %d of %d\n%s", paid, back, gotPaid, gotBack, refunds, sales, first, strings.TrimSpace(text))
		}
	})
}
