package jsonl_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

const (
	sellerLine   = `{"kind":"seller","id":"s1","user_id":"1","name":"Ana","email":"ana@example.com","created_at":"2026-04-01T09:30:00Z"}`
	productLine  = `{"kind":"product","id":"p1","seller":"s1","name":"Pencil","permalink":"pencil","currency":"usd","created_at":"2026-04-01T09:30:00Z"}`
	purchaseLine = `{"kind":"purchase","id":"b1","seller":"s1","product":"p1","order_number":1,"email":"a@example.com","currency":"usd","created_at":"2026-04-01T09:30:00Z"}`
	licenseLine  = `{"kind":"license","id":"l1","seller":"s1","product":"p1","purchase":"b1","key":"k","created_at":"2026-04-01T09:30:00Z"}`
	recordLine   = `{"kind":"membership","id":"m1","seller":"s1","product":"p1","purchase":"b1","recurrence":"monthly","started_at":"2026-04-01T09:30:00Z","created_at":"2026-04-01T09:30:00Z"}`
	memberLine   = `{"kind":"membership","id":"m1","seller":"s1","product":"p1","purchase":"b1","status":"active","anchor_at":"2026-04-01T09:30:00Z","recurrence":"monthly","cycle":1,"terms":{"currency":"usd"},"seats":1,"created_at":"2026-04-01T09:30:00Z"}`
	paymentLine  = `{"kind":"payment","id":"y1","seller":"s1","purchase":"b1","payment_kind":"sale","attempt":1,"key":"k","amount":1,"currency":"usd","status":"sent","created_at":"2026-04-01T09:30:00Z"}`
	refundLine   = `{"kind":"refund","id":"r1","seller":"s1","payment":"y1","amount":1,"key":"k","cause":"asked","status":"sent","created_at":"2026-04-01T09:30:00Z"}`
	disputeLine  = `{"kind":"dispute","id":"d1","seller":"s1","payment":"y1","amount":1,"opened_at":"2026-04-01T09:30:00Z"}`
	seatLine     = `{"kind":"seat","id":"e1","seller":"s1","purchase":"b1","email":"a@example.com","status":"invited","created_at":"2026-04-01T09:30:00Z"}`
	tokenLine    = `{"kind":"token","id":"t1","seller":"s1","name":"x","digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","scopes":["account"],"created_at":"2026-04-01T09:30:00Z"}`
)

// with returns a line with more fields, or with others if it has them.
func with(line, field, value string) string {
	before, after, ok := strings.Cut(line, `"`+field+`":`)
	if !ok {
		return strings.TrimSuffix(line, "}") + `,"` + field + `":` + value + "}"
	}
	if i := strings.Index(after, `,"`); i >= 0 {
		return before + `"` + field + `":` + value + after[i:]
	}
	return before + `"` + field + `":` + value + "}"
}

// without returns a line that lacks a field.
func without(line, field string) string {
	i := strings.Index(line, `,"`+field+`":`)
	rest := line[i+1:]
	if j := strings.Index(rest, `,"`); j >= 0 {
		return line[:i] + rest[j:]
	}
	return line[:i] + "}"
}

