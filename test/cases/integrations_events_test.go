package cases

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// happens carries an event out.
func (s *scene) happens(e happening) error {
	if e.Seller != "" {
		s.lastSeller = e.Seller
	}
	switch e.Type {
	case "time_passes":
		switch to := string(e.To); {
		case to == "next_try":
			s.moveTo(s.nextTry())
		case to != "":
			at, err := time.Parse(timeForm, to)
			if err != nil {
				return err
			}
			s.moveTo(at)
		default:
			s.moveTo(s.clock.now().Add(time.Duration(e.By)))
		}
		return nil
	case "worker_stopped":
		s.stopped = true
		return nil
	case "worker_started":
		s.stopped = false
		return nil
	case "worker_runs":
		p := s.procs[e.Worker]
		for {
			n, err := p.usher.Worker.Tick(s.Context())
			if err != nil || n == 0 {
				return err
			}
		}
	case "worker_resumes":
		s.resume(s.procs[e.Worker])
		return nil
	case "lease_expires":
		s.skew.Add(int64(leasesEnd))
		return nil
	case "process_started":
		s.skew.Add(int64(leasesEnd))
		s.start("A")
		s.front = s.procs["A"]
		return nil
	}
	if err, known := s.sells(e); known {
		return err
	}
	if err, known := s.lives(e); known {
		return err
	}
	if err, known := s.person(e); known {
		return err
	}
	return s.sellerDoes(e)
}

// leasesEnd is longer than any lease.
const leasesEnd = time.Hour

// sells carries out what is about sales and their money.
func (s *scene) sells(e happening) (err error, known bool) {
	ctx, u := s.Context(), s.front.usher
	switch e.Type {
	case "purchase":
		return s.buys(e, sandbox.Pays), true
	case "free_trial_started":
		return s.buys(e, sandbox.Pays), true
	case "purchase_pending":
		return s.buys(e, sandbox.Confirms), true
	case "purchase_settled":
		seller, _ := s.product(e.Product, "")
		id := s.pending[e.Product+" "+domain.NormalizeEmail(e.Email)]
		all, err := u.Payments.OfPurchase(ctx, seller, id)
		if err != nil || len(all) == 0 {
			return errors.Join(err, errors.New("nothing waits")), true
		}
		if err := s.tills.confirm(ctx, all[0]); err != nil {
			return err, true
		}
		_, err = u.Sales.Recover(ctx, seller, all[0].ID)
		return err, true
	case "preorder_authorized":
		p, err := s.record(e, domain.Pending)
		if err == nil {
			s.pending["preorder "+e.Product+" "+p.Email] = p.ID
			_, err = u.Sales.Preorder(ctx, p.SellerID, p.ID)
		}
		return err, true
	case "preorder_charged":
		seller, _ := s.product(e.Product, "")
		_, err := u.Sales.Release(ctx, seller, s.pending["preorder "+e.Product+" "+domain.NormalizeEmail(e.Email)])
		return err, true
	case "refund":
		p := s.saleOf(e.Product, func(p domain.PurchaseState) bool { return !p.FullyRefunded() && p.GiftOf == "" })
		percent := ptr(e.Percent, 100)
		return s.refunds(p, p.Sold().Amount*percent/100, e.KeepAccess), true
	case "chargeback":
		p := s.saleOf(e.Product, func(p domain.PurchaseState) bool { return p.GiftOf == "" })
		_, err := u.Sales.Dispute(ctx, p.SellerID, p.ID)
		return err, true
	case "dispute_won":
		p := s.saleOf(e.Product, func(p domain.PurchaseState) bool { return !p.DisputedAt.IsZero() })
		_, err := u.Sales.WinDispute(ctx, p.SellerID, p.ID)
		return err, true
	case "license_disabled", "license_enabled":
		p := s.saleOf(e.Product, func(p domain.PurchaseState) bool { return !p.GiftGiven })
		var key domain.LicenseKey
		s.view(ports.Seller(p.SellerID), func(ctx context.Context, tx ports.Tx) error {
			l, err := tx.Licenses.ByPurchase(ctx, p.ID, "")
			if err == nil {
				key = l.State().Key
			}
			return err
		})
		what := domain.Lookup{ProductID: p.ProductID, Key: key}
		if e.Type == "license_disabled" {
			_, err = u.Licensing.Disable(ctx, p.SellerID, what)
		} else {
			_, err = u.Licensing.Enable(ctx, p.SellerID, what)
		}
		return err, true
	case "tier_created":
		seller, product := s.product(e.Product, "")
		v, err := u.Catalog.AddVariant(ctx, seller, domain.Variant{
			ProductID: product, Category: domain.TierCategory, Name: e.Tier, Prices: domain.Prices{}.With(domain.Monthly, e.PriceCents),
		})
		if err == nil {
			s.tiers[product][e.Tier] = v.ID
		}
		return err, true
	}
	return nil, false
}

