package sqlrepo

import (
	"fmt"

	"github.com/usherhq/usher/domain"
)

// values are what destinations hold: with them, a row of many columns lists its
// fields once, for reading and for writing.
func values(dests []any) []any {
	all := make([]any, len(dests))
	for i, d := range dests {
		switch d := d.(type) {
		case *string:
			all[i] = *d
		case *int:
			all[i] = *d
		case *int64:
			all[i] = *d
		case *bool:
			all[i] = *d
		case *timeDest:
			all[i] = *d.t
		case *exactDest:
			all[i] = d.e.String()
		default:
			panic(fmt.Sprintf("sqlrepo: no value of a %T", d))
		}
	}
	return all
}

// exactDest scans a number of 128 bits, which is kept in decimal digits.
type exactDest struct{ e *domain.Exact }

// Scan implements sql.Scanner.
func (d *exactDest) Scan(src any) (err error) {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("sqlrepo: scan %T as a number of 128 bits", src)
	}
	*d.e, err = domain.ParseExact(s)
	return err
}

// targetFields are the destinations of a target, in the order of targetColumns.
func targetFields(t *domain.Target) []any {
	return []any{&t.Seats, (*string)(&t.Tier), (*string)(&t.Recurrence), &t.Unit, &t.EndsSeats, &t.EndsTerms, &t.Anew}
}

// targetColumns are those of a target, whose names begin with prefix.
func targetColumns(prefix string) string {
	s := ""
	for _, name := range cols(`seats tier recurrence unit ends_seats ends_terms anew`) {
		s += " " + prefix + name
	}
	return s + " "
}
