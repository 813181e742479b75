package domain

import (
	"errors"
	"testing"
	"time"
)

// t0 is when everything in these tests begins.
var t0 = time.Date(2026, 4, 1, 9, 30, 0, 123456000, time.UTC)

// wantError fails unless err is a refusal of that code about that field. An
// empty code wants none.
func wantError(t *testing.T, err error, code, field string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("refused with %v", err)
		}
		return
	}
	var e *Error
	if !errors.As(err, &e) || e.Code != code || e.Field != field {
		t.Errorf("got %v (code %s), want code %s of field %q", err, CodeOf(err), code, field)
	}
}
