package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/ports/portsmock"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// post is a till whose mails go to a box.
type post struct {
	*till
	box   *box
	hooks *hooks
	log   *logged
	heard []ports.Event
	done  []ports.Done
	begun uint64 // processes
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{till: newTill(t), box: &box{}, log: &logged{}}
	p.hooks = &hooks{
		Store:  storetest.Rerun(p.store),
		hear:   func(some []ports.Event) { p.heard = append(p.heard, some...) },
		finish: func(done []ports.Done) error { p.done = append(p.done, done...); return nil },
	}
	p.Usher = p.process(p.box)
	return p
}

// process starts an usher on the store, with a mailer.
func (p *post) process(m ports.Mailer) *app.Usher {
	p.t.Helper()
	p.begun++
	return must(app.New(app.Config{
		Store: p.hooks, Clock: p.clock.now, Random: (&dice{drawn: p.begun << 32}).fill, Charger: p.processor, Mailer: m,
		Logger: slog.New(slog.NewTextHandler(p.log, nil)),
	}))
}

// mails does what is due and returns the mails that were handed on meanwhile.
func (p *post) mails() []domain.Mail {
	p.t.Helper()
	if _, err := p.Worker.Tick(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	return p.box.empty()
}

// one needs exactly one mail.
func (p *post) one() domain.Mail {
	p.t.Helper()
	got := p.mails()
	if len(got) != 1 {
		p.t.Fatalf("%d mails were handed on, want one: %+v", len(got), got)
	}
	return got[0]
}

// box is a mailer that can be read and can fail.
type box struct {
	mu   sync.Mutex
	all  []domain.Mail
	fail error
	meet func()
}

func (b *box) Send(_ context.Context, m domain.Mail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	if b.meet != nil {
		b.meet()
	}
	if slices.ContainsFunc(b.all, func(was domain.Mail) bool { return was.Cause == m.Cause }) {
		return nil // twice is once
	}
	b.all = append(b.all, m)
	return nil
}

func (b *box) empty() []domain.Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.all
	b.all = nil
	slices.SortFunc(all, func(a, c domain.Mail) int { return strings.Compare(a.Cause, c.Cause) })
	return all
}

func TestMailing_receipt(t *testing.T) {
	p := newPost(t)
	bought := must(p.buy(of(p.pen, 2), sandbox.Pays, "k1"))
	m := p.one()
	if m.To != "bo@example.com" || m.SellerID != p.seller || m.Cause != "receipt:"+string(bought.Purchase.ID) || m.Subject != "Your receipt for "+p.pen.Name {
		t.Errorf("the mail is %+v", m)
	}
	want := "Thank you for buying " + p.pen.Name + ".\n\nProduct: " + p.pen.Name + "\nOrder: " + number(bought.Sale) +
		"\nDate: 16 April 2026\nTotal: 20.00 USD\nQuantity: 2\n\nLicense key:\n" + string(bought.License.Key) +
		"\n\nQuestions? Write to Ana, ana@example.com.\n"
	if m.Text != want {
		t.Errorf("it reads:\n%s\nwant:\n%s", m.Text, want)
	}
	if more := p.mails(); len(more) > 0 {
		t.Errorf("and again: %+v", more)
	}
}

