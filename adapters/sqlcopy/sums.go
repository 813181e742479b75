package sqlcopy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Sum is what a table holds: two with the same Sum hold the same.
type Sum struct {
	Name   string
	Rows   int64
	SHA256 string // in hexadecimal digits, of all rows in the order of their keys
}

// sum reads a table from its beginning to its end.
func (r *run) sum(ctx context.Context, s Side, t Table) (Sum, error) {
	h := sha256.New()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s by %v\n", t.names(), t.Key)
	if t.Numbered {
		last, err := r.last(ctx, s, t)
		if err != nil {
			return Sum{}, err
		}
		fmt.Fprintf(&b, "last %d\n", last)
	}
	sum := Sum{Name: t.Name}
	for after := (row)(nil); ; {
		some, err := slice(ctx, s, t, after, r.size)
		if err != nil {
			return Sum{}, err
		}
		for _, one := range some {
			one.text(&b)
		}
		h.Write(b.Bytes())
		b.Reset()
		sum.Rows += int64(len(some))
		r.step(len(some))
		if len(some) < r.size {
			sum.SHA256 = hex.EncodeToString(h.Sum(nil))
			return sum, nil
		}
		after = t.key(some[len(some)-1])
	}
}

// sums reads all tables of a side.
func (r *run) sums(ctx context.Context, s Side, tables []Table) ([]Sum, error) {
	var all []Sum
	for _, t := range tables {
		one, err := r.sum(ctx, s, t)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (r *run) last(ctx context.Context, s Side, t Table) (last int64, err error) {
	err = s.Read(ctx, func(ctx context.Context, c sqlrepo.Conn) (err error) {
		last, err = s.Last(ctx, c, t)
		return err
	})
	return last, err
}

// differing are the tables that do not hold the same.
func differing(a, b []Sum) (names []string) {
	for i := range a {
		if a[i] != b[i] {
			names = append(names, a[i].Name)
		}
	}
	return names
}
