package domain

import (
	"slices"
	"strings"
	"testing"
)

func TestTargets(t *testing.T) {
	ab, bc := MakeTargets("b", "a"), MakeTargets("c", "b")
	for _, tt := range []struct {
		name      string
		got, want Targets
	}{
		{"the order in which they come does not matter", ab, MakeTargets("a", "b")},
		{"one that comes twice is in it once", MakeTargets("a", "b", "a"), ab},
		{"none is the zero value", MakeTargets(), ""},
		{"with another set", ab.With(bc), MakeTargets("a", "b", "c")},
		{"with none", ab.With(""), ab},
		{"without another set", ab.Without(bc), MakeTargets("a")},
		{"without itself", ab.Without(ab), ""},
		{"what is in both", ab.Both(bc), MakeTargets("b")},
		{"what is in both of two that share none", ab.Both(MakeTargets("z")), ""},
		{"an id with a colon in it stays one", MakeTargets("1:a", "b").Without(MakeTargets("b")), MakeTargets("1:a")},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "set", tt.got, tt.want) })
	}
	same(t, "has b", ab.Has("b"), true)
	same(t, "has c", ab.Has("c"), false)
	same(t, "an id is no part of another", MakeTargets("abc").Has("b"), false)
	same(t, "listed", slices.Equal(slices.Collect(ab.All()), []TargetID{"a", "b"}), true)
}

func TestTargetsCheck(t *testing.T) {
	var many []TargetID
	for i := range 101 {
		many = append(many, TargetID(strings.Repeat("r", i+1)))
	}
	for _, tt := range []struct {
		name string
		set  Targets
		code string
	}{
		{"none", "", ""},
		{"a hundred", MakeTargets(many[:100]...), ""},
		{"a hundred and one", MakeTargets(many...), "invalid"},
		{"one without an id", MakeTargets(""), "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) { wantError(t, tt.set.check("roles"), tt.code, "roles") })
	}
}