func TestMailing_receiptOf(t *testing.T) {
	for _, tt := range []struct {
		name  string
		buy   func(*post) app.Sale
		has   []string
		hasno []string
	}{
		{"a membership says its seats and what is paid next", func(p *post) app.Sale { return must(p.buy(of(p.team, 3), sandbox.Pays, "k")).Sale },
			[]string{"Total: 30.00 USD\nSeats: 3\nNext payment: 16 May 2026, 30.00 USD\n", "License key:\n"}, []string{"Quantity"}},
		{"a trial says that nothing is paid yet", func(p *post) app.Sale { return must(p.buy(of(p.trial, 1), sandbox.Pays, "k")).Sale },
			[]string{"Your free trial of ", "Total: nothing yet\nNext payment: 23 April 2026, 10.00 USD\n", "License key:\n"}, []string{"Thank you"}},
		{"what is free has no next payment", func(p *post) app.Sale { return must(p.buy(of(p.free, 1), "", "k")).Sale },
			[]string{"Total: 0.00 USD\n", "License key:\n"}, []string{"Next payment"}},
		{"a gift says nothing of its price to who receives it", func(p *post) app.Sale {
			given := must(p.Sales.Record(p.t.Context(), p.seller, "", domain.PurchaseState{ProductID: p.pen.ID, Email: "bo@example.com", GiftGiven: true}))
			p.mails()
			return must(p.Sales.Record(p.t.Context(), p.seller, "", domain.PurchaseState{ProductID: p.pen.ID, Email: "cy@example.com", GiftOf: given.Purchase.ID}))
		}, []string{" was given to you.", "License key:\n"}, []string{"Total", "USD", "bo@"}},
		{"what was given has no key", func(p *post) app.Sale {
			return must(p.Sales.Record(p.t.Context(), p.seller, "", domain.PurchaseState{ProductID: p.pen.ID, Email: "bo@example.com", GiftGiven: true}))
		}, []string{"Thank you for giving ", "Total: 10.00 USD\n"}, []string{"License key"}},
		{"a name is one line", func(p *post) app.Sale {
			odd := fixture.Product(fixture.Seller("ana"), func(q *domain.Product) {
				q.SellerID, q.Name = p.seller, "Pen\r\nBcc: al@example.com "+strings.Repeat("n", 400)
			})
			fixture.Fill(p.t, p.store, odd)
			return must(p.buy(of(odd, 1), sandbox.Pays, "k")).Sale
		}, []string{"Thank you for buying Pen Bcc: al@example.com nnn", "n….\n"}, []string{"\r", "\nBcc"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPost(t)
			sale := tt.buy(p)
			m := p.one()
			if m.Cause != "receipt:"+string(sale.Purchase.ID) || m.To != sale.Purchase.Email {
				t.Errorf("the mail is %+v", m)
			}
			for _, text := range tt.has {
				if !strings.Contains(m.Text, text) {
					t.Errorf("%q is not in:\n%s", text, m.Text)
				}
			}
			for _, text := range tt.hasno {
				if strings.Contains(m.Text+m.Subject, text) {
					t.Errorf("%q is in:\n%s", text, m.Text)
				}
			}
		})
	}
}

// Who does not pay usher is told of no next payment.
func TestMailing_receiptOfWhoDoesNotPay(t *testing.T) {
	for _, row := range []struct {
		name string
		mod  func(*domain.PurchaseState, *domain.MembershipState)
		says bool
	}{
		{"who pays", func(*domain.PurchaseState, *domain.MembershipState) {}, true},
		{"who was given it", func(p *domain.PurchaseState, _ *domain.MembershipState) { p.GiftOf = "giver" }, false},
		{"who pays elsewhere", func(_ *domain.PurchaseState, m *domain.MembershipState) { m.Elsewhere = true }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPost(t)
			sale, member := fixture.Renewal(p.team, func(p *domain.PurchaseState) { p.CreatedAt = time.Date(2026, 4, 16, 0, 0, 0, 0, time.UTC) })
			row.mod(&sale, &member)
			fixture.Fill(t, p.store, sale, member)
			p.notice("e1", domain.Notices("e0", domain.PurchaseCompleted{PurchaseID: sale.ID, At: p.clock.now()})[0])
			if m := p.one(); strings.Contains(m.Text, "Next payment: 16 May 2026, 10.00 USD\n") != row.says {
				t.Errorf("it reads %s", m.Text)
			}
		})
	}
}

// A bundle's receipt has the keys of all that it included, and they have none.
func TestMailing_receiptOfABundle(t *testing.T) {
	p := newPost(t)
	bundle := fixture.Product(fixture.Seller("ana"), func(q *domain.Product) {
		q.SellerID, q.Kind, q.Licensed, q.Includes = p.seller, domain.Bundle, false, domain.MakeBundleLines(domain.BundleLine{ProductID: p.pen.ID, Quantity: 1})
	})
	fixture.Fill(t, p.store, bundle)
	sale := must(p.Sales.Record(t.Context(), p.seller, "", domain.PurchaseState{ProductID: bundle.ID, Email: "bo@example.com"}))
	m := p.one()
	if want := "\nIncluded: " + p.pen.Name + "\n\nLicense key:\n" + string(sale.Included[0].License.Key) + "\n"; !strings.Contains(m.Text, want) {
		t.Errorf("%q is not in:\n%s", want, m.Text)
	}
}

