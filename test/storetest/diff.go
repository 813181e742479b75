package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/usherhq/usher/ports"
)

// diff names the fields, however deep, in which two values of one type differ.
// Two structs of forty fields side by side tell a reader nothing.
func diff(got, want any) string {
	var b strings.Builder
	diffInto(&b, "", reflect.ValueOf(got), reflect.ValueOf(want))
	return b.String()
}

func diffInto(b *strings.Builder, path string, got, want reflect.Value) {
	if got.Kind() == reflect.Struct && got.Type() != reflect.TypeFor[time.Time]() {
		for i := range got.NumField() {
			diffInto(b, path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i))
		}
		return
	}
	if !got.Equal(want) {
		fmt.Fprintf(b, "\n\t%s: got %#v, want %#v", path, got, want)
	}
}

// diffText names the lines in which two texts differ.
func diffText(got, want string) string {
	var b strings.Builder
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		one, two := "", ""
		if i < len(g) {
			one = g[i]
		}
		if i < len(w) {
			two = w[i]
		}
		if one != two {
			fmt.Fprintf(&b, "\n\tgot  %s\n\twant %s", one, two)
		}
	}
	return b.String()
}

// render writes a value down in full.
func render(v any) string {
	if c, ok := v.(ports.Command); ok {
		return fmt.Sprintf("%+v with the answer %q", c, c.Answer)
	}
	return fmt.Sprintf("%+v", v)
}
