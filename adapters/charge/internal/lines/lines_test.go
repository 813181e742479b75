package lines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// heard remembers lines, as the callers of Turn do.
type heard struct{ lines []string }

func (h *heard) learn(line []byte) error {
	h.lines = append(h.lines, string(line))
	return nil
}

func (h *heard) add(f *File, line string) error {
	return f.Turn(context.Background(), h.learn, func() ([]byte, error) { return []byte(line), nil })
}

func (h *heard) look(f *File) error { return f.Read(h.learn) }

func open(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func fresh(t *testing.T) string { return filepath.Join(t.TempDir(), "book.jsonl") }

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTorn opens what a crash, an editor or a stranger has left behind.
func TestTorn(t *testing.T) {
	rows := []struct {
		name, before string
		after        string // the file, once {"n":3} was added; empty: refused, and left as it was
	}{
		{"an empty file", "", `{"n":3}|`},
		{"whole lines", `{"n":1}|{"n":2}|`, `{"n":1}|{"n":2}|{"n":3}|`},
		{"a torn last line is taken away", `{"n":1}|{"n":`, `{"n":1}|{"n":3}|`},
		{"so is one that was longer than what comes", `{"n":1}|{"n":"a long story that was never`, `{"n":1}|{"n":3}|`},
		{"a torn only line is taken away", `{"n"`, `{"n":3}|`},
		{"zeros that a power cut left are taken away", `{"n":1}|` + "\x00\x00\x00", `{"n":1}|{"n":3}|`},
		{"a whole last line without its newline is kept", `{"n":1}|{"n":2}`, `{"n":1}|{"n":2}|{"n":3}|`},
		{"a line in the middle that is not JSON is a person's to mend", `{"n":1}|{"n|{"n":2}|`, ""},
		{"and so is a whole last one", `{"n":1}|{"n|`, ""},
	}
	lines := strings.NewReplacer("|", "\n")
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			path, before, after := fresh(t), lines.Replace(r.before), lines.Replace(r.after)
			if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
				t.Fatal(err)
			}
			var h heard
			err := h.add(open(t, path), `{"n":3}`)
			if (err != nil) != (after == "") {
				t.Errorf("adding a line: %v", err)
			}
			if after == "" {
				after = before
			} else if got := strings.Join(h.lines, "\n") + "\n"; got != after {
				t.Errorf("remembered %q, want %q", got, after)
			}
			if got := read(t, path); got != after {
				t.Errorf("the file is %q, want %q", got, after)
			}
		})
	}
}

// TestTwoFiles has two files open on one path, as two processes have.
func TestTwoFiles(t *testing.T) {
	path := fresh(t)
	const each = 20
	var wg sync.WaitGroup
	heards := make([]heard, 2)
	for i := range heards {
		f := open(t, path)
		wg.Go(func() {
			for n := range each {
				if err := heards[i].add(f, fmt.Sprintf(`{"by":%d,"n":%d}`, i, n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var all heard
	if err := all.look(open(t, path)); err != nil {
		t.Fatal(err)
	}
	if len(all.lines) != 2*each {
		t.Errorf("the file has %d lines, want %d", len(all.lines), 2*each)
	}
	for i, h := range heards {
		if !slices.Equal(h.lines, all.lines[:len(h.lines)]) {
			t.Errorf("file %d remembers other lines than there are", i)
		}
	}
}

// failing is a disk that fails as told.
type failing struct {
	disk
	write, sync, cut error
	wrote            int // bytes that arrive all the same
}

func (d *failing) WriteAt(b []byte, at int64) (int, error) {
	if d.write != nil {
		n, _ := d.disk.WriteAt(b[:d.wrote], at)
		return n, d.write
	}
	return d.disk.WriteAt(b, at)
}

func (d *failing) Sync() error {
	if err := d.sync; err != nil {
		d.sync = nil // the kernel says it once
		return err
	}
	return d.disk.Sync()
}

func (d *failing) Truncate(size int64) error {
	if d.cut != nil {
		return d.cut
	}
	return d.disk.Truncate(size)
}

// TestFullDisk needs a line that could not be written to be gone, for the
// next one and for those who open the file later.
func TestFullDisk(t *testing.T) {
	path := fresh(t)
	f, h := open(t, path), heard{}
	d := &failing{disk: f.disk}
	f.disk = d
	for _, wrote := range []int{0, 5, 8} { // nothing, a part, all but the answer
		d.write, d.wrote = syscall.ENOSPC, wrote
		if err := h.add(f, `{"n":1}`); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a full disk: got %v", err)
		}
		if got := read(t, path); got != "" || len(h.lines) != 0 {
			t.Errorf("a line that was not written stayed: %q, remembered %q", got, h.lines)
		}
	}
	d.write, d.sync = nil, syscall.EIO
	if err := h.add(f, `{"n":1}`); !errors.Is(err, syscall.EIO) {
		t.Errorf("a line that is not on disk: got %v", err)
	}
	if got := read(t, path); got != "" || len(h.lines) != 0 {
		t.Errorf("a line that is not on disk stayed: %q, remembered %q", got, h.lines)
	}
	if err := h.add(f, `{"n":2}`); err != nil {
		t.Fatal(err)
	}
	d.write, d.cut = syscall.EIO, syscall.EIO
	if err := h.add(f, `{"n":3}`); !errors.Is(err, syscall.EIO) {
		t.Errorf("a broken disk: got %v", err)
	}
	d.write, d.cut = nil, nil
	if err := h.add(f, `{"n":4}`); !errors.Is(err, syscall.EIO) {
		t.Errorf("after a line that may or may not be there: got %v, want the same failure", err)
	}
}

// TestBehindOurBack: a file that is no longer what it was is not written on.
func TestBehindOurBack(t *testing.T) {
	for name, meddle := range map[string]func(path string) error{
		"emptied":   func(path string) error { return os.Truncate(path, 0) },
		"cut":       func(path string) error { return os.Truncate(path, 3) },
		"rewritten": func(path string) error { return os.WriteFile(path, []byte(`{"n":12}{"n":3}`+"\n"), 0o600) },
		"removed":   os.Remove,
		"rotated": func(path string) error {
			return errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, []byte("{\"n\":1}\n"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := fresh(t)
			f, h := open(t, path), heard{}
			if err := h.add(f, `{"n":1}`); err != nil {
				t.Fatal(err)
			}
			if err := meddle(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			if err := h.add(f, `{"n":2}`); err == nil {
				t.Error("it was written on")
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("it was %q and is %q", before, after)
			}
		})
	}
}

// TestContext ends the wait for a turn, and the wait for another process.
func TestContext(t *testing.T) {
	path := fresh(t)
	f, other := open(t, path), open(t, path)
	var h heard
	err := f.Turn(t.Context(), h.learn, func() ([]byte, error) {
		for name, waits := range map[string]*File{"its own turn": f, "another's": other} {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			defer cancel()
			if err := waits.Turn(ctx, h.learn, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("waiting for %s: got %v", name, err)
			}
		}
		return nil, nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.look(f); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: got %v", err)
	}
}

func TestForItsOwnersEyes(t *testing.T) {
	path := fresh(t)
	open(t, path)
	if s, err := os.Stat(path); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", s.Mode(), err)
	}
}