// A process that is killed after it handed a mail on hands it on again, and the
// outbox has one.
func TestMailing_oncePerCause(t *testing.T) {
	p := newPost(t)
	mailer := &portsmock.MailerMock{SendFunc: mail.NewOutbox(p.store).Send}
	p.Usher = p.process(mailer)
	must(p.buy(of(p.pen, 1), sandbox.Pays, "k1"))
	p.hooks.finish = func(done []ports.Done) error {
		if slices.ContainsFunc(done, func(d ports.Done) bool { return d.Job.Kind == "mail" }) {
			return domain.ErrUnavailable // it is killed
		}
		return nil
	}
	for range 3 {
		if _, err := p.Worker.Tick(t.Context()); !errors.Is(err, domain.ErrUnavailable) {
			t.Fatalf("the process lived on: %v", err)
		}
		p.clock.advance(time.Hour) // its lease is over
	}
	p.hooks.finish = nil
	p.mails()
	kept := must(p.Mails.List(t.Context(), p.seller, ports.Cursor{}, 10))
	if handed := len(mailer.SendCalls()); handed != 4 || len(kept) != 1 {
		t.Errorf("it was handed on %d times, and %d are kept", handed, len(kept))
	}
	if got := must(p.Mails.Get(t.Context(), p.seller, kept[0].ID)); got != kept[0] {
		t.Errorf("it reads %+v", got)
	}
}

// Neither what is waiting to be told nor what is logged holds an address, a
// key or the code of an invitation.
func TestMailing_holdsNoSecret(t *testing.T) {
	p := newPost(t)
	bought := must(p.buy(of(p.team, 3), sandbox.Pays, "k1"))
	must(p.Memberships.Assign(t.Context(), p.seller, bought.Membership.ID, "cy@example.com"))
	p.box.fail = errors.New("550 no such mailbox: cy@example.com")
	p.mails()
	p.box.fail = nil
	p.clock.advance(time.Hour)
	must(p.Memberships.Cancel(t.Context(), p.seller, bought.Membership.ID, domain.Buyer))
	got := p.mails()
	if len(got) != 3 {
		t.Fatalf("%d mails were handed on: %+v", len(got), got)
	}
	kinds := map[string]int{}
	dump := p.log.String()
	for _, e := range p.heard {
		kinds["event "+e.Name]++
		dump += e.Payload
	}
	for _, d := range p.done {
		kinds["job "+d.Job.Kind]++
		dump += d.Job.Payload + d.Job.Key + d.Why
	}
	if kinds["event notice"] != 3 || kinds["job mail"] != 5 || !strings.Contains(dump, "the mail was not handed on") {
		t.Errorf("the dump is of %v", kinds)
	}
	for _, secret := range []string{string(bought.License.Key), "@", codeIn(t, got)} {
		if strings.Contains(dump, secret) {
			t.Errorf("the dump has %q: %s", secret, dump)
		}
	}
}

func TestMailing_failsAndIsTriedAgain(t *testing.T) {
	p := newPost(t)
	p.box.fail = domain.ErrUnavailable
	must(p.buy(of(p.pen, 1), sandbox.Pays, "k1"))
	if got := p.mails(); len(got) > 0 {
		t.Fatalf("it was handed on: %+v", got)
	}
	if d := p.done[len(p.done)-1]; d.Outcome != ports.Retry || d.Why != "unavailable" || !d.At.Equal(p.clock.now().Add(time.Second)) {
		t.Errorf("it ended with %+v", d)
	}
	p.box.fail = nil
	p.clock.advance(time.Second)
	p.one()
}

// Without a mailer nothing waits to be told.
func TestMailing_withoutAMailer(t *testing.T) {
	p := newPost(t)
	p.Usher = p.process(nil)
	must(p.buy(of(p.pen, 1), sandbox.Pays, "k1"))
	p.mails()
	if due, waits, err := p.store.NextDue(t.Context(), []string{"mail"}); waits || err != nil {
		t.Errorf("something is due at %s, %v", due, err)
	}
}