func TestRead_refuses(t *testing.T) {
	const p, b, l, k = productLine, purchaseLine, licenseLine, tokenLine
	for _, tt := range []struct{ name, line, want string }{
		{"what is not JSON", `{"kind":`, "is not JSON: unexpected end"},
		{"two values in a line", sellerLine + sellerLine, "is not JSON: invalid character"},
		{"what is not UTF-8", with(p, "name", "\"\xff\""), "is not valid UTF-8"},
		{"a list", `["kind"]`, "must be an object"},
		{"text", `"kind"`, "must be an object"},
		{"null", `null`, "must be an object"},
		{"an empty object", `{}`, "kind: must come first"},
		{"a kind that is not first", `{"id":"s1","kind":"seller"}`, "kind: must come first"},
		{"a second header", `{"usher":1}`, "kind: must come first"},
		{"a kind in other letters", `{"Kind":"seller"}`, "kind: must come first"},
		{"a kind that is no text", `{"kind":1}`, "kind: must be text, not a number"},
		{"a kind that is null", `{"kind":null}`, "kind: must not be null"},
		{"an unknown kind", `{"kind":"coupon"}`, `kind: there is no kind "coupon"`},
		{"a kind in capitals", `{"kind":"Seller"}`, `kind: there is no kind "Seller"`},

		{"an unknown field", with(p, "colour", `"red"`), "colour: is unknown"},
		{"a field in other letters", with(p, "Price", `1`), `"Price": is unknown`},
		{"a field without a name", with(p, "", `1`), `"": is unknown`},
		{"a field of another kind", with(p, "email", `"a@example.com"`), "email: is unknown"},
		{"an unknown field inside", with(b, "card", `{"number":"4242"}`), "card.number: is unknown"},
		{"an unknown field in a list", with(b, "custom_fields", `[{"name":"a"},{"name":"b","note":1}]`), "custom_fields[1].note: is unknown"},
		{"an unknown recurrence", with(p, "prices", `{"weekly":1}`), "prices.weekly: is unknown"},
		{"the kind twice", with(p, "price", `1,"kind":"product"`), "kind: comes twice"},
		{"a field twice", with(p, "price", `1,"price":1`), "price: comes twice"},
		{"a field twice, once escaped", with(p, "price", `1,"pri\u0063e":1`), "price: comes twice"},
		{"a field twice inside", with(b, "card", `{"type":"visa","type":"visa"}`), "card.type: comes twice"},
		{"no id", without(p, "id"), "id: is missing"},
		{"no seller", without(b, "seller"), "seller: is missing"},
		{"no time", without(b, "created_at"), "created_at: is missing"},
		{"no order number", without(b, "order_number"), "order_number: is missing"},
		{"no name of a custom field", with(b, "custom_fields", `[{"value":"x"}]`), "custom_fields[0].name: is missing"},
		{"no quantity in a bundle", with(p, "includes", `[{"product":"p2"}]`), "includes[0].quantity: is missing"},
		{"no code of a discount", with(b, "offer_code", `{"percent":5}`), "offer_code.code: is missing"},

		{"null", with(b, "full_name", "null"), "full_name: must not be null; leave it out"},
		{"null inside", with(b, "card", `{"type":null}`), "card.type: must not be null; leave it out"},
		{"a number for text", with(b, "full_name", "7"), "full_name: must be text, not a number"},
		{"an object for text", with(b, "full_name", "{}"), "full_name: must be text, not an object"},
		{"text for a number", with(b, "price", `"7"`), "price: must be a whole number, not text"},
		{"a fraction", with(b, "price", "7.5"), "price: must be a whole number, without a point"},
		{"a whole number with a point", with(b, "price", "7.0"), "price: must be a whole number, without a point"},
		{"an exponent", with(b, "price", "1e3"), "price: must be a whole number, without a point"},
		{"2^63", with(b, "price", "9223372036854775808"), "price: must be a whole number of at most 63 bits"},
		{"text for a switch", with(p, "licensed", `"true"`), "licensed: must be true or false, not text"},
		{"a number for a switch", with(p, "licensed", "1"), "licensed: must be true or false, not a number"},
		{"text for a list", with(b, "variants", `"v1"`), "variants: must be a list, not text"},
		{"a number in a list of ids", with(b, "variants", `["v1",2]`), "variants[1]: must be text, not a number"},
		{"text in a list of objects", with(p, "includes", `["p2"]`), "includes[0]: must be an object, not text"},
		{"a list for an object", with(b, "card", `["visa"]`), "card: must be an object, not a list"},
		{"true for an object", with(p, "prices", `true`), "prices: must be an object, not true or false"},

		{"NUL", with(b, "full_name", `"a\u0000"`), "full_name: must not have a NUL"},
		{"the first half of a pair", with(b, "full_name", `"\ud83d"`), "full_name: has half of a surrogate pair"},
		{"the second half of a pair", with(b, "full_name", `"\uDD8D x"`), "full_name: has half of a surrogate pair"},
		{"two first halves", with(b, "full_name", `"\ud83d\ud83d"`), "full_name: has half of a surrogate pair"},
		{"half of a pair in a name", with(b, `\ud83d`, `1`), "has half of a surrogate pair"},

		{"a time that is a number", with(b, "created_at", "1775035800"), "created_at: must be a time of RFC 3339 in UTC, such as 2026-04-01T09:30:00.25Z, not a number"},
		{"a date", with(b, "created_at", `"2026-04-01"`), "created_at: must be a time of RFC 3339"},
		{"a time without a zone", with(b, "created_at", `"2026-04-01T09:30:00"`), "created_at: must be a time of RFC 3339"},
		{"another zone", with(b, "created_at", `"2026-04-01T09:30:00+02:00"`), "created_at: must be a time of RFC 3339 in UTC"},
		{"UTC as an offset", with(b, "created_at", `"2026-04-01T09:30:00+00:00"`), "created_at: must be a time of RFC 3339 in UTC"},
		{"a fraction after a comma", with(b, "created_at", `"2026-04-01T09:30:00,5Z"`), "created_at: must be a time of RFC 3339"},
		{"a day that is not", with(b, "created_at", `"2026-02-29T09:30:00Z"`), "created_at: must be a time of RFC 3339"},
		{"nanoseconds", with(b, "created_at", `"2026-04-01T09:30:00.1234567Z"`), "created_at: must not be finer than a microsecond"},
		{"the zero time", with(b, "refunded_at", `"0001-01-01T00:00:00Z"`), "refunded_at: must be later than the beginning of the year 1; leave it out"},
		{"the year 0", with(b, "refunded_at", `"0000-12-31T00:00:00Z"`), "refunded_at: must be later than the beginning of the year 1"},

		{"seats of another system's membership", with(recordLine, "seats", "5"), "seats: needs a status beside it: a line without one is a record of another system"},
		{"a price of it", with(recordLine, "terms", `{"unit":5}`), "terms: needs a status beside it"},
		{"an anchor of it", with(recordLine, "anchor_at", `"2026-04-01T09:30:00Z"`), "anchor_at: needs a status beside it"},
		{"a status that is somewhere inside", with(recordLine, "pending", `{"status":["\ud83d",{"a":[]},-1,true]}`), "pending: needs a status beside it"},
		{"a record with a status", with(recordLine, "status", `"active"`), "started_at: is of a record of another system, which has no status"},
		{"a status under another spelling", with(recordLine, "Status", `"active"`), `"Status": is unknown`},
		{"a field that neither form has", with(recordLine, "colour", `"red"`), "colour: is unknown"},
		{"another system's membership without its start", without(recordLine, "started_at"), "started_at: is missing"},
		{"a membership without its anchor", without(memberLine, "anchor_at"), "anchor_at: is missing"},
		{"a membership without seats", without(memberLine, "seats"), "seats: is missing"},
		{"a membership without terms", without(memberLine, "terms"), "terms: is missing"},
		{"terms without a currency", with(memberLine, "terms", `{"unit":5}`), "terms.currency: is missing"},
		{"an unknown term", with(memberLine, "terms", `{"currency":"usd","price":5}`), "terms.price: is unknown"},
		{"a discount of nothing", with(memberLine, "terms", `{"currency":"usd","discount":{"value":5}}`), "terms.discount.kind: is missing"},
		{"what is owed as a number", with(memberLine, "ledger", `{"owed":5}`), "ledger.owed: must be text, not a number"},
		{"what is owed with a point", with(memberLine, "ledger", `{"owed":"5.0"}`), "ledger.owed: must be a whole number of at most 128 bits, in decimal digits"},
		{"what is owed below nothing", with(memberLine, "ledger", `{"owed":"-5"}`), "ledger.owed: must be a whole number"},
		{"what is owed of 129 bits", with(memberLine, "ledger", `{"owed":"340282366920938463463374607431768211456"}`), "ledger.owed: must be a whole number"},
		{"what is owed with a zero before it", with(memberLine, "ledger", `{"owed":"05"}`), "ledger.owed: must be a whole number"},
		{"something in flight without its payment", with(memberLine, "in_flight", `{"kind":"change"}`), "in_flight.payment: is missing"},
		{"an unknown target", with(paymentLine, "target", `{"seat":1}`), "target.seat: is unknown"},
		{"a price notice for no time", with(memberLine, "notice", `{"unit":5}`), "notice.effective_at: is missing"},
		{"a payment without its key", without(paymentLine, "key"), "key: is missing"},
		{"a payment without its amount", without(paymentLine, "amount"), "amount: is missing"},
		{"a refund without its payment", without(refundLine, "payment"), "payment: is missing"},
		{"a dispute without its time", without(disputeLine, "opened_at"), "opened_at: is missing"},
		{"a seat without its status", without(seatLine, "status"), "status: is missing"},
		{"a kind of product that is not", with(p, "product_kind", `"coffee"`), "product_kind: must be one_time, membership or bundle"},
		{"a trial of 300 years", with(p, "free_trial", "9467280000"), "free_trial: is too long"},
		{"a license without its key", without(l, "key"), "key: is missing: a file to import is exported with --with-keys"},
		{"a license with an empty key", with(l, "key", `""`), "key: is missing: a file to import is exported with --with-keys"},
		{"a digest that is too short", with(k, "digest", `"9f86"`), "digest: must be the SHA-256"},
		{"a digest that is no digest", with(k, "digest", `"`+strings.Repeat("g", 64)+`"`), "digest: must be the SHA-256"},
		{"a token's secret", with(k, "secret", `"x"`), "secret: is unknown"},
		{"an unknown scope", with(k, "scopes", `["everything"]`), "scopes: no scope is called everything"},
		{"no scope at all", with(k, "scopes", `[]`), "scopes: at least one is needed"},
		{"a line of one byte more than 1 MiB", with(p, "name", `"`+strings.Repeat("x", 1<<20+1-len(with(p, "name", `""`)))+`"`), "is longer than 1048576 bytes"},
		{"a line of more than 1 MiB", with(p, "name", `"`+strings.Repeat("x", 1<<20)+`"`), "is longer than 1048576 bytes"},
		{"a line of much more than 1 MiB", strings.Repeat(" ", 5<<20), "is longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(begin + sellerLine + "\n" + tt.line + "\n" + sellerLine + "\n")
			if len(got) != 1 {
				t.Errorf("got %d records, want that before the fault", len(got))
			}
			var at *app.LineError
			if !errors.As(err, &at) || at.Line != 3 {
				t.Fatalf("got %v, want a fault of line 3", err)
			}
			if !strings.HasPrefix(err.Error(), "line 3: "+tt.want) || domain.KindOf(err) != domain.Invalid {
				t.Errorf("got  %q (%v)\nwant line 3: %s", err, domain.KindOf(err), tt.want)
			}
		})
	}
}

