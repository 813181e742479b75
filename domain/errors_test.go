package domain

import (
	"errors"
	"fmt"
	"testing"
)

func TestError_is(t *testing.T) {
	cause := errors.New("the disk is full")
	for _, tt := range []struct {
		name        string
		err, target error
		want        bool
	}{
		{"a sentinel is itself", ErrKeyTaken, ErrKeyTaken, true},
		{"a copy with a cause is its sentinel", ErrKeyTaken.Because(cause), ErrKeyTaken, true},
		{"a copy with a cause is its cause", ErrKeyTaken.Because(cause), cause, true},
		{"a copy about something is its sentinel", ErrKeyTaken.On("p1"), ErrKeyTaken, true},
		{"a wrapped copy is its sentinel", fmt.Errorf("line 3: %w", ErrKeyTaken.On("p1").Because(cause)), ErrKeyTaken, true},
		{"another refusal of the same kind is not", ErrKeyTaken, ErrExists, false},
		{"a refusal is not some error", ErrKeyTaken, cause, false},
		{"a refused field is invalid", InvalidField("name", "is missing"), ErrInvalid, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := errors.Is(tt.err, tt.target); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestError_copiesLeaveTheSentinelAlone(t *testing.T) {
	was := *ErrKeyTaken
	if e := ErrKeyTaken.On("p1").Because(errors.New("x")); e.About != "p1" || e.Err == nil || e.Msg != was.Msg || e.Field != was.Field {
		t.Errorf("got %+v", e)
	}
	if *ErrKeyTaken != was {
		t.Errorf("the sentinel is now %+v", *ErrKeyTaken)
	}
}

func TestError_says(t *testing.T) {
	for want, e := range map[string]*Error{
		"the input is not valid":                            ErrInvalid,
		"name: is missing":                                  InvalidField("name", "is missing"),
		"the input is not valid: no space left":             ErrInvalid.Because(errors.New("no space left")),
		"key: another license of this product has this key": ErrKeyTaken.On("p1"),
	} {
		if e.Error() != want {
			t.Errorf("got %q, want %q", e.Error(), want)
		}
	}
}

func TestKindOf_andCodeOf(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		kind Kind
		code string
	}{
		{"a refusal", ErrForbidden, Forbidden, "forbidden"},
		{"a wrapped one", fmt.Errorf("x: %w", ErrForbidden), Forbidden, "forbidden"},
		{"the outermost of two", ErrInvalid.Because(ErrForbidden), Invalid, "invalid"},
		{"any other error", errors.New("x"), Internal, "internal"},
		{"none", nil, Internal, "internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if KindOf(tt.err) != tt.kind || CodeOf(tt.err) != tt.code {
				t.Errorf("got %v and %q", KindOf(tt.err), CodeOf(tt.err))
			}
		})
	}
}

func TestKinds(t *testing.T) {
	if all := Kinds(); len(all) != int(Unavailable)+1 || all[0] != Internal || all[len(all)-1] != Unavailable {
		t.Errorf("got %v", all)
	}
}
