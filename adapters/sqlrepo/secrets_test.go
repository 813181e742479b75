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
		`UPDATE usher_mails SET sealed = (SELECT o.sealed FROM usher_mails o WHERE o.seller_id = 'ana') WHERE seller_id = 'bob'`,
	} {
		for _, s := range []shop{a, b} {
			err := s.tx(c, k).Mails.Insert(ctx, s.mail())
			if err != nil && !errors.Is(err, domain.ErrExists) {
				t.Fatal(err)
			}
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
	if m, err := b.tx(c, k).Mails.ByID(ctx, "bob"); err == nil {
		t.Errorf("bob got ana's mail: %+v", m)
	}
	if m, err := a.tx(c, k).Mails.ByID(ctx, "ana"); err != nil || m != a.mail() {
		t.Errorf("ana got %+v, %v", m, err)
	}
	if was, _, err := a.tx(c, k).Commands.Begin(ctx, ports.Command{Key: "k", CreatedAt: t0}); err != nil || string(was.Answer) != "answer of ana" {
		t.Errorf("ana got %s, %v", was.Answer, err)
	}
}

func (s shop) mail() domain.Mail {
	return domain.Mail{ID: domain.MailID(s.seller.ID), SellerID: s.seller.ID, Cause: "c", To: "reader-of-" + s.seller.Name + "@example.com",
		Subject: "Subject of " + s.seller.Name, Text: "Your key is Key-of-" + s.seller.Name, CreatedAt: t0}
}

// A mail is under the secret of its day, and opens as long as that is there.
func TestMailsOfAnOlderSecret(t *testing.T) {
	c, ctx := open(t), t.Context()
	s := shopOf(t, c, ring(t, 1), "ana")
	must(t, s.tx(c, ring(t, 1)).Mails.Insert(ctx, s.mail()))
	later := s.mail()
	later.ID, later.Cause = "later", "later"
	must(t, s.tx(c, ring(t, 2, 1)).Mails.Insert(ctx, later))
	all, err := s.tx(c, ring(t, 2, 1)).Mails.List(ctx, ports.Cursor{}, 10)
	if err != nil || len(all) != 2 || all[0] != s.mail() || all[1] != later {
		t.Errorf("got %+v, %v", all, err)
	}
	if got := c.number(t, `SELECT secret FROM usher_mails WHERE id = 'later'`); got != 2 {
		t.Errorf("a mail is under secret %d, want 2", got)
	}
	if m, err := s.tx(c, ring(t, 1)).Mails.ByID(ctx, "later"); err == nil {
		t.Errorf("a mail was opened without its secret: %+v", m)
	}
}

// What a person may not read in the file is not in it, in no column.
func TestSecretsAreNotInTheDatabase(t *testing.T) {
	c, k, ctx := open(t), ring(t, 1), t.Context()
	s := shopOf(t, c, k, "ana")
	tx := s.tx(c, k)
	must(t, tx.Mails.Insert(ctx, s.mail()))
	_, _, err := tx.Commands.Begin(ctx, ports.Command{Key: "k", CreatedAt: t0})
	must(t, err, tx.Commands.Finish(ctx, "k", "done", []byte("The answer of ana")))
	must(t, tx.Tokens.Insert(ctx, domain.RestoreToken(domain.TokenState{ID: "t", SellerID: "ana", Name: "n", Digest: domain.DigestOf("secret-of-ana"), Scopes: "account", CreatedAt: t0})))
	if _, err := c.Exec(ctx, `UPDATE usher_sellers SET address = 'https://shown.example.com'`); err != nil {
		t.Fatal(err)
	}
	var file []byte
	conn, err := c.db.Conn(ctx)
	must(t, err)
	defer conn.Close()
	must(t, conn.Raw(func(d any) (err error) {
		file, err = d.(interface{ Serialize() ([]byte, error) }).Serialize()
		return err
	}))
	if !bytes.Contains(file, []byte("https://shown.example.com")) {
		t.Fatal("the test does not see what is in the database")
	}
	m := s.mail()
	for what, secret := range map[string]string{
		"a license key": string(s.license.Key), "a mail's reader": m.To, "a mail's subject": m.Subject, "a mail's text": m.Text,
		"an answer": "The answer of ana", "a token's secret": "secret-of-ana",
	} {
		if bytes.Contains(bytes.ToLower(file), bytes.ToLower([]byte(secret))) {
			t.Errorf("%s is in the database as it is: %s", what, secret)
		}
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
