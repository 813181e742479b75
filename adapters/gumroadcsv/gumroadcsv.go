package gumroadcsv

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// ErrChanged ends the records of a [Source] whose file is not what it was when
// the source was made.
var ErrChanged = errors.New("gumroadcsv: the file changed while it was read")

// Options say what the file does not.
type Options struct {
	// Seller is whose sales they are; the store has it.
	Seller domain.SellerID
	// Products is the API id of each permalink in the file, letter case of
	// permalinks aside.
	Products map[string]domain.ProductID
	// Stored are the seller's products that the store has already, those of
	// other ids may be among them. Nothing of them is changed.
	Stored []Stored
}

// Stored is a product that the store has.
type Stored struct {
	Product  domain.Product
	Variants []domain.Variant // all of its own
}

// Report says what a file has.
type Report struct {
	Rows    int      // sales and renewals
	Custom  []string // columns that are kept as custom fields
	Unused  []string // columns of Gumroad's that are not read
	Missing []string // columns that would be read and are not there
}

// IDsError says that [Options].Products does not fit the file: permalinks of the
// file are missing there, or it names others.
type IDsError struct {
	Missing []string
	Unknown []string
}

// Error names the permalinks.
func (e *IDsError) Error() string {
	if len(e.Missing) > 0 {
		return "no API id is given for the product " + strings.Join(e.Missing, ", ")
	}
	return "the file has no product " + strings.Join(e.Unknown, ", ")
}

// Source makes a file importable, and reports what it found. The file is read
// from its start: now, to see which renewals belong to which sale, and whenever
// its records are. What is refused now is refused as by an import: a fault of
// the file is an [*app.LineError], permalinks without an id are an [*IDsError].
func Source(f io.ReadSeeker, o Options) (app.Source, Report, error) {
	r, sum, err := reopen(f)
	if err != nil {
		return app.Source{}, Report{}, err
	}
	x, err := look(r)
	if err != nil {
		return app.Source{}, Report{}, err
	}
	m, err := newMaker(x, o)
	if err != nil {
		return app.Source{}, Report{}, err
	}
	found := Report{Rows: x.count, Unused: r.head.unused, Missing: r.head.missing()}
	for _, c := range r.head.custom {
		found.Custom = append(found.Custom, c.name)
	}
	digest := sum.Sum(nil)
	records := func(yield func(app.Record, error) bool) {
		r, now, err := reopen(f)
		if err != nil {
			yield(app.Record{}, err)
			return
		}
		for {
			w, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			var s sale
			if err == nil {
				s, err = read(w)
			}
			if err != nil {
				yield(app.Record{}, err)
				return
			}
			for _, v := range m.records(&s) {
				if err := checked(v); err != nil {
					yield(app.Record{}, &app.LineError{Line: s.line, Err: err})
					return
				}
				if !yield(app.Record{Line: s.line, Value: v}, nil) {
					return
				}
			}
		}
		if string(now.Sum(nil)) != string(digest) {
			yield(app.Record{}, ErrChanged)
		}
	}
	return app.Source{Digest: o.digest(digest), Records: records}, found, nil
}

// reopen begins to read a file anew, and sums up what is read.
func reopen(f io.ReadSeeker) (*rows, hash.Hash, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	sum := sha256.New()
	r, err := open(io.TeeReader(f, sum))
	return r, sum, err
}

// digest returns the digest of a file with what was said to it: the same file
// for another seller, or with other ids, is another source.
func (o Options) digest(file []byte) string {
	all := []string{hex.EncodeToString(file), string(o.Seller)}
	for permalink, id := range o.Products {
		all = append(all, strings.ToLower(permalink)+"="+string(id))
	}
	slices.Sort(all)
	sum := sha256.New()
	for _, s := range all {
		fmt.Fprintf(sum, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// derived returns the id of something that belongs to a purchase or a product
// and has none in the file: the same whenever the file is read, and by its looks
// one of usher's.
func derived(what, of string) string {
	sum := sha256.Sum256([]byte("gumroad sales csv/" + what + "/" + of))
	return base64.URLEncoding.EncodeToString(sum[:16])
}