func TestMailing_ofMemberships(t *testing.T) {
	p := newPost(t)
	bought := must(p.buy(of(p.team, 3), sandbox.Pays, "k1"))
	id := bought.Membership.ID
	p.one()
	must(p.Memberships.Ask(t.Context(), p.seller, id, domain.AskSeats(2), "k2"))
	m := p.one()
	want := "A change of your membership takes effect on 16 May 2026. From then on it is for 2 seats, and renews every month.\n" +
		"\nProduct: " + p.team.Name + "\nOrder: " + number(bought.Sale) + "\nNext payment: 16 May 2026, 20.00 USD\n\nQuestions? Write to Ana, ana@example.com.\n"
	if m.To != "bo@example.com" || m.Subject != "Your membership of "+p.team.Name+" will change" || m.Text != want {
		t.Errorf("it is %+v, want:\n%s", m, want)
	}
	var causes []string
	for range 2 { // twice at one instant are two things to tell
		must(p.Memberships.Cancel(t.Context(), p.seller, id, domain.Buyer))
		m := p.one()
		causes = append(causes, m.Cause)
		if !strings.HasPrefix(m.Text, "Your membership is cancelled. You keep it until 16 May 2026, ") || strings.Contains(m.Text, "Next payment") {
			t.Errorf("it reads %s", m.Text)
		}
		must(p.Memberships.Uncancel(t.Context(), p.seller, id, domain.Buyer))
	}
	if causes[0] == causes[1] {
		t.Errorf("both have the cause %q", causes[0])
	}
	must(p.Memberships.EndNow(t.Context(), p.seller, id, domain.SellerActor))
	if m := p.one(); !strings.Contains(m.Text, "the seller took it away") {
		t.Errorf("it reads %s", m.Text)
	}
}

// What is for the seller goes to the seller, and what is gone to nobody.
func TestMailing_ofNotices(t *testing.T) {
	p := newPost(t)
	bought := must(p.buy(of(p.pen, 1), sandbox.Pays, "k1"))
	p.one()
	p.notice("e1", domain.Notices("e0", domain.PaymentDisputed{PurchaseID: bought.Purchase.ID, At: p.clock.now()})[0])
	p.notice("e2", domain.Notice{PurchaseID: "nothing", To: domain.BuyerReads, Of: "membership.ended", Cause: "c", Text: "It ended.", At: p.clock.now()})
	p.notice("e3", domain.Notice{PurchaseID: bought.Purchase.ID, SeatID: "nothing", To: domain.SeatReads, Of: "seat.invited", Cause: "d", At: p.clock.now()})
	m := p.one()
	if m.To != "ana@example.com" || !strings.HasPrefix(m.Text, "The buyer's bank took a payment back on 16 April 2026.\n\nProduct: ") || strings.Contains(m.Text, "Questions?") {
		t.Errorf("the mail is %+v", m)
	}
	for _, d := range p.done {
		if d.Outcome != ports.Finished {
			t.Errorf("a job ended with %+v", d)
		}
	}
}

