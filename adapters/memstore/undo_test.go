package memstore

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// held is a copy of all that a store holds, to be compared.
func held(t *testing.T, s *Store) map[string]any {
	t.Helper()
	all := map[string]any{
		"sellers": maps.Clone(s.sellers.rows), "products": maps.Clone(s.products.rows), "variants": maps.Clone(s.variants.rows),
		"purchases": maps.Clone(s.purchases.rows), "memberships": maps.Clone(s.memberships.rows), "licenses": maps.Clone(s.licenses.rows),
		"payments": maps.Clone(s.payments.rows), "refunds": maps.Clone(s.refunds.rows), "disputes": maps.Clone(s.disputes.rows), "seats": maps.Clone(s.seats.rows),
		"mails": maps.Clone(s.mails.rows), "causes": maps.Clone(s.causes), "waiting": maps.Clone(s.waiting),
		"paidFor": flat(s.paidFor), "paymentKeys": maps.Clone(s.paymentKeys), "processed": maps.Clone(s.processed), "cycles": maps.Clone(s.cycles),
		"refundsOf": flat(s.refundsOf), "refundKeys": maps.Clone(s.refundKeys), "disputesOf": flat(s.disputesOf),
		"seatsOf": flat(s.seatsOf), "seated": maps.Clone(s.seated),
		"tokens": maps.Clone(s.tokens.rows), "uses": maps.Clone(s.uses),
		"permalinks": maps.Clone(s.permalinks), "customs": maps.Clone(s.customs), "sizes": maps.Clone(s.sizes),
		"numbers": maps.Clone(s.numbers), "sales": flat(s.sales), "gifts": maps.Clone(s.gifts), "renewing": maps.Clone(s.renewing),
		"licensed": maps.Clone(s.licensed), "bySeat": maps.Clone(s.bySeat), "holders": maps.Clone(s.holders), "digests": maps.Clone(s.digests),
		"connections": maps.Clone(s.connections.rows), "attachments": maps.Clone(s.attachments.rows),
		"claims": maps.Clone(s.claims.rows), "grants": maps.Clone(s.grants.rows),
		"remotes": flat(s.remotes), "secrets": maps.Clone(s.secrets), "calls": maps.Clone(s.calls),
		"attachedTo": flat(s.attachedTo), "attachedIn": flat(s.attachedIn),
		"claimed": maps.Clone(s.claimed), "claimsOf": flat(s.claimsOf), "claimsIn": flat(s.claimsIn), "claimsFor": flat(s.claimsFor),
		"claimsBy": flat(s.claimsBy), "touching": flat(s.touching), "granted": maps.Clone(s.granted), "grantsIn": flat(s.grantsIn),
		"passes": maps.Clone(s.passes), "expiring": places(s.expiring), "blocked": maps.Clone(s.blocked), "blocks": flat(s.blocks),
		"commands": maps.Clone(s.commands), "tasks": maps.Clone(s.tasks), "events": append([]ports.Event{}, s.events...), "seq": s.seq,
		"applications": maps.Clone(s.applications.rows), "webhooks": maps.Clone(s.webhooks.rows), "deliveries": maps.Clone(s.deliveries.rows),
		"signing": maps.Clone(s.signing), "toldTo": flat(s.toldTo), "lines": flat(s.lines), "tellings": maps.Clone(s.tellings), "delivered": places(s.delivered),
		"jobs": maps.Clone(s.jobs), "live": maps.Clone(s.live), "due": places(s.due), "leases": maps.Clone(s.leases),
	}
	if n := reflect.TypeFor[tables]().NumField(); len(all) != n {
		t.Fatalf("held copies %d of %d tables", len(all), n)
	}
	for name, pages := range map[string]map[domain.SellerID]*order{
		"sellers": s.sellers.pages, "products": s.products.pages, "variants": s.variants.pages, "purchases": s.purchases.pages,
		"memberships": s.memberships.pages, "licenses": s.licenses.pages, "tokens": s.tokens.pages,
		"payments": s.payments.pages, "refunds": s.refunds.pages, "disputes": s.disputes.pages, "seats": s.seats.pages,
		"mails": s.mails.pages, "connections": s.connections.pages, "attachments": s.attachments.pages, "claims": s.claims.pages, "grants": s.grants.pages,
		"applications": s.applications.pages, "webhooks": s.webhooks.pages, "deliveries": s.deliveries.pages,
	} {
		all[name+" in order"] = flat(pages)
	}
	return all
}

func flat[K comparable](orders map[K]*order) map[K][]place {
	all := map[K][]place{}
	for k, o := range orders {
		if p := places(o); len(p) > 0 {
			all[k] = p
		}
	}
	return all
}

