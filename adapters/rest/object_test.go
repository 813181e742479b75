package rest

import (
	"encoding/json"
	"testing"
	"time"
)

func TestObject(t *testing.T) {
	for _, tt := range []struct {
		name string
		fill func(o *object)
		want string
	}{
		{"an object without keys", func(o *object) {}, `{}`},
		{"every sort of value", func(o *object) {
			card := &object{}
			card.put("type", nil)
			card.put("visual", "**** 4242")
			o.put("success", true)
			o.put("uses", int64(3))
			o.put("price", -1)
			o.put("email", "a@example.com")
			o.put("referrer", nil)
			o.put("custom_fields", []string{"Size: L", "<b>"})
			o.put("card", card)
			o.put("refunded", false)
		}, `{"success":true,"uses":3,"price":-1,"email":"a@example.com","referrer":null,` +
			`"custom_fields":["Size: L","\u003cb\u003e"],"card":{"type":null,"visual":"**** 4242"},"refunded":false}`},
		{"keys stay in the order in which they were put", func(o *object) {
			o.put("b", 1)
			o.put("a", 2)
		}, `{"b":1,"a":2}`},
		{"a key put again keeps its place and gets the new value", func(o *object) {
			o.put("email", "a@example.com")
			o.put("price", 100)
			o.put("email", "a longer one, from a custom field")
			o.put("price", nil)
		}, `{"email":"a longer one, from a custom field","price":null}`},
		{"a key put a third time", func(o *object) {
			o.put("k", "a")
			o.put("k", []string{"b"})
			o.put("k", "c")
		}, `{"k":"c"}`},
		{"keys that differ by case are two", func(o *object) {
			o.put("Email", 1)
			o.put("email", 2)
		}, `{"Email":1,"email":2}`},
		{"keys are escaped like texts", func(o *object) { o.put("a\"<\n", 1) }, `{"a\"\u003c\n":1}`},
		{"a list without elements, and none at all", func(o *object) {
			o.put("a", []string{})
			o.put("b", []string(nil))
		}, `{"a":[],"b":[]}`},
		{"no object is null", func(o *object) { o.put("card", (*object)(nil)) }, `{"card":null}`},
		{"an object is taken as it is when it is put", func(o *object) {
			inner := &object{}
			o.put("inner", inner)
			inner.put("late", true)
		}, `{"inner":{}}`},
		{"the ends of the numbers", func(o *object) {
			o.put("max", int64(1<<63-1))
			o.put("min", int64(-1<<63))
		}, `{"max":9223372036854775807,"min":-9223372036854775808}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var o object
			tt.fill(&o)
			if got := string(o.bytes()); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestObjectPanics(t *testing.T) {
	defer func() {
		if got := recover(); got != "rest: object.put: no JSON for a value of type float64" {
			t.Errorf("panicked with %v", got)
		}
	}()
	new(object).put("price", 1.5)
}

func TestAppendText(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", `""`},
		{"plain text", "Pencil, 2 for 1/2", `"Pencil, 2 for 1/2"`},
		{"a quote and a backslash", `a"b\c`, `"a\"b\\c"`},
		{"what HTML minds, in lower case", "<a> & </b>", `"\u003ca\u003e \u0026 \u003c/b\u003e"`},
		{"what old JavaScript minds", "a\u2028b\u2029c", `"a\u2028b\u2029c"`},
		{"control characters with a name", "\b\f\n\r\t", `"\b\f\n\r\t"`},
		{"control characters without one", "\x00\x01\x0b\x1b\x1f", `"\u0000\u0001\u000b\u001b\u001f"`},
		{"the one above the others is plain", "\x7f", "\"\x7f\""},
		{"other letters are plain", "Crayon é ключ 鉛筆 🖍", `"Crayon é ключ 鉛筆 🖍"`},
		{"neighbours of the two separators are plain", "\u2027\u202a", "\"\u2027\u202a\""},
		{"bytes that are not UTF-8 are replaced one by one", "a\xff\xfeb", "\"a\ufffd\ufffdb\""},
		{"half a rune is replaced", "a\xc3", "\"a\ufffd\""},
		{"a replacement character that was there stays", "a\ufffdb", "\"a\ufffdb\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := string(appendText(nil, tt.in))
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if !json.Valid([]byte(got)) {
				t.Errorf("%s is not JSON", got)
			}
		})
	}
}

// TestAppendTextAll reads every rune back.
func TestAppendTextAll(t *testing.T) {
	for r := range rune(0x11000) {
		want := string(r) // U+FFFD for the surrogates
		var got string
		if err := json.Unmarshal(appendText(nil, want), &got); err != nil || got != want {
			t.Fatalf("%U came back as %q, %v", r, got, err)
		}
	}
}

func TestStamp(t *testing.T) {
	east := time.FixedZone("", 2*60*60)
	for _, tt := range []struct {
		name string
		in   time.Time
		want any
	}{
		{"whole seconds", time.Date(2021, 1, 5, 19, 38, 56, 0, time.UTC), "2021-01-05T19:38:56Z"},
		{"the rest is cut off, not rounded", time.Date(2021, 1, 5, 19, 38, 56, 999_999_999, time.UTC), "2021-01-05T19:38:56Z"},
		{"in UTC, whatever the zone", time.Date(2021, 1, 1, 1, 0, 0, 0, east), "2020-12-31T23:00:00Z"},
		{"never is null", time.Time{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := stampOrNull(tt.in); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// BenchmarkObject writes an object as large as a verify.
func BenchmarkObject(b *testing.B) {
	keys := []string{
		"seller_id", "product_id", "product_name", "permalink", "product_permalink", "short_product_id",
		"email", "price", "gumroad_fee", "currency", "quantity", "discover_fee_charged", "can_contact",
		"referrer", "card", "order_number", "sale_id", "sale_timestamp", "license_key", "refunded",
		"disputed", "dispute_won", "id", "created_at", "variants", "custom_fields", "chargebacked",
	}
	b.ReportAllocs()
	for b.Loop() {
		o := newObject(len(keys))
		for i, key := range keys {
			if i%2 == 0 {
				o.put(key, "FO8TXN-dbxYaBdahG97Y-Q==")
			} else {
				o.put(key, i)
			}
		}
		if len(o.bytes()) == 0 {
			b.Fatal("empty")
		}
	}
}
