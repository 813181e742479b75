package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// mostKnown bounds the uses that a connection remembers.
const mostKnown = 1 << 15

// known is what the writer's connection knows the uses of licences to be, as
// they were seen. Who only asks is answered from it, without a transaction, and
// who counts writes the row of uses and looks at no other: uses and stamps
// change by this connection, which then knows, or by another one, which moves
// the number that SQLite calls data_version. That number is read for each batch,
// after all who are in it have asked, and once the batch has the right to write.
type known struct {
	uses    map[domain.Seen]int64
	version int64 // when all of this was so; SQLite's are above 0
}

// forget is for when anything else than uses was written, or might have been.
func (k *known) forget() { clear(k.uses) }

// learn remembers what a batch has found, now that it is kept.
func (k *known) learn(b *batch) {
	if len(k.uses)+len(b.uses) > mostKnown {
		clear(k.uses)
	}
	for seen, s := range b.sums {
		if s.err == nil {
			k.uses[seen] = s.uses
		}
	}
	for _, u := range b.uses { // after the sums, in their order
		if sqlrepo.Alone(u.n) && u.err == nil {
			k.uses[u.seen] = u.uses
		}
	}
}

// count counts, by the row of uses alone if what was seen is known to be so.
func (k *known) count(ctx context.Context, c sqlrepo.Conn, seen domain.Seen, n int, count countFunc) (int64, error) {
	if uses, ok := k.uses[seen]; ok && n > 0 {
		if done, err := sqlrepo.CountKnown(ctx, c, seen.LicenseID, uses, n); done || err != nil {
			return uses + int64(n), err
		}
	}
	return count(ctx, c, seen, n)
}

// recall answers those sums of the batch that only ask, as far as the
// connection knows, and reports whether nothing is left to do.
func (b *batch) recall(l *line) (all bool) {
	if l == nil || len(l.known.uses) == 0 || !b.asks() {
		return false
	}
	if !l.settle() {
		return false
	}
	k := &l.known
	all = b.alone == 0
	for seen, s := range b.sums {
		if s.n == 0 {
			s.uses, s.ran = k.uses[seen]
		}
		all = all && s.ran
	}
	return all
}

// settle forgets what is known if another connection may have written since, and
// reports whether it has not. Inside a transaction that writes that stays so.
func (l *line) settle() bool {
	k := &l.known
	version, err := l.dataVersion()
	if err == nil && version == k.version {
		return true
	}
	k.version = version
	k.forget()
	return false
}

// asks reports whether any licence of the batch is only asked about.
func (b *batch) asks() bool {
	for _, s := range b.sums {
		if s.n == 0 {
			return true
		}
	}
	return false
}

// dataVersion returns a number that is another one whenever another connection
// has written, and the same whatever this one has. Nothing else is run as often,
// so the driver is asked itself.
func (l *line) dataVersion() (version int64, err error) {
	err = l.conn.Raw(func(c any) error {
		if l.version == nil {
			if l.version, err = c.(driver.Conn).Prepare("PRAGMA data_version"); err != nil {
				return err
			}
		}
		rows, err := l.version.(driver.StmtQueryContext).QueryContext(context.Background(), nil)
		if err != nil {
			return err
		}
		var row [1]driver.Value
		err = rows.Next(row[:])
		version, _ = row[0].(int64)
		return errors.Join(err, rows.Close())
	})
	return version, err
}
