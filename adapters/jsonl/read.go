package jsonl

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"unicode/utf8"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

const (
	version = 1
	maxLine = 1 << 20 // bytes, without the end of the line
)

// ErrChanged ends the records of a [Source] whose file is not what it was when
// the source was made.
var ErrChanged = errors.New("jsonl: the file changed while it was read")

// Read yields the records of a file as they stand, one line at a time. A fault
// of form is an [*app.LineError] and ends it; so does an error of r, as it is.
// Whether a record makes sense is not asked here, and neither is whether what
// it names is there.
func Read(r io.Reader) iter.Seq2[app.Record, error] {
	return func(yield func(app.Record, error) bool) {
		lines := bufio.NewScanner(r)
		// A line and its end must fit, and one byte more to see that it does not.
		lines.Buffer(make([]byte, 0, 64<<10), maxLine+3)
		n, begun := 0, false
		fail := func(err error) { yield(app.Record{}, &app.LineError{Line: n, Err: err}) }
		for lines.Scan() {
			n++
			text := lines.Bytes()
			if n == 1 {
				text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
			}
			if len(bytes.Trim(text, " \t\r")) == 0 {
				continue
			}
			if err := checkLine(text); err != nil {
				fail(err)
				return
			}
			if !begun {
				if err := readHeader(text); err != nil {
					fail(err)
					return
				}
				begun = true
				continue
			}
			v, err := readLine(text)
			if err != nil {
				fail(err)
				return
			}
			if !yield(app.Record{Line: n, Value: v}, nil) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			n++
			fail(errTooLong)
		case err != nil:
			yield(app.Record{}, err)
		case !begun:
			n = max(n, 1)
			fail(errNoHeader)
		}
	}
}

var (
	errTooLong  = domain.InvalidField("", "is longer than "+strconv.Itoa(maxLine)+" bytes")
	errNoHeader = domain.InvalidField("", `a file of usher's begins with the line {"usher":1}`)
)

// checkLine refuses what is not one JSON value of a size that can be dealt with.
func checkLine(text []byte) error {
	if len(text) > maxLine {
		return errTooLong
	}
	if !utf8.Valid(text) {
		return domain.InvalidField("", "is not valid UTF-8")
	}
	if json.Valid(text) {
		return nil
	}
	var whole json.RawMessage
	return domain.InvalidField("", "is not JSON").Because(json.Unmarshal(text, &whole))
}

type header struct {
	Usher int `json:"usher"`
}

// readHeader asks for the version before anything else: of a newer file, no
// other word need be known.
func readHeader(text []byte) error {
	s := scanner{b: text}
	name, ok := s.firstName()
	if !ok || name != "usher" {
		return errNoHeader
	}
	if v := string(s.literal()); v != strconv.Itoa(version) {
		return domain.InvalidField("", fmt.Sprintf("this is version %.20s of the file format; this version of usher reads version %d", v, version))
	}
	return decode(text, &header{})
}

// readLine returns the record of a line.
func readLine(text []byte) (any, error) {
	s := scanner{b: text}
	if s.peek() != '{' {
		return nil, domain.InvalidField("", "must be an object, such as "+`{"kind":"seller",...}`)
	}
	name, ok := s.firstName()
	if !ok || name != "kind" {
		return nil, domain.InvalidField("kind", "must come first in a line")
	}
	if s.peek() != '"' {
		return nil, s.wrong("kind", "text")
	}
	kind, err := s.text("kind")
	if err != nil {
		return nil, err
	}
	empty := kinds[kind]
	if empty == nil {
		return nil, domain.InvalidField("kind", fmt.Sprintf("there is no kind %.60q", kind))
	}
	l := empty()
	if kind == "membership" {
		if l, err = membershipLine(text); err != nil {
			return nil, err
		}
	}
	if err := decode(text, l); err != nil {
		return nil, err
	}
	return l.value()
}

// line is a record as it stands in a file.
type line interface {
	// value returns the record; it refuses what no record can hold.
	value() (any, error)
}

// kinds are the lines of this version. A membership has a second form, see
// [membershipLine].
var kinds = map[string]func() line{
	"seller":     func() line { return new(seller) },
	"product":    func() line { return new(product) },
	"variant":    func() line { return new(variant) },
	"purchase":   func() line { return new(purchase) },
	"membership": func() line { return new(membership) },
	"payment":    func() line { return new(payment) },
	"refund":     func() line { return new(refund) },
	"dispute":    func() line { return new(dispute) },
	"seat":       func() line { return new(seat) },
	"license":    func() line { return new(license) },
	"token":      func() line { return new(token) },
}

// Source makes a file importable. It reads f to its end to know it again, and
// from its start each time the records are asked for, so f is the source's
// until the import is over. A file that changes meanwhile ends in [ErrChanged].
func Source(f io.ReadSeeker) (app.Source, error) {
	whole := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return app.Source{}, err
	}
	if _, err := io.Copy(whole, f); err != nil {
		return app.Source{}, err
	}
	digest := hex.EncodeToString(whole.Sum(nil))
	records := func(yield func(app.Record, error) bool) {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			yield(app.Record{}, err)
			return
		}
		now := sha256.New()
		for r, err := range Read(io.TeeReader(f, now)) {
			if !yield(r, err) || err != nil {
				return
			}
		}
		if hex.EncodeToString(now.Sum(nil)) != digest {
			yield(app.Record{}, ErrChanged)
		}
	}
	return app.Source{Digest: digest, Records: records}, nil
}
