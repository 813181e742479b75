package sqlcopy

import (
	"bytes"
	"context"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// InOrder is for tests that fill tables.
var InOrder = inOrder

// SameTables is for tests that compare schemas.
var SameTables = sameTables

// Insert is for tests that fill tables.
func Insert(ctx context.Context, c sqlrepo.Conn, t Table, rows [][]any) error {
	all := make([]row, len(rows))
	for i, r := range rows {
		all[i] = r
	}
	return insert(ctx, c, t, all)
}

// Dump is all rows of a table as text.
func Dump(ctx context.Context, s Side, t Table) (string, error) {
	rows, err := slice(ctx, s, t, nil, 1<<30)
	var b bytes.Buffer
	for _, r := range rows {
		r.text(&b)
	}
	return b.String(), err
}
