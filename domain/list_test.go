package domain

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// texts are any strings at all, and those that look like parts of a list.
var texts = rapid.OneOf(
	rapid.String(), rapid.StringMatching(`[0-9]{0,3}:?[0-9:]{0,4}`), rapid.SampledFrom([]string{"", ":", "1:", "\x00", "\xff", "0:0:"}),
)

func TestLists_giveBackWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(texts, 0, 6).Draw(t, "items")
		if got := slices.Collect(MakeNames(in...).All()); !slices.Equal(got, in) {
			t.Fatalf("names: got %q", got)
		}
		var ids []VariantID
		var fields []CustomField
		var lines []BundleLine
		for _, s := range in {
			ids = append(ids, VariantID(s))
			fields = append(fields, CustomField{s, texts.Draw(t, "value")})
			lines = append(lines, BundleLine{ProductID(s), rapid.Int().Draw(t, "quantity")})
		}
		if got := slices.Collect(ChosenVariants(ids...).All()); !slices.Equal(got, ids) {
			t.Fatalf("variants: got %q", got)
		}
		if got := slices.Collect(MakeCustomFields(fields...).All()); !slices.Equal(got, fields) {
			t.Fatalf("custom fields: got %q", got)
		}
		if got := slices.Collect(MakeBundleLines(lines...).All()); !slices.Equal(got, lines) {
			t.Fatalf("bundle lines: got %v", got)
		}
	})
}

// TestLists_areEqualIfTheirItemsAre is what lets states be compared with ==.
func TestLists_areEqualIfTheirItemsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(texts, 0, 3).Draw(t, "a"), rapid.SliceOfN(texts, 0, 3).Draw(t, "b")
		if (MakeNames(a...) == MakeNames(b...)) != slices.Equal(a, b) {
			t.Fatalf("%q and %q are %q and %q", a, b, MakeNames(a...), MakeNames(b...))
		}
	})
}

func TestLists_ofNothingAreEmpty(t *testing.T) {
	if MakeNames() != "" || ChosenVariants() != "" || MakeCustomFields() != "" || MakeBundleLines() != "" {
		t.Error("a list of nothing is not the zero value")
	}
	if MakeNames("") == "" {
		t.Error("a list of one empty name is the zero value")
	}
}

func TestLists_canBeLeftHalfWay(t *testing.T) {
	for range MakeNames("a", "b").All() {
		break
	}
	for range ChosenVariants("a", "b").All() {
		break
	}
	for range MakeCustomFields(CustomField{"a", "b"}, CustomField{"c", "d"}).All() {
		break
	}
	for range MakeBundleLines(BundleLine{"a", 1}, BundleLine{"b", 2}).All() {
		break
	}
}

// TestLists_ofAnythingEnd is about a column that something else wrote into.
func TestLists_ofAnythingEnd(t *testing.T) {
	for l, want := range map[Names][]string{
		"x": nil, "1": nil, ":": nil, "-1:a": nil, "9:a": nil, "1:a9:b": {"a"}, "1:ab": {"a"}, "99999999999999999999:a": nil,
	} {
		if got := slices.Collect(l.All()); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", l, got, want)
		}
	}
	if got := slices.Collect(CustomFields("1:a").All()); got != nil {
		t.Errorf("half a field: got %v", got)
	}
}
