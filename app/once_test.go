package app_test

import (
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
)

func TestMemberships_Once(t *testing.T) {
	s := newTill(t)
	done := 0
	does := func(answer string, err error) func() (string, error) {
		return func() (string, error) { done++; return answer, err }
	}
	once := func(key, asked string, do func() (string, error)) (string, bool, error) {
		return s.Memberships.Once(t.Context(), s.seller, key, asked, do)
	}
	is := func(what, answer string, replayed bool, times int) func(string, bool, error) {
		return func(got string, again bool, err error) {
			t.Helper()
			if err != nil || got != answer || again != replayed || done != times {
				t.Errorf("%s: %q, %v, %v after %d times", what, got, again, err, done)
			}
		}
	}
	is("without a key", "a", false, 1)(once("", "x", does("a", nil)))
	is("without a key again", "b", false, 2)(once("", "x", does("b", nil)))
	is("under a key", "c", false, 3)(once("k", "x", does("c", nil)))
	is("under it again", "c", true, 3)(once("k", "x", does("d", nil)))
	if _, _, err := once("k", "y", does("d", nil)); !errors.Is(err, domain.ErrKeyReused) || done != 3 {
		t.Errorf("something else under it: %v after %d times", err, done)
	}
	if _, _, err := once("k2", "x", does("", domain.ErrSeatTaken)); !errors.Is(err, domain.ErrSeatTaken) {
		t.Errorf("refused: %v", err)
	}
	is("what was refused, in another way", "e", false, 5)(once("k2", "y", does("e", nil)))

	// The same command comes twice at once: the slower one meets what the quicker
	// one did, and is answered as it was.
	race := func(key string, then func() (string, error)) (string, bool, error) {
		return once(key, "x", func() (string, error) {
			if _, _, err := once(key, "x", does("first", nil)); err != nil {
				t.Error(err)
			}
			return then()
		})
	}
	is("refused by what it did itself", "first", true, 7)(race("k3", does("", domain.ErrSeatTaken)))
	is("done twice", "first", true, 9)(race("k4", does("second", nil)))
}
