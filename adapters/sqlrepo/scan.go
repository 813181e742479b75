package sqlrepo

import (
	"database/sql"
	"fmt"

	"github.com/usherhq/usher/domain"
)

// priceDest scans the price of one recurrence; NULL offers none.
type priceDest struct {
	p *domain.Prices
	r domain.Recurrence
}

// Scan implements sql.Scanner.
func (d *priceDest) Scan(src any) error {
	switch v := src.(type) {
	case nil:
	case int64:
		*d.p = d.p.With(d.r, v)
	default:
		return fmt.Errorf("sqlrepo: scan %T as price", src)
	}
	return nil
}

// originalDest scans what a sale came to, which is in the currency of its price:
// that column comes before it.
type originalDest struct{ s *domain.PurchaseState }

// Scan implements sql.Scanner.
func (d *originalDest) Scan(src any) error {
	switch v := src.(type) {
	case nil:
	case int64:
		d.s.Original = domain.Money{Amount: v, Currency: d.s.Price.Currency}
	default:
		return fmt.Errorf("sqlrepo: scan %T as price", src)
	}
	return nil
}

// perhaps makes destinations that keep their zero value where a joined row is
// missing and every column is NULL.
func perhaps(dests ...any) []any {
	for i, d := range dests {
		dests[i] = &perhapsDest{d}
	}
	return dests
}

type perhapsDest struct{ dest any }

// Scan implements sql.Scanner.
func (d *perhapsDest) Scan(src any) error {
	if src == nil {
		return nil
	}
	ok := false
	switch dest := d.dest.(type) {
	case sql.Scanner:
		return dest.Scan(src)
	case *string:
		*dest, ok = src.(string)
	case *int64:
		*dest, ok = src.(int64)
	case *int:
		var n int64
		n, ok = src.(int64)
		*dest = int(n)
	case *bool:
		if n, integer := src.(int64); integer { // SQLite has no other
			*dest, ok = n != 0, true
		} else {
			*dest, ok = src.(bool)
		}
	}
	if !ok {
		return fmt.Errorf("sqlrepo: scan %T as %T", src, d.dest)
	}
	return nil
}
