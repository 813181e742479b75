package sqlrepo

import (
	"bytes"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// A key that an older secret digested is as taken, and as findable, as any.
func TestKeysOfAnOlderSecret(t *testing.T) {
	c, ctx := open(t), t.Context()
	s := shopOf(t, c, ring(t, 1), "ana")
	k := ring(t, 2, 1) // from now on
	tx := s.tx(c, k)

	second := s.sale(2)
	must(t, tx.Purchases.Insert(ctx, domain.RestorePurchase(second)))
	l := domain.LicenseState{ID: "second", SellerID: "ana", ProductID: s.product.ID, PurchaseID: second.ID, Key: "KEY-OF-ANA", CreatedAt: t0}
	if err := tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 0); !errors.Is(err, domain.ErrKeyTaken) {
		t.Errorf("inserting the key: got %v, want %v", err, domain.ErrKeyTaken)
	}
	l.Key = "another"
	must(t, tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 0))
	l.Key = "key-of-ana"
	if err := tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 0); !errors.Is(err, domain.ErrExists) {
		t.Errorf("inserting an id that is there with the key: got %v, want %v", err, domain.ErrExists)
	}
	if err := tx.Licenses.Save(ctx, domain.RestoreLicense(l)); !errors.Is(err, domain.ErrKeyTaken) {
		t.Errorf("rotating to the key: got %v, want %v", err, domain.ErrKeyTaken)
	}

	for _, secret := range []int64{1, 2} { // a Save seals anew
		found, err := Facts(ctx, c, k, domain.Lookup{Key: "key-of-ANA"})
		if err != nil || len(found) != 1 || found[0].License != s.license {
			t.Errorf("the key under secret %d: %+v, %v", secret, found, err)
		}
		if got := c.number(t, `SELECT secret FROM usher_licenses WHERE id = $1`, string(s.license.ID)); got != secret {
			t.Errorf("the key is under secret %d, want %d", got, secret)
		}
		must(t, tx.Licenses.Save(ctx, domain.RestoreLicense(s.license)))
	}
	if _, err := s.tx(c, ring(t, 1)).Licenses.ByID(ctx, s.license.ID); err == nil {
		t.Error("a key was opened without its secret")
	}
}

// What is sealed belongs to its row: in another row it does not open.
func TestASealedKeyIsOfItsRow(t *testing.T) {
	c, k, ctx := open(t), ring(t, 1), t.Context()
	a, b := shopOf(t, c, k, "ana"), shopOf(t, c, k, "bob")
	for _, sql := range []string{
		`UPDATE usher_licenses SET sealed = (SELECT o.sealed FROM usher_licenses o WHERE o.id = 'ana-license') WHERE id = 'bob-license'`,
		`UPDATE usher_commands SET answer = (SELECT o.answer FROM usher_commands o WHERE o.seller_id = 'ana') WHERE seller_id = 'bob'`,
	} {
		for _, s := range []shop{a, b} {
			if _, fresh, err := s.tx(c, k).Commands.Begin(ctx, ports.Command{Key: "k", CreatedAt: t0}); err == nil && fresh {
				must(t, s.tx(c, k).Commands.Finish(ctx, "k", "done", []byte("answer of "+s.seller.Name)))
			}
		}
		_, err := c.Exec(ctx, sql)
		must(t, err)
	}
	if l, err := b.tx(c, k).Licenses.ByID(ctx, "bob-license"); err == nil {
		t.Errorf("bob's licence has ana's key: %+v", l.State())
	}
	if was, _, err := b.tx(c, k).Commands.Begin(ctx, ports.Command{Key: "k", CreatedAt: t0}); err == nil {
		t.Errorf("bob got ana's answer: %s", was.Answer)
	}
	if was, _, err := a.tx(c, k).Commands.Begin(ctx, ports.Command{Key: "k", CreatedAt: t0}); err != nil || string(was.Answer) != "answer of ana" {
		t.Errorf("ana got %s, %v", was.Answer, err)
	}
}

func TestTheEndOfAKeyIsDigested(t *testing.T) {
	c, k := open(t), ring(t, 1)
	s := shopOf(t, c, k, "ana")
	for key, want := range map[domain.LicenseKey][]byte{"short": {}, "abc-1234-5678": k.Last8("234-5678")} {
		s.license.Key = key
		must(t, s.tx(c, k).Licenses.Save(t.Context(), domain.RestoreLicense(s.license)))
		var got []byte
		must(t, c.db.QueryRow(`SELECT last8 FROM usher_licenses WHERE id = 'ana-license'`).Scan(&got))
		if !bytes.Equal(got, want) {
			t.Errorf("the end of %s is kept as %x, want %x", key, got, want)
		}
	}
}
