package sqlitestore

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestClockOfADatabase(t *testing.T) {
	soon(t)
	k := ringOf(t, 1, 'a')
	opened := func(t *testing.T, path string, clock time.Time, m migrations) (at time.Time, ok bool) {
		t.Helper()
		s, err := open(t.Context(), path, (&Options{Keyring: k, Logger: quiet, TestClock: clock}).filled(), m)
		must(t, err)
		defer s.Close()
		at, ok, err = s.TestClock(t.Context())
		must(t, err)
		return at, ok
	}
	wantAt := func(t *testing.T, what string, at time.Time, ok bool, want time.Time) {
		t.Helper()
		if at != want || ok == want.IsZero() {
			t.Errorf("%s: %v, %t, want %v", what, at, ok, want)
		}
	}
	t.Run("one that was made without a test clock is given none", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		at, ok := opened(t, path, time.Time{}, shipped)
		wantAt(t, "made", at, ok, time.Time{})
		s, err := Open(t.Context(), path, &Options{Keyring: k, Logger: quiet, TestClock: noon})
		if err == nil {
			s.Close()
		}
		want(t, "Open with a test clock", err, domain.ErrNoTestClock)
		if err != nil && !strings.Contains(err.Error(), path+" was made without a test clock") {
			t.Errorf("the sentence is %q", err)
		}
		at, ok = opened(t, path, time.Time{}, shipped)
		wantAt(t, "after it", at, ok, time.Time{})
	})
	t.Run("nothing is migrated before the refusal", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		opened(t, path, time.Time{}, shipped)
		_, err := open(t.Context(), path, (&Options{Keyring: k, Logger: quiet, TestClock: noon}).filled(), next(t, fmt.Sprint(newest(t)+1)))
		want(t, "Open with a test clock", err, domain.ErrNoTestClock)
		opened(t, path, time.Time{}, shipped)
	})
	t.Run("one that was made with a test clock keeps it", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		at, ok := opened(t, path, noon, shipped)
		wantAt(t, "made", at, ok, noon)
		at, ok = opened(t, path, time.Time{}, shipped)
		wantAt(t, "opened by who asks for none", at, ok, noon)
		at, ok = opened(t, path, noon.Add(time.Hour), shipped)
		wantAt(t, "opened by who asks for another", at, ok, noon)
		at, ok = opened(t, path, noon.Add(-time.Hour), next(t, "1"))
		wantAt(t, "migrated", at, ok, noon)
	})
	t.Run("one that was moved stays there", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		s, err := Open(t.Context(), path, &Options{Keyring: k, Logger: quiet, TestClock: noon})
		must(t, err)
		must(t, s.MoveTestClock(t.Context(), noon.Add(time.Hour)))
		must(t, s.Close())
		at, ok := opened(t, path, noon, shipped)
		wantAt(t, "opened again", at, ok, noon.Add(time.Hour))
	})
	t.Run("a first start that was cut off has no say", func(t *testing.T) {
		for _, first := range []time.Time{{}, noon} {
			for _, second := range []time.Time{{}, noon.Add(time.Hour)} {
				path := filepath.Join(t.TempDir(), "usher.db")
				s, err := Open(t.Context(), path, &Options{Keyring: k, Logger: quiet, TestClock: first})
				must(t, err)
				must(t, do(s, "DELETE FROM usher_meta WHERE key = 'check'"))
				must(t, s.Close())
				at, ok := opened(t, path, second, shipped)
				wantAt(t, "made by the second start", at, ok, second)
			}
		}
	})
	t.Run("an empty file is a new database", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		must(t, os.WriteFile(path, nil, 0o600))
		at, ok := opened(t, path, noon, shipped)
		wantAt(t, "made", at, ok, noon)
	})
}