func TestRead_header(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an empty file", "", `line 1: a file of usher's begins with the line {"usher":1}`},
		{"a file of blanks", "\n \r\n", `line 2: a file of usher's begins with`},
		{"a file without a header", sellerLine, `line 1: a file of usher's begins with`},
		{"another JSON file", "[1]", `line 1: a file of usher's begins with`},
		{"a number", "1", `line 1: a file of usher's begins with`},
		{"an empty object", "{}", `line 1: a file of usher's begins with`},
		{"a CSV", "id,email\n", "line 1: is not JSON: invalid character"},
		{"a later version, whatever it says", `{"usher":2,"zones":[]}`, "line 1: this is version 2 of the file format; this version of usher reads version 1"},
		{"version 0", `{"usher":0}`, "line 1: this is version 0 of the file format"},
		{"a version that is text", `{"usher":"1"}`, `line 1: this is version "1" of the file format`},
		{"a field that the header lacks", `{"usher":1,"from":"x"}`, "line 1: from: is unknown"},
		{"two versions", `{"usher":1,"usher":1}`, "line 1: usher: comes twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(tt.text)
			if len(got) != 0 || err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %d records, %v\nwant %s", len(got), err, tt.want)
			}
		})
	}
	if got, err := read(`{"usher":1}`); len(got) != 0 || err != nil {
		t.Errorf("a file of nothing: got %v, %v", got, err)
	}
}