// buys carries out a purchase, with a card that does that.
func (s *scene) buys(e happening, card string) error {
	seller, product := s.product(e.Product, "")
	if e.GiftTo != "" {
		return s.gives(e)
	}
	r := domain.SaleRequest{ProductID: product}
	if tiers := s.tiers[product]; len(tiers) > 0 {
		name := e.Tier
		if name == "" && len(s.c.Given.Tiers) > 0 {
			name = s.c.Given.Tiers[0].name
		}
		r.Variants = domain.ChosenVariants(tiers[name])
	}
	name := ""
	if domain.NormalizeEmail(e.Email) == ana {
		name = s.c.Given.CustomerName
	}
	method := "card of " + e.Product
	s.tills.does(method, card)
	key := ""
	if e.ID != "" {
		key = "webhook-" + e.ID
	}
	if !strings.Contains(e.Email, "@") { // no checkout of today takes it, another did
		return s.bought(seller, product, e.Email)
	}
	done, err := s.front.usher.Sales.Buy(s.Context(), seller, r, app.Buyer{Email: e.Email, FullName: name, Method: method}, key)
	if done.Purchase.Status == domain.Pending {
		s.pending[e.Product+" "+done.Purchase.Email] = done.Purchase.ID
	}
	return err
}

// bought writes a sale as another system made it, with the news of it.
func (s *scene) bought(seller domain.SellerID, product domain.ProductID, email string) error {
	at := s.clock.now()
	s.order++
	p := domain.PurchaseState{
		ID: domain.PurchaseID(newID(at)), SellerID: seller, ProductID: product, OrderNumber: s.order, Status: domain.Successful, Email: email,
		Quantity: 1, Price: domain.Money{Amount: 1000, Currency: "usd"}, CreatedAt: at,
	}
	fixture.Fill(s.T, s.store, p)
	news := domain.PurchaseCompleted{PurchaseID: p.ID, ProductID: product, At: at}
	payload, err := json.Marshal(news)
	s.must(err)
	s.update(seller, func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{ID: domain.EventID(newID(at)), Subject: news.EventSubject(), Name: news.EventName(), Payload: string(payload), At: at})
	})
	return nil
}

// record writes a sale that another system made.
func (s *scene) record(e happening, status domain.PurchaseStatus) (domain.PurchaseState, error) {
	seller, product := s.product(e.Product, "")
	sale := domain.PurchaseState{ProductID: product, Email: e.Email, Quantity: 1, Price: domain.Money{Amount: 1000, Currency: "usd"}, Status: status}
	done, err := s.front.usher.Sales.Record(s.Context(), seller, "", sale)
	return done.Purchase, err
}

