package sqlitestore

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// mostKnown bounds the uses that a connection remembers.
const mostKnown = 1 << 15

// known is what the writer's connection knows the uses of licences to be, as
// they were seen. Who only asks is answered from it, without a transaction:
// uses and stamps change by this connection, which then knows, or by another
// one, which moves the number that SQLite calls data_version. That number is
// read for each batch, after all who are in it have asked.
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

// recall answers those sums of the batch that only ask, as far as the
// connection knows, and reports whether nothing is left to do.
func (b *batch) recall(l *line) (all bool) {
	if l == nil || len(l.known.uses) == 0 || !b.asks() {
		return false
	}
	k := &l.known
	version, err := l.dataVersion()
	if err != nil || version != k.version {
		k.version = version
		k.forget()
		return false
	}
	all = b.alone == 0
	for seen, s := range b.sums {
		if s.n == 0 {
			s.uses, s.ran = k.uses[seen]
		}
		all = all && s.ran
	}
	return all
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
// has written, and the same whatever this one has.
func (l *line) dataVersion() (version int64, err error) {
	rows, err := l.query(context.Background(), func(err error) error { return err }, "PRAGMA data_version")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&version)
	}
	if err == nil {
		err = rows.Err()
	}
	return version, err
}