func TestRead_takes(t *testing.T) {
	name := func(s string) string { return with(sellerLine, "name", s) }
	for _, tt := range []struct {
		name, text string
		line       int
		want       string // the seller's name
	}{
		{"lines that end in CR LF", strings.ReplaceAll(begin+sellerLine, "\n", "\r\n") + "\r\n", 2, "Ana"},
		{"a byte order mark", "\xef\xbb\xbf" + begin + sellerLine, 2, "Ana"},
		{"no end of the last line", begin + sellerLine, 2, "Ana"},
		{"empty lines, which count", "\n" + begin + "\n \t\r\n" + sellerLine + "\n\n", 5, "Ana"},
		{"blanks inside", "{ \"usher\" : 1 }\n" + strings.NewReplacer(":", " : ", ",", "\t,\r ").Replace(without(sellerLine, "created_at")[:len(without(sellerLine, "created_at"))-1]) + ` , "created_at" : "2026-04-01T09:30:00Z" } `, 2, "Ana"},
		{"fields in any order", begin + `{"kind":"seller","created_at":"2026-04-01T09:30:00Z","email":"ana@example.com","name":"Ana","user_id":"1","id":"s1"}`, 2, "Ana"},
		{"escapes", begin + name(`"\u0041\n\"\\\/\t\ud83d\ude00\ufffd\\ud83d"`), 2, "A\n\"\\/\t😀\ufffd\\ud83d"},
		{"an escaped name of a field", begin + strings.Replace(sellerLine, `"name"`, `"n\u0061me"`, 1), 2, "Ana"},
		{"braces and commas in text", begin + name(`"{\"a\":[1,2]},]"`), 2, `{"a":[1,2]},]`},
		{"a line of just 1 MiB", begin + name(`"`+strings.Repeat("x", 1<<20-len(name(`""`)))+`"`) + "\r\n", 2, strings.Repeat("x", 1<<20-len(name(`""`)))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(tt.text)
			if err != nil || len(got) != 1 {
				t.Fatalf("got %d records, %v", len(got), err)
			}
			if s := got[0].Value.(domain.Seller); s.Name != tt.want || s.ID != "s1" || got[0].Line != tt.line {
				t.Errorf("got %q of line %d, want %q of line %d", s.Name, got[0].Line, tt.want, tt.line)
			}
		})
	}
}

