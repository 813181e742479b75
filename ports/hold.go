package ports

import (
	"context"
	"time"
)

// Holder says whether charges are held: then nobody is charged for anything,
// in any process, until somebody lifts it. A store that keeps this is one; what
// [Store] says of its calls then holds for these too.
type Holder interface {
	// Held returns the hold, and false if there is none.
	Held(context.Context) (Hold, bool, error)
	// Hold holds charges, from now on by the machine's clock. Twice is once: the
	// first stays.
	Hold(context.Context) error
	// Lift ends it, also that of a copy that was made to be kept. Where none
	// is, it does nothing.
	Lift(context.Context) error
}

// Hold is why charges are held.
type Hold struct {
	Since  time.Time // when somebody asked for it; zero: nobody did
	Backup time.Time // when the copy was made that this store was; zero: it was none
}
