package sqlcopy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
)

// Options are what a copy may be told. The zero value of each is a default.
type Options struct {
	Source string                  // what the source is called; a copy goes on only from the one that it began with
	Step   func(done, total int64) // told how far it is; nil: nobody is
	Now    func() time.Time        // nil: time.Now
	Slice  int                     // rows that are read and written at once; 0: 1,000
}

// Copy is a copy that is finished.
type Copy struct {
	Tables []Sum     // of both sides, by name
	Before bool      // it was finished before, at At; nothing was done or compared now
	At     time.Time // when it was found to be the same as its source
}

// run is one run of a copy.
type run struct {
	Options
	from, to    Side
	tables      []Table // of the source, in an order in which none refers to a later one
	targets     []Table // the same of the target
	state       state
	size        int
	done, total int64 // for who watches
	copied      int64 // rows, by this run
}

// Run copies everything from one side to the other, and compares both. The
// target must be empty, else [ErrFull], or a copy that was begun from the same
// source before: then it goes on. It must be opened by who says that he copies,
// since nobody else may have it until the copy is whole; if the two are not the
// same in the end it is not ([ErrDiffers]). Nothing is written to the source.
//
// Nobody may write to either side meanwhile. Both have to have been opened with
// the same secrets: what is sealed is copied as it is.
func Run(ctx context.Context, from, to Side, o Options) (Copy, error) {
	r := &run{Options: o, from: from, to: to, size: o.Slice}
	if r.size < 1 {
		r.size = 1000
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	var err error
	if r.state, err = readState(ctx, to); err != nil {
		return Copy{}, err
	}
	switch was := r.state.Copied; {
	case was.From != "" && was.From != o.Source:
		return Copy{}, errOther(was.From)
	case !was.DoneAt.IsZero():
		return Copy{Before: true, At: was.DoneAt}, nil
	}
	if err := r.prepare(ctx); err != nil {
		return Copy{}, err
	}
	for i := range r.tables {
		if err := r.table(ctx, i); err != nil {
			return Copy{}, err
		}
	}
	if err := r.analyze(ctx); err != nil {
		return Copy{}, err
	}
	return r.verify(ctx)
}

// prepare compares the tables, and marks a target that is new.
func (r *run) prepare(ctx context.Context) error {
	var err error
	if r.tables, err = r.from.Tables(ctx); err != nil {
		return err
	}
	if r.targets, err = r.to.Tables(ctx); err != nil {
		return err
	}
	if err := sameTables(r.tables, r.targets); err != nil {
		return err
	}
	if r.tables, err = inOrder(r.tables); err != nil {
		return err
	}
	if r.targets, err = inOrder(r.targets); err != nil {
		return err
	}
	r.count(ctx)
	if r.state.From != "" {
		return nil
	}
	r.state.Copied = sqlrepo.Copied{From: r.Source}
	return begin(ctx, r.to, r.targets, r.state.Copied)
}

// count counts what there is to do, if that does not take long: each row is
// copied, and read again on either side. It is only for who watches.
func (r *run) count(ctx context.Context) {
	var total int64
	for _, t := range r.tables {
		err := r.from.Read(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
			rows, err := c.Query(ctx, "SELECT count(*) FROM "+t.Name+" WHERE "+t.where())
			if err != nil {
				return err
			}
			defer rows.Close()
			var n int64
			for rows.Next() {
				if err := rows.Scan(&n); err != nil {
					return err
				}
			}
			total += n
			return rows.Err()
		})
		if err != nil {
			return
		}
	}
	r.total = 3 * total
}

// step says that n more rows are done.
func (r *run) step(n int) {
	if r.done += int64(n); r.Step != nil && r.total > 0 {
		r.Step(min(r.done, r.total), r.total)
	}
}

// table copies what is left of a table.
func (r *run) table(ctx context.Context, i int) error {
	t, target := r.tables[i], r.targets[i]
	at := r.state.reached[t.Name]
	after, err := at.key(t)
	if err != nil {
		return err
	}
	r.step(int(at.Rows))
	for {
		rows, err := slice(ctx, r.from, t, after, r.size)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			next := at.next(t, rows)
			err = r.to.Write(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
				if err := next.keep(ctx, c, t, at); err != nil {
					return err
				}
				return insert(ctx, c, target, rows)
			})
			if err != nil {
				return err
			}
			before := r.copied
			if r.copied += int64(len(rows)); before < muchAtOnce && r.copied >= muchAtOnce {
				if err := r.analyze(ctx); err != nil {
					return err
				}
			}
			at, after = next, t.key(rows[len(rows)-1])
			r.step(len(rows))
		}
		if len(rows) < r.size {
			return r.number(ctx, t, target)
		}
	}
}

// number has the target give the numbers that the source would give next.
func (r *run) number(ctx context.Context, t, target Table) error {
	if !t.Numbered {
		return nil
	}
	last, err := r.last(ctx, r.from, t)
	if err != nil || last == 0 {
		return err
	}
	return r.to.Write(ctx, func(ctx context.Context, c sqlrepo.Conn) error { return r.to.SetLast(ctx, c, target, last) })
}

// muchAtOnce is how many rows make the target's tables other ones than they
// were when its statements were planned.
const muchAtOnce = 10_000

// analyze has the target look at its tables anew, if its plans depend on that.
func (r *run) analyze(ctx context.Context) error {
	if a, ok := r.to.(ports.Analyzer); ok {
		return a.Analyze(ctx)
	}
	return nil
}

// verify compares the two sides, the source last, and marks the copy as whole
// if they are the same.
func (r *run) verify(ctx context.Context) (Copy, error) {
	theirs, err := r.sums(ctx, r.to, r.targets)
	if err != nil {
		return Copy{}, err
	}
	ours, err := r.sums(ctx, r.from, r.tables)
	if err != nil {
		return Copy{}, err
	}
	if differ := differing(ours, theirs); len(differ) > 0 {
		return Copy{}, errDiffers(differ)
	}
	c := Copy{Tables: ours, At: r.Now()}
	slices.SortFunc(c.Tables, func(a, b Sum) int { return strings.Compare(a.Name, b.Name) })
	return c, finish(ctx, r.to, r.state.Copied, sqlrepo.Copied{From: r.Source, DoneAt: c.At})
}