// A new price counts once the mail of it was handed on, and not before.
func TestMailing_ofAPrice(t *testing.T) {
	p := newPost(t)
	bought := must(p.buy(of(p.team, 3), sandbox.Pays, "k1"))
	id := bought.Membership.ID
	p.one()
	next := func() int64 {
		t.Helper()
		n, _ := must(p.Memberships.Get(t.Context(), p.seller, id)).Next(0)
		return n.Amount.Amount
	}
	must(p.Memberships.AnnouncePrice(t.Context(), p.seller, id, 1400, p.clock.now().AddDate(0, 0, 20)))
	p.box.fail = domain.ErrUnavailable
	p.mails()
	if next() != 3000 {
		t.Errorf("the price counts although its mail was not handed on: %d", next())
	}
	p.box.fail = nil
	p.box.meet = func() { // another price is announced while the first one's mail is on its way
		p.box.meet = nil
		must(p.Memberships.AnnouncePrice(t.Context(), p.seller, id, 1300, p.clock.now().AddDate(0, 0, 25)))
		if next() != 3000 {
			t.Errorf("the price counts before its mail was handed on: %d", next())
		}
	}
	p.clock.advance(time.Second)
	got := p.mails()
	if len(got) != 2 {
		t.Fatalf("%d mails were handed on: %+v", len(got), got)
	}
	text := got[0].Text + got[1].Text
	for _, want := range []string{"on or after 6 May 2026 a seat costs 14.00 USD each time", "on or after 11 May 2026 a seat costs 13.00 USD each time"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	if next() != 3900 {
		t.Errorf("the next payment is %d", next())
	}
	for range 2 { // before either is told of: the one that stands is told once
		must(p.Memberships.AnnouncePrice(t.Context(), p.seller, id, 1200, p.clock.now().AddDate(0, 0, 20)))
	}
	p.one()
	must(p.Memberships.AnnouncePrice(t.Context(), p.seller, id, 1100, p.clock.now().AddDate(0, 0, 20)))
	must(p.Memberships.EndNow(t.Context(), p.seller, id, domain.SellerActor))
	if m := p.one(); strings.Contains(m.Text, "11.00") {
		t.Errorf("who has no membership any more is told of its price: %s", m.Text)
	}
}

// What was announced while its member was told of it is not told by the mail
// of the one before.
func TestMailing_ofAPriceThatMoved(t *testing.T) {
	p := newPost(t)
	id := must(p.buy(of(p.team, 3), sandbox.Pays, "k1")).Membership.ID
	p.one()
	must(p.Memberships.AnnouncePrice(t.Context(), p.seller, id, 1400, p.clock.now().AddDate(0, 0, 20)))
	p.box.meet = func() {
		p.box.meet = nil
		must(p.Memberships.AnnouncePrice(t.Context(), p.seller, id, 1300, p.clock.now().AddDate(0, 0, 20)))
		p.hooks.claim = func() error { return domain.ErrUnavailable } // nothing after this mail
	}
	if _, err := p.Worker.Tick(t.Context()); !errors.Is(err, domain.ErrUnavailable) {
		t.Fatal(err)
	}
	if n := must(p.Memberships.Get(t.Context(), p.seller, id)).Notice; n.Unit != 1300 || !n.NotifiedAt.IsZero() {
		t.Errorf("the notice is %+v", n)
	}
}

// On the third day of five a buyer is warned once more, who has not paid.
func TestMailing_warns(t *testing.T) {
	for _, pays := range []bool{false, true} {
		p := newPost(t)
		id := must(p.buy(of(p.team, 3), sandbox.Pays, "k1")).Membership.ID
		p.one()
		due := p.clock.now().AddDate(0, 1, 0)
		p.clock.advance(due.Sub(p.clock.now()))
		if err := p.processor.Next(t.Context(), sandbox.DeclinesHard); err != nil {
			t.Fatal(err)
		}
		if m := p.one(); !strings.HasPrefix(m.Text, "The payment for your membership did not go through. You keep what you have until 21 May 2026;") {
			t.Errorf("it reads %s", m.Text)
		}
		if at, waits, err := p.store.NextDue(t.Context(), []string{"mail"}); !waits || err != nil || !at.Equal(due.AddDate(0, 0, 3)) {
			t.Errorf("the warning is due at %s, %t, %v", at, waits, err)
		}
		if pays {
			must(p.Memberships.PayNow(t.Context(), p.seller, id, domain.Request{}, "k2"))
			if m := p.one(); !strings.HasPrefix(m.Text, "Your payment went through.") || !strings.Contains(m.Text, "Next payment: 16 June 2026, 30.00 USD") {
				t.Errorf("it reads %s", m.Text)
			}
		}
		p.clock.advance(3 * 24 * time.Hour)
		got := p.mails()
		switch {
		case pays && len(got) > 0:
			t.Errorf("who has paid is told: %+v", got)
		case !pays && (len(got) != 1 || !strings.HasPrefix(got[0].Text, "The payment for your membership is still overdue.")):
			t.Errorf("who has not paid is told: %+v", got)
		}
	}
}

// notice appends a notice, as if it had happened.
func (p *post) notice(id domain.EventID, n domain.Notice) {
	p.t.Helper()
	err := p.store.Update(p.t.Context(), ports.Seller(p.seller), func(ctx context.Context, tx ports.Tx) error {
		payload, err := json.Marshal(n)
		if err != nil {
			return err
		}
		return tx.Events.Append(ctx, ports.Event{ID: id, Subject: n.EventSubject(), Name: n.EventName(), Payload: string(payload), At: n.At})
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func number(s app.Sale) string { return strconv.FormatInt(s.Purchase.OrderNumber, 10) }
