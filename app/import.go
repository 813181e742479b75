package app

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Source is records to import. They are read twice and must be the same each
// time.
type Source struct {
	Digest  string // of the whole source, by which it is known again
	Records iter.Seq2[Record, error]
	Carried func(records int64) // told how many are done, of both readings; nil: nobody is
}

// Imported says what an import did.
type Imported struct {
	Records int64 // in the source
	New     int64 // kept now
	Before  bool  // the source was finished before; nothing was done
}

// LineError is a fault in one record.
type LineError struct {
	Line int
	Err  error
}

// Error says where the fault is and what it is.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the fault.
func (e *LineError) Unwrap() error { return e.Err }

// importSlice is how many records one transaction carries.
const importSlice = 200

// Import keeps every record of a source, or none. It reads everything once to
// check it, against itself and against the store, and writes nothing; then it
// carries it through in slices, each with how far it is, so that a run that was
// killed goes on where it stopped. A source that was finished before changes
// nothing; nor does a record that is there already just as it is. Uses and the
// revocation of a token are a start: what was counted since is no difference.
//
// A fault is a [*LineError], with everything as it was. Only what appears in
// the store between the two readings can stop the second one half-way.
//
// dry stops after the check.
func (t *Transfer) Import(ctx context.Context, src Source, dry bool) (Imported, error) {
	task, err := t.importTask(ctx, ports.System, src.Digest)
	if err != nil {
		return Imported{}, err
	}
	if !task.FinishedAt.IsZero() {
		return Imported{Records: task.Total, Before: true}, nil
	}
	if src.Carried == nil {
		src.Carried = func(int64) {}
	}
	found, err := t.check(ctx, src)
	if err != nil || dry {
		return found, err
	}
	if err := t.carry(ctx, src, found); err != nil {
		return Imported{}, err
	}
	at := t.at()
	task.Total, task.Done, task.FinishedAt = found.Records, found.Records, at
	if task.StartedAt.IsZero() {
		task.StartedAt = at
	}
	return found, t.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		return tx.Progress.Put(ctx, task)
	})
}

func (t *Transfer) check(ctx context.Context, src Source) (Imported, error) {
	var found Imported
	c, err := newChecker(ctx, t.core)
	if err != nil {
		return found, err
	}
	for r, err := range src.Records {
		if err != nil {
			return found, err
		}
		fresh, err := c.record(ctx, r)
		if err != nil {
			return found, &LineError{r.Line, err}
		}
		found.Records++
		if fresh {
			found.New++
		}
		src.Carried(found.Records)
	}
	return found, c.end(ctx)
}

// carry writes the records. Those of one seller that stand together are written
// together, with the line that they reach.
func (t *Transfer) carry(ctx context.Context, src Source, found Imported) error {
	var slice []Record
	var owner domain.SellerID
	done := found.Records
	flush := func() error {
		if len(slice) == 0 {
			return nil
		}
		err := t.carrySlice(ctx, owner, slice, src.Digest)
		done += int64(len(slice))
		src.Carried(done)
		slice = slice[:0]
		return err
	}
	for r, err := range src.Records {
		if err != nil {
			return err
		}
		if s, ok := r.Value.(domain.Seller); ok {
			if err := flush(); err != nil {
				return err
			}
			if err := t.carrySeller(ctx, r.Line, s); err != nil {
				return err
			}
			done++
			continue
		}
		if of := ownerOf(r.Value); of != owner || len(slice) == importSlice {
			if err := flush(); err != nil {
				return err
			}
			owner = of
		}
		slice = append(slice, r)
	}
	return flush()
}

func (t *Transfer) carrySeller(ctx context.Context, line int, s domain.Seller) error {
	err := t.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		return tx.Sellers.Insert(ctx, s)
	})
	if errors.Is(err, domain.ErrExists) { // checked to be the same
		return nil
	}
	if err != nil {
		return &LineError{line, err}
	}
	return nil
}

// carrySlice writes one seller's records, unless an earlier run did.
func (t *Transfer) carrySlice(ctx context.Context, seller domain.SellerID, slice []Record, digest string) error {
	at := t.at()
	last := slice[len(slice)-1].Line
	return t.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		task, err := tx.Progress.ByID(ctx, importTask(digest))
		if errors.Is(err, domain.ErrProgressNotFound) {
			task, err = ports.Task{ID: importTask(digest), StartedAt: at}, nil
		}
		if err != nil {
			return err
		}
		inserted := int64(0)
		for _, r := range slice {
			if int64(r.Line) <= task.Done {
				continue
			}
			fresh, err := insertRecord(ctx, tx, r.Value)
			if err != nil {
				return &LineError{r.Line, err}
			}
			if fresh {
				inserted++
			}
		}
		if int64(last) <= task.Done {
			return nil
		}
		task.Done, task.FinishedAt = int64(last), at
		if err := tx.Progress.Put(ctx, task); err != nil {
			return err
		}
		if inserted == 0 {
			return nil
		}
		return t.emit(ctx, tx, at, domain.RecordsImported{Source: digest, Records: inserted, At: at})
	})
}

func importTask(digest string) string { return "import:" + digest }

func (t *Transfer) importTask(ctx context.Context, who ports.Scope, digest string) (ports.Task, error) {
	task := ports.Task{ID: importTask(digest)}
	err := t.store.View(ctx, who, func(ctx context.Context, tx ports.Tx) error {
		got, err := tx.Progress.ByID(ctx, task.ID)
		if err == nil {
			task = got
		}
		if errors.Is(err, domain.ErrProgressNotFound) {
			return nil
		}
		return err
	})
	return task, err
}
