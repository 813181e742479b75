package gumroadcsv_test

import (
	"flag"
	"iter"
	"os"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

var update = flag.Bool("update", false, "write the golden file")

// anas are the ids of what the file of testdata sells.
var anas = map[string]domain.ProductID{
	"QMGY": "32-nPAicqbLj8B_WswVlMw==", "club": "SDGgCnivv6gTTHfVRfUBxQ==",
	"brsh": "kL0psVL2admJSYRNs-OCMg==", "crse": "5Zq8mTn3Qx6RrB0aWc2dEg==",
}

func options() gumroadcsv.Options { return gumroadcsv.Options{Seller: "ana", Products: anas} }

// sales is the file of testdata: what Gumroad writes.
func sales(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/sales.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSource_yieldsWhatTheFileSays(t *testing.T) {
	src, found, err := gumroadcsv.Source(strings.NewReader(sales(t)), options())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if _, err := jsonl.Write(&b, values(src.Records), jsonl.Options{WithKeys: true}); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/sales.golden.jsonl"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("another file than %s; see what -update changes:\n%s", golden, b.String())
	}
	if found.Rows != 22 || strings.Join(found.Custom, ",") != "Company,Order Number" || len(found.Missing) > 0 || len(found.Unused) != 37 {
		t.Errorf("reported %+v", found)
	}
}

// values are the records without their lines, which an export has not.
func values(records iter.Seq2[app.Record, error]) iter.Seq2[app.Record, error] {
	return func(yield func(app.Record, error) bool) {
		for r, err := range records {
			if !yield(app.Record{Value: r.Value}, err) || err != nil {
				return
			}
		}
	}
}
