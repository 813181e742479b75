package rest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestParseJSON(t *testing.T) {
	const jsonType = "application/json"
	for _, tt := range []struct {
		name, ctype, in string
		want            one
	}{
		{"a string", jsonType, `{"k":"A"}`, text("A")},
		{"an empty string is a string", jsonType, `{"k":""}`, text("")},
		{"escapes are undone", jsonType, `{"\u006b":"\u00e9\n\/"}`, text("é\n/")},
		{"a NUL is kept", jsonType, `{"k":"a\u0000b"}`, text("a\x00b")},
		{"half a surrogate is no key that exists", jsonType, `{"k":"\ud800"}`, text("\ufffd")},
		{"null is absent", jsonType, `{"k":null}`, absent},
		{"a number is no string", jsonType, `{"k":12}`, one{"12", true, false}},
		{"zero is no string either", jsonType, `{"k":0}`, one{"0", true, false}},
		{"a number may be any size", jsonType, `{"k":` + strings.Repeat("9", 400) + `}`, one{strings.Repeat("9", 400), true, false}},
		{"so may an exponent", jsonType, `{"k":-1e999}`, one{"-1e999", true, false}},
		{"true is no string", jsonType, `{"k":true}`, one{"true", true, false}},
		{"false is blank", jsonType, `{"k":false}`, one{"false", false, false}},
		{"an object is no string", jsonType, `{"k":{"foo":"bar"}}`, notString},
		{"an object of a null is no string", jsonType, `{"k":{"foo":null}}`, notString},
		{"an empty object is blank", jsonType, `{"k":{ }}`, absent},
		{"a list is no string", jsonType, `{"k":["A"]}`, notString},
		{"a list of an empty list is no string", jsonType, `{"k":[[]]}`, notString},
		{"an empty list is blank", jsonType, `{"k":[ ]}`, absent},
		{"a list of nulls is blank", jsonType, `{"k":[null, null ]}`, absent},
		{"a list with a null is not", jsonType, `{"k":[null,false]}`, notString},
		{"the last of a name given twice wins", jsonType, `{"k":"A","k":"B"}`, text("B")},
		{"a null given last wins, too", jsonType, `{"k":"A","k":null}`, absent},
		{"names differ by case", jsonType, `{"K":"A"}`, absent},
		{"brackets in a name mean nothing", jsonType, `{"k[]":"A"}`, absent},
		{"blanks and line ends around", jsonType, "\r\n {\t\"k\" : \"A\" } \n", text("A")},
		{"a list has no parameters", jsonType, `[{"k":"A"}]`, absent},
		{"a string has no parameters", jsonType, `"k"`, absent},
		{"a null has no parameters", jsonType, `null`, absent},
		{"an object without members", jsonType, `{}`, absent},
		{"a type with a charset", "application/json; charset=utf-8", `{"k":"A"}`, text("A")},
		{"a type in capitals", "Application/JSON", `{"k":"A"}`, text("A")},
		{"a type that ends in +json", "application/vnd.api+json", `{"k":"A"}`, text("A")},
		{"an older name of the type", "text/x-json", `{"k":"A"}`, text("A")},
		{"a type that only begins like it", "application/jsonp", `{"k":"A"}`, absent},
		{"JSON sent as a form is a strange name", formType, `{"k":"A"}`, absent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parse(http.MethodPost, "", tt.ctype, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := look(p, "k"); got != tt.want {
				t.Errorf("k is %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestParseJSONUnparseable(t *testing.T) {
	for _, tt := range []struct{ name, in string }{
		{"an object that does not end", `{"k":"A"`},
		{"a comma at the end", `{"k":"A",}`},
		{"text after the object", `{"k":"A"}{"k":"B"}`},
		{"text after a list", `[] x`},
		{"single quotes", `{'k':'A'}`},
		{"a form", `k=A`},
		{"blanks alone", ` `},
		{"a byte order mark", "\ufeff{}"},
		{"bytes that are not UTF-8", "{\"k\":\"\xff\"}"},
		{"bytes that are not UTF-8, in a name", "{\"\xff\":1}"},
		{"not a number", `{"k":NaN}`},
		{"a colon missing", `{"k" "A"}`},
		{"a comma missing", `{"k":"A" "b":"B"}`},
		{"a comma in front", `{,"k":"A"}`},
		{"a number for a name", `{1:"A"}`},
		{"a bracket that closes a brace", `{"k":"A"]`},
		{"one member too many", "{" + strings.Repeat(`"a":0,`, maxParams) + `"a":0}`},
		{"lists nested a hundred thousand deep", `{"k":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`},
		{"lists nested so deep that do not end", strings.Repeat("[", maxBody)},
		{"objects nested so deep", strings.Repeat(`{"k":`, 100_000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(http.MethodPost, "", "application/json", tt.in)
			if !errors.Is(err, errUnparseable) {
				t.Errorf("the error is %v, want errUnparseable", err)
			}
		})
	}
}