// gives carries out a purchase that somebody else receives.
func (s *scene) gives(e happening) error {
	ctx, u := s.Context(), s.front.usher
	seller, product := s.product(e.Product, "")
	giver := domain.PurchaseState{ProductID: product, Email: e.Email, Quantity: 1, Price: domain.Money{Amount: 1000, Currency: "usd"}, GiftGiven: true}
	if tiers := s.tiers[product]; len(tiers) > 0 {
		giver.Variants = domain.ChosenVariants(tiers[cmp.Or(e.Tier, s.c.Given.Tiers[0].name)])
	}
	receiver := giver
	receiver.Email, receiver.GiftGiven, receiver.Price.Amount, receiver.Status = e.GiftTo, false, 0, domain.Pending
	if strings.HasPrefix(e.Product, "P") {
		giver.Status = domain.Pending
		made, err := u.Sales.Record(ctx, seller, "", giver)
		if err != nil {
			return err
		}
		receiver.GiftOf = made.Purchase.ID
		got, err := u.Sales.Record(ctx, seller, "", receiver)
		if err != nil {
			return err
		}
		_, err = u.Sales.Complete(ctx, seller, made.Purchase.ID, got.Purchase.ID)
		return err
	}
	made, m, err := u.Sales.RecordMembership(ctx, seller, "", giver, domain.MembershipRecord{Recurrence: domain.Monthly})
	if err != nil {
		return err
	}
	receiver.GiftOf, receiver.MembershipID = made.Purchase.ID, m.ID
	got, err := u.Sales.Record(ctx, seller, "", receiver)
	if err == nil {
		_, err = u.Sales.Complete(ctx, seller, got.Purchase.ID)
	}
	return err
}

// sales returns the sales of a product, in order of making.
func (s *scene) sales(product string) (all []domain.PurchaseState) {
	s.Helper()
	seller, id := s.product(product, "")
	s.view(ports.Seller(seller), func(ctx context.Context, tx ports.Tx) (err error) {
		all, err = tx.Purchases.List(ctx, ports.PurchaseQuery{ProductID: id})
		return err
	})
	return all
}

// saleOf returns the first sale of a product that is so.
func (s *scene) saleOf(product string, is func(domain.PurchaseState) bool) domain.PurchaseState {
	s.Helper()
	for _, p := range s.sales(product) {
		if is(p) {
			return p
		}
	}
	s.Fatalf("there is no such sale of %s", product)
	return domain.PurchaseState{}
}

// member returns the membership of a product; of several, that of whom Discord
// knows by who.
func (s *scene) member(product, who string) domain.MembershipState {
	s.Helper()
	for _, p := range s.sales(product) {
		if p.MembershipID == "" || p.GiftOf != "" {
			continue
		}
		if who != "" && !slices.ContainsFunc(s.claimsOf(p), func(c domain.Claim) bool { return string(c.Subject) == who }) {
			continue
		}
		m, err := s.front.usher.Memberships.Get(s.Context(), p.SellerID, p.MembershipID)
		s.must(err)
		return m
	}
	s.Fatalf("there is no such membership of %s", product)
	return domain.MembershipState{}
}

// claimsOf returns the claims of a sale, and of what it gave.
func (s *scene) claimsOf(p domain.PurchaseState) (all []domain.Claim) {
	s.Helper()
	s.view(ports.Seller(p.SellerID), func(ctx context.Context, tx ports.Tx) (err error) {
		if all, err = tx.Claims.ByPurchase(ctx, p.ID); err != nil {
			return err
		}
		given, err := tx.Purchases.List(ctx, ports.PurchaseQuery{GiftOf: p.ID})
		if !p.GiftGiven {
			return err
		}
		for _, g := range given {
			more, err := tx.Claims.ByPurchase(ctx, g.ID)
			if err != nil {
				return err
			}
			all = append(all, more...)
		}
		return err
	})
	return all
}