// TestRollback_leavesEveryTable has an Update touch all that one can touch,
// and fail.
func TestRollback_leavesEveryTable(t *testing.T) {
	s := New(nil)
	ana := fixture.Seller("ana")
	p := fixture.Product(ana, fixture.Renewable, func(p *domain.Product) { p.CustomPermalink = "course" })
	v := fixture.Variant(p)
	given, received := fixture.Gift(p)
	m := fixture.Membership(given)
	received.MembershipID = m.ID
	l, k := fixture.License(received), fixture.Token(ana, "secret")
	paid, seat := fixture.PaymentOf(m, domain.RenewalPayment, 2, func(p *domain.PaymentState) { p.ProcessorRef = "pi_1" }), fixture.Seat(given)
	refund, dispute := fixture.Refund(paid), fixture.Dispute(paid)
	waits := fixture.Payment(given, func(p *domain.PaymentState) { p.Status, p.Target.Tier = domain.Sent, v.ID })
	club := newClub(ana, p, given)
	fixture.Fill(t, s, ana, p, v, given, received, m, l, k, paid, refund, dispute, seat, waits, fixture.Mail(ana))
	fixture.Fill(t, s, club.connection, club.attachment, club.claim, club.over, club.grant, club.left)
	app, hook := fixture.Application(ana), fixture.Webhook(ana)
	told, tell := fixture.Delivery(hook), fixture.Delivery(hook)
	fixture.Fill(t, s, app, hook, told, tell)
	who := ports.Seller(ana.ID)
	e := ports.Event{ID: "e", Subject: "s", Name: "n", At: fixture.T0}
	c := ports.Command{Key: "k", State: "started", CreatedAt: fixture.T0}
	task := ports.Task{ID: "import", StartedAt: fixture.T0}
	write := func(ctx context.Context, tx ports.Tx, seller domain.Seller) error {
		q := p
		q.Permalink, q.CustomPermalink, q.CreatedAt = "other", "", fixture.T0.Add(time.Hour)
		w := v
		w.CreatedAt = fixture.T0.Add(time.Hour)
		r := received
		r.OrderNumber, r.GiftOf, r.MembershipID, r.FullName, r.CreatedAt = 1<<40, "", "", "Ada", fixture.T0
		n := m
		n.CreatedAt = fixture.T0.Add(time.Hour)
		d := l
		d.Key, d.SeatID, d.CreatedAt = "other", "seat", fixture.T0.Add(time.Hour)
		h := k
		h.Digest, h.CreatedAt = domain.DigestOf("other"), fixture.T0.Add(time.Hour)
		due, back, out, free := paid, refund, dispute, seat
		due.Key, due.ProcessorRef, due.Status, due.CreatedAt = "other", "", domain.Voided, fixture.T0.Add(time.Hour)
		back.Key, back.CreatedAt, out.OpenedAt = "other", fixture.T0.Add(time.Hour), fixture.T0.Add(time.Hour)
		free.Status, free.CreatedAt = domain.SeatRevoked, fixture.T0.Add(time.Hour)
		later := fixture.PaymentOf(m, domain.RenewalPayment, 3, func(p *domain.PaymentState) { p.ProcessorRef = "pi_2" })
		answered := waits
		answered.Status = domain.Paid
		added, sale := fixture.Product(seller), fixture.Purchase(p)
		_, _, err := tx.Commands.Begin(ctx, c)
		return errors.Join(err,
			tx.Commands.Finish(ctx, "k", "done", []byte("answer")), tx.Events.Append(ctx, e, e), tx.Progress.Put(ctx, task),
			tx.Sellers.Save(ctx, seller), tx.Products.Save(ctx, q), tx.Variants.Save(ctx, w), tx.Purchases.Save(ctx, domain.RestorePurchase(r)),
			tx.Memberships.Save(ctx, domain.RestoreMembership(n)), tx.Licenses.Save(ctx, domain.RestoreLicense(d)), tx.Tokens.Save(ctx, domain.RestoreToken(h)),
			tx.Products.Insert(ctx, added), tx.Variants.Insert(ctx, fixture.Variant(added)), tx.Purchases.Insert(ctx, domain.RestorePurchase(sale)),
			tx.Memberships.Insert(ctx, domain.RestoreMembership(fixture.Membership(sale))), tx.Licenses.Insert(ctx, domain.RestoreLicense(fixture.License(sale)), 7),
			tx.Tokens.Insert(ctx, domain.RestoreToken(fixture.Token(seller, "new"))),
			tx.Payments.Save(ctx, domain.RestorePayment(due)), tx.Refunds.Save(ctx, back), tx.Disputes.Save(ctx, out), tx.Seats.Save(ctx, free),
			tx.Payments.Insert(ctx, domain.RestorePayment(later)), tx.Refunds.Insert(ctx, fixture.Refund(later)),
			tx.Payments.Save(ctx, domain.RestorePayment(answered)), tx.Mails.Insert(ctx, fixture.Mail(ana)),
			tx.Disputes.Insert(ctx, fixture.Dispute(later)), tx.Seats.Insert(ctx, fixture.Seat(given)),
			club.write(ctx, tx, given),
			tx.Applications.Save(ctx, moved(app)), tx.Applications.Insert(ctx, fixture.Application(ana)), tx.Webhooks.Save(ctx, moved(hook)),
			tx.Webhooks.SetSecret(ctx, hook.ID, ports.Sealed{Text: "sealed", Number: 1}), tx.Deliveries.Save(ctx, done(told)),
			tx.Deliveries.Save(ctx, moved(tell)), tx.Deliveries.Insert(ctx, fixture.Delivery(hook)),
		)
	}
	before, boom := held(t, s), errors.New("boom")
	for range 2 { // with nothing in the tables of commands, events and tasks, then with something
		seller := ana
		seller.Name, seller.CreatedAt = "Other", fixture.T0.Add(time.Hour)
		var during map[string]any
		err := s.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			if err := write(ctx, tx, seller); err != nil {
				return err
			}
			during = held(t, s)
			return boom
		})
		if err != boom {
			t.Fatalf("got %v, want boom", err)
		}
		after := held(t, s)
		for name := range before {
			if !reflect.DeepEqual(after[name], before[name]) {
				t.Errorf("%s:\n got %+v\nwant %+v", name, after[name], before[name])
			}
			switch name {
			case "jobs", "live", "due", "leases", "passes", "expiring": // a seller's Update does not reach them
			default:
				if reflect.DeepEqual(during[name], before[name]) {
					t.Errorf("the Update did not touch %s", name)
				}
			}
		}
		if err := s.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			_, _, err := tx.Commands.Begin(ctx, c)
			return errors.Join(err, tx.Events.Append(ctx, e), tx.Progress.Put(ctx, ports.Task{ID: "import"}))
		}); err != nil {
			t.Fatal(err)
		}
		before = held(t, s)
	}
}

