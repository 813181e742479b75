package pgstore

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var _ ports.Analyzer = (*Store)(nil)

// ownTables are usher's, quoted: the database may hold those of others.
const ownTables = `SELECT quote_ident(relname) FROM pg_class
	WHERE relkind = 'r' AND relname LIKE 'usher\_%' AND pg_table_is_visible(oid) ORDER BY relname`

// Analyze has the planner look at usher's tables; see [ports.Analyzer]. A table
// that is being vacuumed or altered is left out and not waited for.
func (s *Store) Analyze(ctx context.Context) error {
	if s.inside(ctx) {
		return domain.ErrNested
	}
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	rows, _ := conn.Query(ctx, ownTables) // its error is that of the rows
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(names) > 0 {
		_, err = conn.Exec(ctx, `ANALYZE (SKIP_LOCKED) `+strings.Join(names, ", "))
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err, conn.Conn().IsClosed())
}
