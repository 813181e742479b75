package ports

import "context"

// Analyzer is a store that plans its statements by what it knows of its
// tables, and can be told to look at them anew. Whoever puts much in at once
// asks for that: plans made for empty tables are slow on full ones. A store
// whose plans do not depend on it is none.
type Analyzer interface {
	// Analyze looks. It commits by itself, so it is never called inside View or
	// Update ([domain.ErrNested]); again and again costs time and nothing else.
	Analyze(context.Context) error
}
