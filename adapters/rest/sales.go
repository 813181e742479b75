package rest

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	salesAPage = 10
	mostPages  = 10_000 // of those that are counted from the newest, each time
)

func (c call) sales() (*object, error) {
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	f, err := c.saleFilter(who.SellerID)
	if err != nil {
		return nil, err
	}
	sales, more, err := c.usher.Sales.Newest(c.r.Context(), who.SellerID, f)
	if err != nil {
		return nil, err
	}
	all := make([]*object, len(sales))
	for i := range sales {
		all[i] = sale(&sales[i])
	}
	o := listing("sales", all)
	if more {
		c.putNext(o, sales[len(sales)-1].Place())
	}
	return o, nil
}

// saleFilter reads which sales are asked for, in Gumroad's order: the first that
// cannot be read is told of.
func (c call) saleFilter(seller domain.SellerID) (f app.SaleFilter, err error) {
	f.Limit = salesAPage
	page, counted, _ := c.p.str("page")
	n := leadingInt(page)
	if counted && n < 1 {
		return f, &badRequest{"Invalid page number. Page numbers start at 1."}
	}
	before, err := c.date("before")
	if err != nil {
		return f, err
	}
	if f.From, err = c.date("after"); err != nil {
		return f, err
	}
	email, _, _ := c.p.str("email")
	f.Email = domain.NormalizeEmail(email)
	if id, _, _ := c.p.str("product_id"); !blank(id) {
		p, err := c.usher.Catalog.Product(c.r.Context(), seller, id)
		if errors.Is(err, domain.ErrProductNotFound) || err == nil && string(p.ID) != id {
			return f, &badRequest{"Invalid product ID."}
		}
		if err != nil {
			return f, err
		}
		f.ProductID = p.ID
	}
	if id, _, _ := c.p.str("order_id"); !blank(id) {
		f.OrderNumber, err = strconv.ParseInt(id, 10, 64)
		if err != nil || strconv.FormatInt(f.OrderNumber, 10) != id || f.OrderNumber == 0 {
			return f, &badRequest{"Invalid order ID."}
		}
	}
	switch {
	case counted && n > mostPages:
		return f, &badRequest{"The 'page' parameter is deprecated. Please use 'page_key' instead: https://gumroad.com/api#sales"}
	case counted:
		f.Skip = int(n-1) * salesAPage
	default:
		if f.Before, err = pageAfter(c.p); err != nil {
			return f, err
		}
	}
	if !before.IsZero() && (f.Before.At.IsZero() || before.Before(f.Before.At)) {
		f.Before = ports.Cursor{At: before}
	}
	return f, nil
}

// date reads a parameter that is a day, and returns when it begins in UTC; zero:
// none was given. One that is there and blank is no day.
func (c call) date(name string) (time.Time, error) {
	day, present, _ := c.p.str(name)
	if !present {
		return time.Time{}, nil
	}
	at, err := time.Parse("2006-1-2", day)
	if err != nil {
		return at, &badRequest{"Invalid date format provided in field '" + name + "'. Dates must be in the format YYYY-MM-DD."}
	}
	return at, nil
}

// leadingInt is the number that a text begins with, as Ruby reads it; 0: none.
// One that is too large for anything is the largest.
func leadingInt(s string) int64 {
	s = strings.TrimSpace(s)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], 10, 64) // of what is out of range it is the end of it
	return n
}

func (c call) sale() (*object, error) {
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	l, err := c.usher.Sales.Find(c.r.Context(), who.SellerID, c.ids[0])
	if err != nil {
		return nil, missing("sale", err)
	}
	return about("sale", sale(&l)), nil
}

// refund gives a sale back: amount_cents of it, or all that is left. With an
// Idempotency-Key twice is once.
func (c call) refund() (*object, error) {
	who, err := c.allowed(domain.RefundSales)
	if err != nil {
		return nil, err
	}
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	ctx, amount := c.r.Context(), int64(0)
	given, present, _ := c.p.str("amount_cents")
	if present && !blank(given) {
		amount = leadingInt(given)
		if _, err := c.usher.Sales.Find(ctx, who.SellerID, c.ids[0]); err != nil {
			return nil, missing("sale", err)
		}
		if amount < 1 {
			return nil, &told{domain.ErrInvalid.Code, "The sale was unable to be modified."}
		}
	}
	l, err := c.usher.Sales.GiveBack(ctx, who.SellerID, c.ids[0], amount, key)
	switch {
	case err == nil:
		return about("sale", sale(&l)), nil
	case errors.Is(err, domain.ErrAlreadyRefunded):
		return nil, &told{domain.CodeOf(err), "Purchase is already refunded."}
	case errors.Is(err, domain.ErrRefundTooLarge):
		return nil, &told{domain.CodeOf(err), "Refund amount cannot be greater than the purchase price."}
	}
	return nil, unmodified("sale", err)
}

// ship marks a sale as shipped.
func (c call) ship() (*object, error) {
	who, err := c.allowed(domain.MarkSalesAsShipped)
	if err != nil {
		return nil, err
	}
	tracking, _, _ := c.p.str("tracking_url")
	return c.once(who.SellerID, true, func(c call) (*object, error) {
		l, err := c.usher.Sales.Ship(c.r.Context(), who.SellerID, domain.PurchaseID(c.ids[0]), strings.TrimSpace(tracking))
		if err != nil {
			return nil, unmodified("sale", err)
		}
		return about("sale", sale(&l)), nil
	})
}
