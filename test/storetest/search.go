package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var searchTests = tests{
	"ByBeginningsOfWords": searchByBeginnings,
	"FollowsASave":        searchFollowsSave,
	"InPages":             searchInPages,
	"WithAProduct":        searchWithProduct,
}

func buyer(name, email string) func(*domain.PurchaseState) {
	return func(p *domain.PurchaseState) { p.FullName, p.Email = name, email }
}

func searchByBeginnings(t *testing.T, w *world) {
	p, theirs := w.product(t), fixture.Product(w.bob)
	ada := fixture.Purchase(p, buyer("Ada Lovelace", "ada.lovelace@example.com"))
	alan := fixture.Purchase(p, buyer("Alan Mathison Turing", "turing@example.org"))
	zoe := fixture.Purchase(p, buyer("Zoë Núñez-O'Hara", "z_o%e@example.net"))
	quiet := fixture.Purchase(p, buyer("", "quiet@example.com"))
	fixture.Fill(t, w, theirs, ada, alan, zoe, quiet, fixture.Purchase(theirs, buyer("Ada Bob", "ada@bob.example")))
	type found []domain.PurchaseState
	for _, tt := range []struct {
		what  string
		terms []string
		want  found
	}{
		{"nothing asked is everything", nil, found{ada, alan, zoe, quiet}},
		{"a whole word", []string{"ada"}, found{ada}},
		{"the beginning of a word", []string{"love"}, found{ada}},
		{"the beginning of two people's words", []string{"a"}, found{ada, alan}},
		{"the middle of a word", []string{"ovelace"}, nil},
		{"a word and more", []string{"adax"}, nil},
		{"a word in the middle of a name", []string{"mathison"}, found{alan}},
		{"several words, in any order", []string{"tur", "al", "math"}, found{alan}},
		{"several words, of different people", []string{"ada", "alan"}, nil},
		{"the same word twice", []string{"ada", "ada"}, found{ada}},
		{"a part of an e-mail address", []string{"example"}, found{ada, alan, zoe, quiet}},
		{"a whole e-mail address", []string{"ada.lovelace@example.com"}, found{ada}},
		{"the beginning of an e-mail address", []string{"ada.lovelace@ex"}, found{ada}},
		{"a word of the name and one of the address", []string{"turing", "org"}, found{alan}},
		{"letters beyond ASCII", []string{"núñ"}, found{zoe}},
		{"the last letter beyond ASCII", []string{"zoë"}, found{zoe}},
		{"letters that only look alike", []string{"nun"}, nil},
		{"a percent sign stands for itself", []string{"%"}, nil},
		{"an underscore stands for itself", []string{"z_o%e@"}, found{zoe}},
		{"an underscore is not any letter", []string{"a_a"}, nil},
		{"a quote", []string{"o'hara"}, nil},
		{"a star", []string{"a*"}, nil},
		{"what cannot be stored", []string{"ada\x00"}, nil},
		{"what is no text", []string{"\xff"}, nil},
		{"the highest letter there is", []string{"\U0010ffff"}, nil},
	} {
		wantAll(t, fmt.Sprintf("%s %q", tt.what, tt.terms), read(t, w, w.of, listPurchases(ports.PurchaseQuery{Terms: tt.terms})), tt.want...)
	}
}

func searchFollowsSave(t *testing.T, w *world) {
	s := fixture.Purchase(w.product(t), buyer("Ada Byron", "ada@example.com"))
	fixture.Fill(t, w, s)
	s.FullName, s.Email = "Ada Lovelace", "countess@example.com"
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Purchases.Save(ctx, domain.RestorePurchase(s)) })
	for term, want := range map[string][]domain.PurchaseState{"byron": nil, "ada@": nil, "ada": {s}, "lovelace": {s}, "countess@example.com": {s}} {
		wantAll(t, term, read(t, w, w.of, listPurchases(ports.PurchaseQuery{Terms: []string{term}})), want...)
	}
}

func searchInPages(t *testing.T, w *world) {
	p := w.product(t)
	var want []domain.PurchaseState
	for i := range 7 {
		s := fixture.Purchase(p, buyer("Ada Lovelace", fmt.Sprintf("ada%d@example.com", i)))
		want = append(want, s)
		fixture.Fill(t, w, s, fixture.Purchase(p, buyer("Alan Turing", "alan@example.com")))
	}
	var got []domain.PurchaseState
	for after := (ports.Cursor{}); len(got) < len(want); {
		page := read(t, w, w.of, listPurchases(ports.PurchaseQuery{Terms: []string{"love", "ada"}, After: after, Limit: 3}))
		if len(page) == 0 || len(page) > 3 {
			t.Fatalf("a page of %d, want 1 to 3", len(page))
		}
		got = append(got, page...)
		after = ports.Cursor{At: page[len(page)-1].CreatedAt, ID: string(page[len(page)-1].ID)}
	}
	wantAll(t, "all pages", got, want...)
}

func searchWithProduct(t *testing.T, w *world) {
	pencil, rubber := w.product(t), w.product(t)
	a, b := fixture.Purchase(pencil, buyer("Ada", "a@example.com")), fixture.Purchase(rubber, buyer("Ada", "a@example.com"))
	fixture.Fill(t, w, a, b)
	q := ports.PurchaseQuery{ProductID: rubber.ID, Terms: []string{"ada"}}
	wantAll(t, "Ada's rubbers", read(t, w, w.of, listPurchases(q)), b)
}
