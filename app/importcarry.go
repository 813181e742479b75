package app

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// importSlice is how many records one transaction carries: few enough that on
// a database with one writer verifying goes on in between. What one line comes
// to is carried together, however much it is: progress is kept by line.
const importSlice = 50

// muchAtOnce is how many records make a store's tables other ones than they
// were when its statements were planned.
const muchAtOnce = 10_000

// analyze has the store look at its tables anew, if its plans depend on that.
// It is never called inside a transaction. To fail costs speed only: the import
// goes on.
func (t *Transfer) analyze(ctx context.Context) {
	a, ok := t.store.(ports.Analyzer)
	if !ok {
		return
	}
	if err := a.Analyze(ctx); err != nil && ctx.Err() == nil {
		t.log.Warn("the database could not look at its tables after much was imported; it may be slow until it does by itself", "error", err)
	}
}

// carry writes the records that the store lacks. Those of one seller that stand
// together are written together, with the line that they reach.
func (t *Transfer) carry(ctx context.Context, src Source, p plan) error {
	var slice []Record
	var owner domain.SellerID
	n := int64(0)    // records read
	sent := int64(0) // of those, to the store
	flush := func() error {
		if len(slice) == 0 {
			return nil
		}
		err := t.carrySlice(ctx, owner, slice, src.Digest)
		if before := sent; err == nil {
			if sent += int64(len(slice)); before < muchAtOnce && sent >= muchAtOnce {
				t.analyze(ctx)
			}
		}
		slice = slice[:0]
		return err
	}
	for r, err := range src.Records {
		if err != nil {
			return err
		}
		fresh := p.fresh.has(n)
		n++
		s, isSeller := r.Value.(domain.Seller)
		switch {
		case !fresh:
			continue
		case isSeller:
			if err := t.carrySeller(ctx, r.Line, s, src.Digest); err != nil {
				return err
			}
			continue
		}
		full := len(slice) >= importSlice && r.Line != slice[len(slice)-1].Line
		if of := ownerOf(r.Value); of != owner || full {
			if err := flush(); err != nil {
				return err
			}
			owner = of
			src.Carried(p.Records + n - 1)
		}
		slice = append(slice, r)
	}
	if n != p.Records {
		return errUnsteady
	}
	if err := flush(); err != nil {
		return err
	}
	if sent > 0 {
		t.analyze(ctx)
	}
	src.Carried(p.Records + n)
	return nil
}

func (t *Transfer) carrySeller(ctx context.Context, line int, s domain.Seller, digest string) error {
	at := t.at()
	return t.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		task, err := importTaskIn(ctx, tx, digest, at)
		if err != nil || line <= reached(task) {
			return err
		}
		fresh, err := insertRecord(ctx, tx, s)
		if err != nil {
			return atLine(line, err)
		}
		return reach(ctx, tx, task, line, fresh)
	})
}

// carrySlice writes one seller's records, unless an earlier run did.
func (t *Transfer) carrySlice(ctx context.Context, seller domain.SellerID, slice []Record, digest string) error {
	at := t.at()
	return t.store.Update(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
		task, err := importTaskIn(ctx, tx, digest, at)
		if err != nil {
			return err
		}
		last, kept := reached(task), []bool{}
		for _, r := range slice {
			if r.Line <= last {
				continue
			}
			fresh, err := insertRecord(ctx, tx, r.Value)
			if err != nil {
				return atLine(r.Line, err)
			}
			kept = append(kept, fresh)
		}
		if len(kept) == 0 {
			return nil
		}
		return reach(ctx, tx, task, slice[len(slice)-1].Line, kept...)
	})
}

// finish tells each seller, once, what came, and then marks the source as done.
func (t *Transfer) finish(ctx context.Context, src Source, p plan) error {
	at := t.at()
	for _, seller := range p.sellers {
		err := t.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
			task, err := importTaskIn(ctx, tx, src.Digest, at)
			if err != nil || task.Done == 0 || !task.FinishedAt.IsZero() {
				return err
			}
			task.FinishedAt = at
			if err := tx.Progress.Put(ctx, task); err != nil {
				return err
			}
			return t.emit(ctx, tx, at, domain.RecordsImported{Source: src.Digest, Records: task.Done, At: at})
		})
		if err != nil {
			return err
		}
	}
	return t.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		task, err := importTaskIn(ctx, tx, src.Digest, at)
		if err != nil {
			return err
		}
		task.Total, task.FinishedAt = p.Records, at
		return tx.Progress.Put(ctx, task)
	})
}

// A scope's progress of an import says how many records were kept (Done), up to
// which line (Cursor), and in the system's scope how many the source has (Total).

func importTaskID(digest string) string { return "import:" + digest }

// importTaskIn returns the progress of the transaction's scope, or a new one.
func importTaskIn(ctx context.Context, tx ports.Tx, digest string, at time.Time) (ports.Task, error) {
	task, err := tx.Progress.ByID(ctx, importTaskID(digest))
	if errors.Is(err, domain.ErrProgressNotFound) {
		return ports.Task{ID: importTaskID(digest), StartedAt: at}, nil
	}
	return task, err
}

func (c *core) importTask(ctx context.Context, who ports.Scope, digest string) (ports.Task, error) {
	var task ports.Task
	err := c.store.View(ctx, who, func(ctx context.Context, tx ports.Tx) (err error) {
		task, err = importTaskIn(ctx, tx, digest, time.Time{})
		return err
	})
	return task, err
}

// reached returns the line up to which an import was carried.
func reached(task ports.Task) int {
	line, _ := strconv.Atoi(task.Cursor.ID) // none: 0
	return line
}

// reach keeps that an import was carried up to a line.
func reach(ctx context.Context, tx ports.Tx, task ports.Task, line int, kept ...bool) error {
	task.Cursor.ID = strconv.Itoa(line)
	for _, fresh := range kept {
		if fresh {
			task.Done++
		}
	}
	return tx.Progress.Put(ctx, task)
}