// periodEnds makes the paid period of a membership end then: the case says so,
// and not when it began.
func (s *scene) periodEnds(m domain.MembershipState, at time.Time) {
	s.Helper()
	s.update(m.SellerID, func(ctx context.Context, tx ports.Tx) error {
		kept, err := tx.Memberships.ByID(ctx, m.ID)
		if err != nil {
			return err
		}
		state := kept.State()
		state.AnchorAt, state.Offset = domain.Boundary(at, -12), 11
		if state.Status == domain.CancelScheduled {
			state.CancelledAt = at
		}
		return tx.Memberships.Save(ctx, domain.RestoreMembership(state))
	})
	m, err := s.front.usher.Memberships.Get(s.Context(), m.SellerID, m.ID)
	s.must(err)
	s.waits(m)
}

// lives carries out what is about memberships and their seats.
func (s *scene) lives(e happening) (err error, known bool) {
	ctx, u := s.Context(), s.front.usher
	m := u.Memberships
	report := func(member domain.MembershipState, r domain.Report) error {
		r.Sequence = e.Seq
		_, err := m.Record(ctx, member.SellerID, member.ID, r, "")
		return err
	}
	card := "card of " + e.Product
	switch e.Type {
	case "renewal_paid", "payment_failed":
		member := s.member(e.Product, "")
		if e.Type == "payment_failed" {
			s.tills.does(card, sandbox.Declines)
		}
		if member.Elsewhere {
			kind := domain.ReportRenewed
			if e.Type == "payment_failed" {
				kind = domain.ReportFailed
			}
			return report(member, domain.Report{Kind: kind}), true
		}
		s.periodEnds(member, s.clock.now())
		_, err := m.Run(ctx, member.SellerID, member.ID)
		if errors.Is(err, domain.ErrPaymentDeclined) && e.Type == "payment_failed" {
			err = nil
		}
		return err, true
	case "payment_succeeded":
		member := s.member(e.Product, "")
		s.tills.does(card, sandbox.Pays)
		if member.Elsewhere {
			return report(member, domain.Report{Kind: domain.ReportRenewed}), true
		}
		_, err := m.PayNow(ctx, member.SellerID, member.ID, domain.Request{}, newID(s.clock.now()))
		return err, true
	case "subscription_cancel_requested":
		member := s.member(e.Product, "")
		if e.EndsIn != 0 {
			s.periodEnds(member, s.clock.now().Add(time.Duration(e.EndsIn)))
		}
		if member.Elsewhere {
			return report(member, domain.Report{Kind: domain.ReportCancelled}), true
		}
		_, err := m.Cancel(ctx, member.SellerID, member.ID, domain.Buyer)
		return err, true
	case "subscription_cancel_undone":
		member := s.member(e.Product, "")
		if member.Elsewhere {
			return report(member, domain.Report{Kind: domain.ReportResumed}), true
		}
		_, err := m.Uncancel(ctx, member.SellerID, member.ID, domain.Buyer)
		return err, true
	case "subscription_ended":
		return s.ends(e, report), true
	case "subscription_restarted":
		member := s.member(e.Product, "")
		s.tills.does(card, sandbox.Pays)
		if member.Elsewhere {
			return report(member, domain.Report{Kind: domain.ReportRestarted}), true
		}
		_, err := m.Restart(ctx, member.SellerID, member.ID, domain.Buyer, domain.Request{}, newID(s.clock.now()))
		return err, true
	case "tier_changed":
		return s.changesTier(e), true
	case "tier_change_confirmed":
		member := s.member(e.Product, "")
		p, err := u.Payments.Get(ctx, member.SellerID, member.InFlight.PaymentID)
		if err != nil {
			return err, true
		}
		if err := s.tills.confirm(ctx, p); err != nil {
			return err, true
		}
		_, err = m.Recover(ctx, member.SellerID, p.ID)
		return err, true
	case "seat_assigned":
		return s.assigns(e.Product, e.Holder), true
	case "seat_unassigned":
		seats := s.seats()
		if e.Seat < 1 || e.Seat > len(seats) {
			return errors.New("there is no such seat"), true
		}
		_, err := m.Revoke(ctx, seats[e.Seat-1].SellerID, seats[e.Seat-1].ID)
		return err, true
	case "seat_reassigned":
		return s.reassigns(e), true
	case "seat_quantity_changed":
		return s.changesSeats(e), true
	}
	return nil, false
}

