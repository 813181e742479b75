package rest

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

// unlike are the differences from the article's sample, each with its reason.
var unlike = []struct {
	key    string
	sample bool // the sample has it, the answer does not
	why    string
}{
	{"purchase.short_product_id string", false, "the program has always sent it; the articles leave it out"},
	{"purchase.card.bin null", false, "likewise; it has been null for years"},
	{"purchase.chargebacked false", true, "only products that do not renew have it, and the three others only those that do: the sample is of no product there can be"},
}

// TestArticle: the sample of the article on licence keys, sold again, is
// answered with the same keys, in the same order, of the same types.
func TestArticle(t *testing.T) {
	file, err := os.ReadFile("testdata/article_sample.json")
	if err != nil {
		t.Fatal(err)
	}
	want := outline(t, string(file))

	s := newShop()
	s.uses = 2
	s.club.Name, s.club.Permalink, s.club.Multiseat = "licenses demo product", "demo", false
	p := &s.joined
	p.CreatedAt = time.Date(2021, 1, 5, 19, 38, 56, 0, time.UTC)
	p.PurchaserID, p.Country, p.Referrer = "5550321502811", "United States", "direct"
	p.Quantity, p.Multiseat, p.Price.Amount = 1, false, 0
	s.membership.PurchaseID, s.membership.Recurrence = p.ID, domain.Monthly
	ask := asked{"POST /v2/licenses/verify", "license_key=" + clubKey + "&product_id=" + string(s.club.ID), ""}
	status, _, body := ask.send(t, s.open(t))
	if status != 200 {
		t.Fatalf("answered %d %s", status, body)
	}
	got := outline(t, body)

	for _, d := range unlike {
		from := &got
		if d.sample {
			from = &want
		}
		i := slices.Index(*from, d.key)
		if i < 0 {
			t.Errorf("%s is no difference any more (%s)", d.key, d.why)
			continue
		}
		*from = slices.Delete(*from, i, i+1)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// outline lists the paths of a document in order, each with the type of its
// value; true and false are types of their own.
func outline(t *testing.T, doc string) (paths []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(doc))
	var value func(path string)
	value = func(path string) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch v := token.(type) {
		case json.Delim:
			paths = append(paths, path+" "+v.String())
			for d.More() {
				inner := path
				if v == '{' {
					name, err := d.Token()
					if err != nil {
						t.Fatal(err)
					}
					inner = strings.TrimPrefix(path+"."+name.(string), ".")
				}
				value(inner)
			}
			if _, err := d.Token(); err != nil {
				t.Fatal(err)
			}
		case string:
			paths = append(paths, path+" string")
		case float64:
			paths = append(paths, path+" number")
		case bool:
			paths = append(paths, path+" "+map[bool]string{true: "true", false: "false"}[v])
		case nil:
			paths = append(paths, path+" null")
		}
	}
	value("")
	return paths
}
