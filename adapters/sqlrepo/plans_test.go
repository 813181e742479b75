package sqlrepo

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// askAll runs every statement of this package at least once.
func askAll(t *testing.T, c *conn) {
	ctx, k := t.Context(), ring(t, 2, 1)
	s := shopOf(t, c, k, "ana")
	tx, system := s.tx(c, k), Tx(c, ports.System, k)
	after := ports.Cursor{At: t0, ID: "a"}

	// What is refused asks why.
	stranger := domain.SellerID("nobody")
	nobody := Tx(c, ports.Seller(stranger), k)
	variant := domain.Variant{ID: "v", SellerID: "ana", ProductID: s.product.ID, Category: "Size", Name: "Large", CreatedAt: t0}
	gift := s.sale(2)
	gift.GiftOf, gift.Variants = s.purchase.ID, domain.ChosenVariants("v")
	member := domain.MembershipState{ID: "m", SellerID: "ana", ProductID: s.product.ID, PurchaseID: s.purchase.ID,
		Recurrence: domain.Monthly, AnchorAt: t0, CreatedAt: t0}
	paid := domain.PaymentState{ID: "p", SellerID: "ana", PurchaseID: s.purchase.ID, MembershipID: "m", Kind: domain.RenewalPayment, Cycle: 2,
		Key: "k", ProcessorRef: "pi", Status: domain.Paid, CreatedAt: t0}
	twice := paid
	twice.ID, twice.Key, twice.ProcessorRef = "p2", "k2", ""
	open := twice
	open.Status = domain.Sent
	refund := domain.Refund{ID: "r", SellerID: "ana", PaymentID: "p", Key: "k", CreatedAt: t0}
	dispute := domain.Dispute{ID: "d", SellerID: "ana", PaymentID: "p", OpenedAt: t0}
	seat := domain.Seat{ID: "s", SellerID: "ana", PurchaseID: s.purchase.ID, Email: "ann@example.com", Status: domain.SeatActive, CreatedAt: t0}
	other := seat
	other.ID = "s2"
	token := domain.TokenState{ID: "t", SellerID: "ana", Name: "n", Digest: domain.DigestOf("secret"), Scopes: "account", CreatedAt: t0}
	opens := domain.TokenState{ID: "o", SellerID: "ana", PurchaseID: s.purchase.ID, Digest: domain.DigestOf("sale"), CreatedAt: t0}
	invites := domain.TokenState{ID: "i", SellerID: "ana", SeatID: "s", Digest: domain.DigestOf("seat"), CreatedAt: t0}
	lost, vain := opens, invites
	lost.ID, lost.PurchaseID, lost.Digest, vain.ID, vain.SeatID, vain.Digest = "l", "x", domain.DigestOf("lost"), "w", "x", domain.DigestOf("vain")
	mail := domain.Mail{ID: "m", SellerID: "ana", Cause: "c", To: "ann@example.com", Subject: "s", Text: "t", CreatedAt: t0}
	nobodys := mail
	nobodys.SellerID = stranger
	ghost := token
	ghost.SellerID = stranger
	must(t, tx.Variants.Insert(ctx, variant), tx.Purchases.Insert(ctx, domain.RestorePurchase(gift)), tx.Memberships.Insert(ctx, domain.RestoreMembership(member)),
		tx.Payments.Insert(ctx, domain.RestorePayment(paid)), tx.Refunds.Insert(ctx, refund), tx.Disputes.Insert(ctx, dispute), tx.Seats.Insert(ctx, seat),
		tx.Payments.Insert(ctx, domain.RestorePayment(open)), tx.Tokens.Insert(ctx, domain.RestoreToken(token)),
		tx.Tokens.Insert(ctx, domain.RestoreToken(opens)), tx.Tokens.Insert(ctx, domain.RestoreToken(invites)), tx.Mails.Insert(ctx, mail))
	for _, err := range []error{
		tx.Products.Insert(ctx, s.product), tx.Variants.Insert(ctx, variant), tx.Purchases.Insert(ctx, domain.RestorePurchase(gift)),
		tx.Payments.Insert(ctx, domain.RestorePayment(paid)), tx.Payments.Save(ctx, domain.RestorePayment(twice)), tx.Refunds.Insert(ctx, refund),
		tx.Refunds.Save(ctx, domain.Refund{ID: "x", SellerID: "ana", Key: "k"}), tx.Disputes.Insert(ctx, dispute),
		tx.Seats.Insert(ctx, other), tx.Seats.Save(ctx, other),
		tx.Memberships.Insert(ctx, domain.RestoreMembership(member)), tx.Tokens.Insert(ctx, domain.RestoreToken(token)), tx.Licenses.Insert(ctx, domain.RestoreLicense(s.license), 0),
		nobody.Tokens.Insert(ctx, domain.RestoreToken(ghost)), tx.Tokens.Insert(ctx, domain.RestoreToken(lost)), tx.Tokens.Insert(ctx, domain.RestoreToken(vain)),
		tx.Mails.Insert(ctx, mail), nobody.Mails.Insert(ctx, nobodys),
	} {
		if err == nil {
			t.Error("what must be refused went through")
		}
	}

	// What changes.
	renamed, rotated := s.purchase, s.license
	renamed.FullName, renamed.OrderNumber, rotated.Key = "Eva Luz", 99, "another"
	must(t, system.Sellers.Save(ctx, s.seller), tx.Products.Save(ctx, s.product), tx.Variants.Save(ctx, variant),
		tx.Purchases.Save(ctx, domain.RestorePurchase(renamed)), tx.Memberships.Save(ctx, domain.RestoreMembership(member)),
		tx.Payments.Save(ctx, domain.RestorePayment(paid)), tx.Refunds.Save(ctx, refund), tx.Disputes.Save(ctx, dispute), tx.Seats.Save(ctx, seat),

		tx.Licenses.Save(ctx, domain.RestoreLicense(rotated)), tx.Tokens.Save(ctx, domain.RestoreToken(token)),
		tx.Events.Append(ctx, ports.Event{ID: "e", Subject: "s", Name: "n", At: t0}), tx.Progress.Put(ctx, ports.Task{ID: "p"}))
	for range 2 {
		if _, _, err := tx.Commands.Begin(ctx, ports.Command{Key: "c", State: "started", CreatedAt: t0}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, tx.Commands.Finish(ctx, "c", "done", []byte("answer")))

	// What reads.
	ask := func(_ any, err error) { must(t, err) }
	ask(tx.Sellers.ByID(ctx, "ana"))
	ask(tx.Sellers.List(ctx, ports.Cursor{}, 0))
	ask(system.Sellers.List(ctx, after, 0))
	ask(tx.Products.ByID(ctx, s.product.ID))
	ask(tx.Products.ByPermalink(ctx, "ana"))
	ask(tx.Products.List(ctx, after, 0))
	ask(tx.Variants.ByProduct(ctx, s.product.ID))
	ask(tx.Purchases.ByID(ctx, s.purchase.ID))
	ask(tx.Purchases.ByOrderNumber(ctx, 99))
	for _, q := range []ports.PurchaseQuery{{After: after}, {ProductID: s.product.ID, After: after}, {BundleOf: s.purchase.ID, After: after}, {Terms: []string{"ana"}},
		{Terms: []string{"an", "li", "\U0010ffff"}, ProductID: s.product.ID}} {
		ask(tx.Purchases.List(ctx, q))
		walkPages(t, func() { ask(tx.Purchases.List(ctx, q)) })
	}
	ask(tx.Purchases.Unlicensed(ctx, s.product.ID, after, 10))
	ask(tx.Purchases.CountUnlicensed(ctx, s.product.ID))
	ask(tx.Memberships.ByID(ctx, "m"))
	ask(tx.Memberships.List(ctx, after, 10))
	ask(tx.Memberships.SeatsIn(ctx, "v", "m"))
	ask(tx.Payments.ByID(ctx, "p"))
	ask(tx.Payments.ByPurchase(ctx, s.purchase.ID))
	ask(tx.Payments.List(ctx, after, 10))
	ask(tx.Refunds.ByID(ctx, "r"))
	ask(tx.Refunds.ByPayment(ctx, "p"))
	ask(tx.Refunds.List(ctx, after, 10))
	ask(tx.Disputes.ByID(ctx, "d"))
	ask(tx.Disputes.ByPayment(ctx, "p"))
	ask(tx.Disputes.List(ctx, after, 10))
	ask(tx.Seats.ByID(ctx, "s"))
	ask(tx.Seats.ByPurchase(ctx, s.purchase.ID))
	ask(tx.Seats.List(ctx, after, 10))
	ask(tx.Licenses.ByID(ctx, s.license.ID))
	ask(tx.Licenses.ByPurchase(ctx, s.purchase.ID, ""))
	ask(tx.Licenses.List(ctx, after, 10))
	ask(tx.Tokens.ByID(ctx, "t"))
	ask(system.Tokens.ByDigest(ctx, token.Digest))
	ask(tx.Tokens.List(ctx, after, 10))
	ask(tx.Mails.ByID(ctx, "m"))
	ask(tx.Mails.List(ctx, after, 10))
	ask(tx.Progress.ByID(ctx, "p"))
	askClubs(t, c, s)

	// The hot path, and the queue.
	ask(Facts(ctx, c, k, domain.Lookup{Key: "another"}))
	all, err := Facts(ctx, c, k, domain.Lookup{Key: "another", ProductID: s.product.ID})
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d holders of the key, want 1", len(all))
	}
	for _, n := range []int{1, 0, -1} {
		ask(Count(ctx, c, all[0].Seen, n))
	}
	plan := func([]ports.Event) (jobs []ports.Job) {
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			jobs = append(jobs, ports.Job{ID: domain.JobID(id), Kind: "k", Key: id, DueAt: t0})
		}
		return jobs
	}
	ask(Dispatch(ctx, c, 10, plan, t0))
	_, _, err = NextDue(ctx, c, []string{"k", "l"})
	must(t, err)
	claimed, err := Claim(ctx, c, t0, t0, []string{"k", "l"}, time.Minute, 20)
	must(t, err)
	if len(claimed) != 5 {
		t.Fatalf("%d jobs claimed, want 5", len(claimed))
	}
	must(t, Enqueue(ctx, c, ports.Job{ID: "6", Kind: "k", Key: "5", DueAt: t0}))
	for i, outcome := range []ports.Outcome{ports.Finished, ports.Again, ports.Retry, ports.Dead, ports.Finished} {
		must(t, Finish(ctx, c, ports.Done{Job: claimed[i], Outcome: outcome, At: t0}))
	}
	ask(Dead(ctx, c, "", 10))
	ask(Dead(ctx, c, "l", 10))
	must(t, Enqueue(ctx, c, ports.Job{ID: "7", Kind: "k", Key: "4", DueAt: t0}), Revive(ctx, c, "", claimed[3].ID, t0))
	if MoveTestClock(ctx, c, t0) == nil {
		t.Error("there is a test clock")
	}
	_, _, err = Lease(ctx, c, "l", 0, t0, time.Minute)
	must(t, err)
}

// Steps that read no table to its end: what the statement itself made, and
// indexes that hold only what waits, read in order until there is enough.
var shortScans = regexp.MustCompile(`^SCAN (CONSTANT ROW|\d+-ROW VALUES CLAUSE|w|least|lanes|usher_events USING INDEX usher_events_new|usher_jobs USING INDEX usher_jobs_(due|dead)|j USING (COVERING )?INDEX usher_jobs_lane)$`)

// No statement may read a table from one end to the other, or all that a seller
// has in it, which may be the same: what is quick among ten sales would not be
// among a million. A change of the seller does mean all products.
func TestNoStatementScansATable(t *testing.T) {
	c := open(t)
	askAll(t, c)
	for sql := range c.asked {
		plan := c.plan(t, sql)
		for step := range strings.Lines(plan) {
			step = strings.TrimSpace(step)
			scans := strings.HasPrefix(step, "SCAN ") && !shortScans.MatchString(step)
			if scans || strings.HasSuffix(step, "(seller_id=?)") && sql != productsMove {
				t.Errorf("%s\nin the plan of\n%s\n\n%s", step, sql, plan)
			}
		}
	}
	if len(c.asked) < 115 {
		t.Errorf("only %d statements were asked", len(c.asked))
	}
}