func (s *scene) ends(e happening, report func(domain.MembershipState, domain.Report) error) error {
	ctx, m := s.Context(), s.front.usher.Memberships
	member := s.member(e.Product, e.DiscordUserID)
	var err error
	switch reason := cmp.Or(e.Reason, "cancelled"); {
	case reason == "chargeback" && !member.Elsewhere:
		_, err = m.RecordChargeback(ctx, member.SellerID, member.ID)
	case reason == "chargeback":
		return report(member, domain.Report{Kind: domain.ReportDisputed})
	case member.Elsewhere:
		return report(member, domain.Report{Kind: domain.ReportEnded, Reason: domain.EndReason(reason)})
	case reason == "revoked":
		_, err = m.EndNow(ctx, member.SellerID, member.ID, domain.SellerActor)
	case member.Live(): // what is cancelled ends with what was paid for: now
		if _, err = m.Cancel(ctx, member.SellerID, member.ID, domain.Buyer); err == nil {
			s.periodEnds(member, s.clock.now())
			_, err = m.Expire(ctx, member.SellerID, member.ID)
		}
	}
	if errors.Is(err, domain.ErrNotActive) { // it is over: the same news once more
		return nil
	}
	return err
}

func (s *scene) changesTier(e happening) error {
	ctx, m := s.Context(), s.front.usher.Memberships
	member := s.member(e.Product, "")
	if e.EndsIn != 0 {
		s.periodEnds(member, s.clock.now().Add(time.Duration(e.EndsIn)))
	}
	card := sandbox.Pays
	if e.Payment == "requires_action" {
		card = sandbox.Confirms
	}
	s.tills.does("card of "+e.Product, card)
	tier := s.tiers[member.ProductID][string(e.To)]
	if tier == "" {
		return fmt.Errorf("no tier is called %s", e.To)
	}
	_, err := m.Ask(ctx, member.SellerID, member.ID, domain.Request{Tier: tier}, newID(s.clock.now()))
	s.tills.does("card of "+e.Product, sandbox.Pays)
	return err
}

// seats returns the assigned seats of the team, in that order.
func (s *scene) seats() (all []domain.Seat) {
	s.Helper()
	p := s.teamSale()
	s.view(ports.Seller(p.SellerID), func(ctx context.Context, tx ports.Tx) (err error) {
		all, err = tx.Seats.ByPurchase(ctx, p.ID)
		return err
	})
	return slices.DeleteFunc(all, func(d domain.Seat) bool { return !d.Assigned() })
}

func (s *scene) assigns(product, holder string) error {
	ctx, m := s.Context(), s.front.usher.Memberships
	seller, _ := s.product(product, "")
	seat, err := m.Assign(ctx, seller, s.team, holder)
	if err == nil {
		_, err = m.Claim(ctx, seller, seat.ID)
	}
	return err
}

func (s *scene) reassigns(e happening) error {
	for _, seat := range s.seats() {
		if seat.Email != domain.NormalizeEmail(e.From) {
			continue
		}
		if _, err := s.front.usher.Memberships.Revoke(s.Context(), seat.SellerID, seat.ID); err != nil {
			return err
		}
		return s.assigns(e.Product, string(e.To))
	}
	return errors.New("nobody of that address has a seat")
}

// changesSeats has the number of seats told from outside.
func (s *scene) changesSeats(e happening) error {
	n, err := strconv.Atoi(string(e.To))
	if err != nil {
		return err
	}
	p := s.teamSale()
	member, err := s.front.usher.Memberships.Get(s.Context(), p.SellerID, s.team)
	if err != nil {
		return err
	}
	return s.tellSeats(member, n, e)
}