// moved returns it made an hour later.
func moved[S any](s S) S {
	reflect.ValueOf(&s).Elem().FieldByName("CreatedAt").Set(reflect.ValueOf(fixture.T0.Add(time.Hour)))
	return s
}

func done(d domain.Delivery) domain.Delivery {
	d.Status, d.DoneAt = domain.DeliveryDelivered, fixture.T0
	return d
}

// TestTx_endsWithItsClosure: a repository that was kept answers no more.
func TestTx_endsWithItsClosure(t *testing.T) {
	s := New(nil)
	ana := fixture.Seller("ana")
	fixture.Fill(t, s, ana)
	var kept ports.Tx
	for name, run := range map[string]func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error{"View": s.View, "Update": s.Update} {
		if err := run(t.Context(), ports.Seller(ana.ID), func(_ context.Context, tx ports.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Sellers.ByID(t.Context(), ana.ID); !errors.Is(err, errOver) {
			t.Errorf("%s: reading afterwards: %v, want an error", name, err)
		}
		if err := kept.Sellers.Save(t.Context(), ana); !errors.Is(err, errOver) {
			t.Errorf("%s: writing afterwards: %v, want an error", name, err)
		}
	}
}

// TestFinish_keepsWhy: what failed says why.
func TestFinish_keepsWhy(t *testing.T) {
	for _, outcome := range []ports.Outcome{ports.Retry, ports.Dead} {
		s := New(nil)
		if err := s.Enqueue(t.Context(), ports.Job{ID: "j", Kind: "work", Key: "k", DueAt: fixture.T0}); err != nil {
			t.Fatal(err)
		}
		jobs, err := s.Claim(t.Context(), fixture.T0, []string{"work"}, time.Minute, 1)
		if err != nil || len(jobs) != 1 {
			t.Fatal(jobs, err)
		}
		if err := s.Finish(t.Context(), ports.Done{Job: jobs[0], Outcome: outcome, At: fixture.T0, Why: "broken"}); err != nil {
			t.Fatal(err)
		}
		if j := s.jobs["j"]; j.why != "broken" || j.dead != (outcome == ports.Dead) {
			t.Errorf("outcome %d: kept %+v", outcome, j)
		}
	}
}
