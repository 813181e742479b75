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
	Digest  string // of the whole source, by which it is known again; required
	Records iter.Seq2[Record, error]
	Carried func(records int64) // told how many are done, of both readings; nil: nobody is
}

// Imported says what an import did.
type Imported struct {
	Records int64 // in the source
	New     int64 // kept now, or to be kept if it was dry
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

// atLine makes a refusal a fault of its line. That the store does not answer is
// no record's fault.
func atLine(line int, err error) error {
	kind := domain.KindOf(err)
	if err == nil || kind == domain.Internal || kind == domain.Unavailable || errors.Is(err, domain.ErrConflict) {
		return err
	}
	return &LineError{line, err}
}

// errUnsteady says that the second reading was not the first.
var errUnsteady = errors.New("app: the source changed between its two readings")

// Import keeps every record of a source, or none. It reads everything once to
// check it, against itself and against the store, and writes nothing; then it
// carries it through in slices, each with how far it is, so that a run that was
// killed goes on where it stopped. A source that was finished before changes
// nothing; nor does a record that is there already just as it is, or that an
// earlier run of this source kept, whatever became of it since. Uses and the
// revocation of a token are a start: what was counted since is no difference.
//
// A fault is a [*LineError], with everything as it was. Only what appears in
// the store between the two readings can stop the second one half-way.
//
// dry stops after the check.
func (t *Transfer) Import(ctx context.Context, src Source, dry bool) (Imported, error) {
	if err := t.outside(); err != nil {
		return Imported{}, err
	}
	if src.Digest == "" || src.Records == nil {
		return Imported{}, errors.New("app: Source.Digest or Source.Records is missing")
	}
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
	plan, err := t.check(ctx, src, task)
	if err != nil || dry {
		return plan.Imported, err
	}
	if err := t.carry(ctx, src, plan); err != nil {
		return Imported{}, err
	}
	return plan.Imported, t.finish(ctx, src, plan)
}

// plan is what the first reading found.
type plan struct {
	Imported
	fresh   bits // the records that the store lacks, by their place in the source
	sellers []domain.SellerID
}

func (t *Transfer) check(ctx context.Context, src Source, before ports.Task) (plan, error) {
	var p plan
	k, err := newChecker(ctx, t.core, src.Digest, before)
	if err != nil {
		return p, err
	}
	for r, err := range src.Records {
		if err != nil {
			return plan{}, err
		}
		fresh, err := k.record(ctx, r)
		if err != nil {
			return plan{}, atLine(r.Line, err)
		}
		if fresh {
			p.fresh.set(p.Records)
			p.New++
		}
		p.Records++
		src.Carried(p.Records)
	}
	if err := k.end(ctx); err != nil {
		return plan{}, err
	}
	p.sellers = k.told
	return p, nil
}

// bits is a set of numbers from 0.
type bits []uint64

func (b *bits) set(n int64) {
	for int64(len(*b)) <= n/64 {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bits) has(n int64) bool { return n/64 < int64(len(b)) && b[n/64]>>(n%64)&1 == 1 }