func TestRead_takesWhatMayBeLeftOut(t *testing.T) {
	got, err := read(begin + strings.Join([]string{
		productLine, with(with(with(productLine, "product_kind", `"one_time"`), "price", "0"), "includes", "[]"),
		purchaseLine, with(with(with(purchaseLine, "status", `"successful"`), "quantity", "1"), "card", "{}"),
		with(tokenLine, "scopes", `["view_sales","account","view_sales"]`),
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p := got[0].Value.(domain.Product); got[1].Value != got[0].Value || p.Kind != domain.OneTime {
		t.Errorf("got %+v and %+v, want them to be the same one-time product", got[0].Value, got[1].Value)
	}
	if p := got[2].Value.(domain.PurchaseState); got[3].Value != got[2].Value || p.Status != domain.Successful || p.Quantity != 1 {
		t.Errorf("got %+v and %+v, want them to be the same sale of one", got[2].Value, got[3].Value)
	}
	if k := got[4].Value.(domain.TokenState); k.Scopes != "account view_sales" {
		t.Errorf("got the scopes %q, want each once and in order", k.Scopes)
	}
	got, err = read(begin + with(purchaseLine, "quantity", "0"))
	if err != nil || got[0].Value.(domain.PurchaseState).Quantity != 0 {
		t.Errorf("a quantity of 0, which the domain refuses, was read as %+v, %v", got, err)
	}
}

// TestRead_membershipsOfTwoForms tells them apart by the status, whatever else
// is there and in whatever order.
func TestRead_membershipsOfTwoForms(t *testing.T) {
	text := begin + strings.Join([]string{
		recordLine, memberLine, with(recordLine, "charges", "3"), with(memberLine, "charges", "3"),
		strings.Replace(strings.Replace(memberLine, `"status":"active",`, ``, 1), `"seats":1,`, `"seats":1,"st\u0061tus":"active",`, 1),
		with(memberLine, "terms", `{"tier":"\"status\": {[","currency":"usd"}`),
	}, "\n")
	got, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, whole := range []bool{false, true, false, true, true, true} {
		if _, is := got[i].Value.(domain.MembershipState); is != whole {
			t.Errorf("line %d was read as a %T", i+2, got[i].Value)
		}
	}
	if got[4].Value != got[1].Value {
		t.Errorf("got %+v, want %+v", got[4].Value, got[1].Value)
	}
}

func TestRead_pricesByRecurrence(t *testing.T) {
	got, err := read(begin + with(productLine, "prices", `{"monthly":1,"quarterly":2,"biannually":3,"yearly":4,"every_two_years":5}`))
	if err != nil {
		t.Fatal(err)
	}
	want := domain.Prices{}.With(domain.Monthly, 1).With(domain.Quarterly, 2).With(domain.Biannually, 3).
		With(domain.Yearly, 4).With(domain.EveryTwoYears, 5)
	if p := got[0].Value.(domain.Product).Prices; p != want {
		t.Errorf("got %+v", p)
	}
}

// TestRead_streams reads from a file without end.
func TestRead_streams(t *testing.T) {
	n := 0
	for r, err := range jsonl.Read(io.MultiReader(strings.NewReader(begin), &endless{})) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; r.Line != n+1 {
			t.Fatalf("record %d is of line %d", n, r.Line)
		}
		if n == 10_000 {
			return
		}
	}
	t.Error("it ended")
}

type endless struct{ left []byte }

func (e *endless) Read(b []byte) (int, error) {
	if len(e.left) == 0 {
		e.left = []byte(licenseLine + "\n")
	}
	n := copy(b, e.left)
	e.left = e.left[n:]
	return n, nil
}

func TestRead_passesOnWhatItsReaderSays(t *testing.T) {
	broken := errors.New("broken")
	var got error
	n := 0
	for _, err := range jsonl.Read(io.MultiReader(strings.NewReader(begin+sellerLine+"\n"), brokenReader{broken})) {
		n, got = n+1, err
	}
	if n != 2 || got != broken {
		t.Errorf("got %d results, the last %v", n, got)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestSource(t *testing.T) {
	text := write(t, jsonl.Options{WithKeys: true}, every()...)
	src, err := jsonl.Source(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256([]byte(text)); src.Digest != hex.EncodeToString(sum[:]) {
		t.Errorf("got the digest %s", src.Digest)
	}
	for range src.Records {
		break // half-way, and then from the start again
	}
	for range 2 {
		var got []any
		for r, err := range src.Records {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Value)
		}
		if again := write(t, jsonl.Options{WithKeys: true}, got...); again != text {
			t.Errorf("got  %s\nwant %s", again, text)
		}
	}
}

func TestSource_noticesThatTheFileChanged(t *testing.T) {
	text := []byte(begin + sellerLine + "\n")
	src, err := jsonl.Source(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	copy(text[bytes.Index(text, []byte("Ana")):], "Eva")
	var last error
	for _, err := range src.Records {
		last = err
	}
	if last != jsonl.ErrChanged {
		t.Errorf("got %v", last)
	}
}

func TestSource_fails(t *testing.T) {
	if _, err := jsonl.Source(unseekable{strings.NewReader(begin)}); err == nil {
		t.Error("a pipe was taken for a file")
	}
	src, err := jsonl.Source(strings.NewReader(begin + "{}"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range src.Records {
		var at *app.LineError
		if n++; !errors.As(err, &at) || at.Line != 2 {
			t.Errorf("got %v", err)
		}
	}
	if n != 1 {
		t.Errorf("got %d results after a fault", n)
	}
}

type unseekable struct{ io.Reader }

func (unseekable) Seek(int64, int) (int64, error) { return 0, errors.New("no seeking here") }

func TestRead_licensesOfAnySize(t *testing.T) {
	l := fixture.Distinct(ports.CountedLicense{Uses: 1<<63 - 1})
	l.License.Key = `a "key" of another system \ é`
	got, err := read(write(t, jsonl.Options{WithKeys: true}, l))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, l)
}
