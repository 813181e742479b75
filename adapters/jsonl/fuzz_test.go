package jsonl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/app"
)

// FuzzRead reads anything. It must end without a panic, in records or in a
// fault with its line; what is taken is written, read and written again, and
// must be the same records and the same bytes.
func FuzzRead(f *testing.F) {
	for _, line := range []string{sellerLine, productLine, purchaseLine, recordLine, memberLine, paymentLine, refundLine, disputeLine, seatLine, licenseLine, tokenLine} {
		f.Add(begin + line)
	}
	f.Add(begin + `{"kind":"variant","id":"v1","seller":"s1","product":"p1","category":"Size","name":"L","prices":{"monthly":0},"created_at":"2026-04-01T09:30:00.25Z"}`)
	f.Add(begin + with(recordLine, "charges", "3"))
	f.Add(begin + with(recordLine, "status", `{"status":[1,"\"]",{}]}`))
	f.Add(begin + with(with(memberLine, "pending", `{"unit":0}`), "ledger", `{"owed":"0","settled":-0}`))
	f.Add(begin + with(with(memberLine, "notice", `{"effective_at":"2026-05-01T00:00:00Z"}`), "ledger", `{"owed":"340282366920938463463374607431768211455"}`))
	f.Add(begin + with(memberLine, "in_flight", `{"payment":"","kind":"","target":{},"priced_at":"2026-05-01T00:00:00Z","expires_at":"2026-05-01T00:00:00Z"}`))
	f.Add(begin + with(memberLine, "outstanding", `{"attempts":0,"due_at":"2026-05-01T00:00:00Z","grace_ends_at":"2026-05-06T00:00:00Z"}`))
	f.Add(begin + with(with(paymentLine, "target", `{"anew":true,"ends_seats":false}`), "refunded", "-1"))
	f.Add(begin + with(purchaseLine, "custom_fields", `[{"name":"\ud83d\ude00","value":"\u2028"},{"name":""}]`))
	f.Add(begin + with(with(purchaseLine, "variants", `["a",""]`), "card", `{"type":"visa","expiry_month":2}`))
	f.Add(begin + with(purchaseLine, "quantity", `-0`) + "\r\n\n" + with(productLine, "prices", `{"yearly":0}`))
	f.Add("\xef\xbb\xbf" + begin + with(licenseLine, "key", `" \\ \/ \b\f\u0009"`))
	f.Add(`{"usher":2}`)
	f.Add(begin + `{"kind":"payment"}`)
	f.Add(begin + `{"kind":"seller","kind":null,"id":[[[{}]]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := read(text)
		if err != nil {
			var at *app.LineError
			if !errors.As(err, &at) || at.Line < 1 || at.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("a fault without its line: %v", err)
			}
		}
		values := make([]any, len(got))
		for i, r := range got {
			values[i] = r.Value
		}
		once := write(t, jsonl.Options{WithKeys: true}, values...)
		again, err := read(once)
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, once)
		}
		same(t, again, values...)
		if twice := write(t, jsonl.Options{WithKeys: true}, values...); twice != once {
			t.Errorf("written twice:\n%s\n%s", once, twice)
		}
	})
}
