package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
)

// answers are the last yes of each license, by its digest, in memory and, if there
// is one, in a file.
type answers struct {
	mu   sync.Mutex
	file string
	last map[string]kept
	err  error // why the file is not as these are
}

// kept is one yes.
type kept struct {
	AsOf   time.Time `json:"as_of"`
	Answer []byte    `json:"answer"` // a Verification in binary
}

// document is the file.
type document struct {
	Version int             `json:"version"`
	Answers map[string]kept `json:"answers"`
}

// digest names a license without showing its key. Letter case and trailing blanks
// make no other license, as they make none at usher.
func digest(l License) string {
	key := strings.ToUpper(strings.TrimRight(l.Key, " "))
	sum := sha256.Sum256([]byte("usher verify\x00" + l.Product + "\x00" + l.Permalink + "\x00" + key))
	return hex.EncodeToString(sum[:])
}

// openAnswers reads the file, if there is one.
func openAnswers(file string) *answers {
	a := &answers{file: file, last: map[string]kept{}}
	if file == "" {
		return a
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return a
	}
	var d document
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	switch {
	case err != nil:
		a.err = err
	case d.Version != 1:
		a.err = errors.New("verify: the file is of another version")
	case d.Answers != nil:
		a.last = d.Answers
	}
	return a
}

// of returns the last yes and when that was; nil: there was none.
func (a *answers) of(digest string) (time.Time, *usherv1.Verification) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, known := a.last[digest]
	v := &usherv1.Verification{}
	if !known || proto.Unmarshal(k.Answer, v) != nil {
		return time.Time{}, nil
	}
	return k.AsOf, v
}

// trouble returns why the file is not as it should be.
func (a *answers) trouble() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

// keep remembers a yes, without what is personal in it, and forgets those that no
// longer count.
func (a *answers) keep(digest string, at time.Time, v *usherv1.Verification, grace time.Duration) error {
	v = proto.CloneOf(v)
	v.Purchase = nil
	if v.License != nil {
		v.License.Key = ""
	}
	text, err := proto.Marshal(v)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for d, k := range a.last {
		if at.Sub(k.AsOf) > grace {
			delete(a.last, d)
		}
	}
	a.last[digest] = kept{at.Round(0).UTC(), text} // by the clock on the wall, which a sleeping machine does not stop
	return a.write()
}

// forget ends what was remembered of a license.
func (a *answers) forget(digest string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.last[digest]; !known {
		return a.err
	}
	delete(a.last, digest)
	return a.write()
}

// write replaces the file, whole or not at all.
func (a *answers) write() error {
	if a.file == "" {
		return nil
	}
	text, err := json.Marshal(document{1, a.last})
	if err != nil {
		return err
	}
	a.err = replace(a.file, text)
	return a.err
}

func replace(file string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+"-") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
