package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// happened returns the names of the events since the last call, in order.
func (s *till) happened() (names []string) {
	s.t.Helper()
	_, err := s.store.Dispatch(s.t.Context(), 1000, fixture.OnlyJobs(func(some []ports.Event) []ports.Job {
		names = nil
		for _, e := range some {
			names = append(names, e.Name)
		}
		return nil
	}))
	if err != nil {
		s.t.Fatal(err)
	}
	return names
}

func (s *till) team3() domain.PurchaseState {
	return domain.PurchaseState{ProductID: s.team.ID, Quantity: 3, Variants: domain.ChosenVariants(s.tier.ID), Email: "Bo@example.com"}
}

func (s *till) recorded(outside string) (app.Sale, domain.MembershipState) {
	s.t.Helper()
	sale, m, err := s.Sales.RecordMembership(s.t.Context(), s.seller, outside, s.team3(), domain.MembershipRecord{Recurrence: domain.Monthly})
	if err != nil {
		s.t.Fatal(err)
	}
	return sale, m
}

func TestSales_RecordMembership(t *testing.T) {
	s := newTill(t)
	sale, m := s.recorded("order-1")
	p := sale.Purchase
	if p.Status != domain.Successful || p.Price.Amount != 3000 || p.MembershipID != m.ID || !p.Multiseat || sale.License.Key == "" {
		t.Errorf("sold: %+v with key %q", p, sale.License.Key)
	}
	if !m.Elsewhere || m.Status != domain.Active || m.Cycle != 1 || m.Seats != 3 || m.Assigned != 1 || m.Terms.Unit != 1000 || m.Terms.Tier != s.tier.ID || m.PurchaseID != p.ID {
		t.Errorf("began: %+v", m)
	}
	if kept := must(s.Memberships.Get(t.Context(), s.seller, m.ID)); kept != m {
		t.Errorf("kept %+v", kept)
	}
	if seats := must(s.Memberships.Seats(t.Context(), s.seller, m.ID)); len(seats) != 1 || seats[0].Email != "bo@example.com" || seats[0].Status != domain.SeatActive {
		t.Errorf("seated: %+v", seats)
	}
	paid := must(s.Payments.OfPurchase(t.Context(), s.seller, p.ID))
	if len(paid) != 1 || !paid[0].Elsewhere || paid[0].Status != domain.Paid || paid[0].Kind != domain.SalePayment || paid[0].Key != "outside/order-1" ||
		paid[0].Amount.Amount != 3000 || paid[0].MembershipID != m.ID || paid[0].PaysFor() != 1 || paid[0].Target.Seats != 3 {
		t.Errorf("paid: %+v", paid)
	}
	if got, want := s.happened(), []string{"purchase.completed", "license.issued", "membership.started", "payment.paid"}; !slices.Equal(without(got, "notice"), want) {
		t.Errorf("happened: %q, want %q", got, want)
	}
	if again, member := s.recorded("order-1"); again.Purchase.ID != p.ID || member != m || !again.Replayed || len(s.happened()) > 0 {
		t.Errorf("twice: %+v", again)
	}
	_, _, err := s.Sales.RecordMembership(t.Context(), s.seller, "order-1", s.team3(), domain.MembershipRecord{Recurrence: domain.Yearly})
	wantErr(t, "another under that id", err, domain.ErrKeyReused)
	if s.taken() != 0 {
		t.Errorf("the processor took %d", s.taken())
	}

	began := s.clock.now().AddDate(0, -3, 0)
	free, member, err := s.Sales.RecordMembership(t.Context(), s.seller, "", domain.PurchaseState{ProductID: s.free.ID, Email: "a@example.com", CreatedAt: began},
		domain.MembershipRecord{Recurrence: domain.Monthly, Cycle: 4, StartedAt: began.AddDate(0, 3, 0), CancelledAt: s.clock.now().AddDate(0, 0, 3)})
	if err != nil || member.Cycle != 4 || member.Status != domain.CancelScheduled || len(must(s.Payments.OfPurchase(t.Context(), s.seller, free.Purchase.ID))) != 0 {
		t.Errorf("a free one that will end: %+v, %v", member, err)
	}
	if got := s.happened(); !slices.Contains(got, "membership.due") {
		t.Errorf("nobody looks when it ends: %q", got)
	}
	trial, member, err := s.Sales.RecordMembership(t.Context(), s.seller, "", domain.PurchaseState{ProductID: s.trial.ID, Email: "a@example.com"},
		domain.MembershipRecord{Recurrence: domain.Monthly, FreeTrialEndsAt: s.clock.now().AddDate(0, 0, 7)})
	if err != nil || member.Status != domain.Trialing || trial.Purchase.Status != domain.Trial || len(must(s.Payments.OfPurchase(t.Context(), s.seller, trial.Purchase.ID))) != 0 {
		t.Errorf("a trial: %+v, %v", member, err)
	}
}

func without(all []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(n string) bool { return n == name })
}

func TestSales_RecordMembership_refuses(t *testing.T) {
	s := newTill(t)
	_, member := s.recorded("there")
	s.happened()
	monthly := domain.MembershipRecord{Recurrence: domain.Monthly}
	sale := func(mods ...func(*domain.PurchaseState)) domain.PurchaseState {
		p := s.team3()
		for _, mod := range mods {
			mod(&p)
		}
		return p
	}
	for _, tt := range []struct {
		name  string
		sale  domain.PurchaseState
		r     domain.MembershipRecord
		field string
	}{
		{"no recurrence", sale(), domain.MembershipRecord{}, "recurrence"},
		{"one that there is not", sale(), domain.MembershipRecord{Recurrence: "weekly"}, "recurrence"},
		{"one that is not offered, without a price", sale(), domain.MembershipRecord{Recurrence: domain.Quarterly}, "recurrence"},
		{"what is no membership", sale(func(p *domain.PurchaseState) { p.ProductID, p.Variants = s.pen.ID, "" }), monthly, "recurrence"},
		{"one that waits for its payment", sale(func(p *domain.PurchaseState) { p.Status = domain.Pending }), monthly, "status"},
		{"the sale of another membership", sale(func(p *domain.PurchaseState) { p.MembershipID = member.ID }), monthly, "membership"},
		{"no address", sale(func(p *domain.PurchaseState) { p.Email = "" }), monthly, "email"},
		{"a negative cycle", sale(), domain.MembershipRecord{Recurrence: domain.Monthly, Cycle: -1}, "cycle"},
		{"more seats than there may be", sale(func(p *domain.PurchaseState) { p.Quantity, p.Price = 1<<31, domain.Money{Amount: 1, Currency: "usd"} }), monthly, "seats"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := s.Sales.RecordMembership(t.Context(), s.seller, "o", tt.sale, tt.r)
			e, ok := err.(*domain.Error)
			if !ok || e.Code != "invalid" || e.Field != tt.field {
				t.Errorf("got %v, want it to name %q", err, tt.field)
			}
		})
	}
	_, _, err := s.Sales.RecordMembership(t.Context(), s.seller, "", sale(), domain.MembershipRecord{ID: member.ID, Recurrence: domain.Monthly})
	wantErr(t, "an id that is there", err, domain.ErrExists)
	if got := s.happened(); len(got) > 0 {
		t.Errorf("refused, and yet %q", got)
	}
}

func TestMemberships_Record(t *testing.T) {
	s := newTill(t)
	_, m := s.recorded("order-1")
	later := s.clock.now().AddDate(0, 1, 0)
	s.clock.advance(later.Sub(s.clock.now()))
	record := func(r domain.Report, outside string) (app.Done, error) {
		return s.Memberships.Record(t.Context(), s.seller, m.ID, r, outside)
	}
	renewal := domain.Report{Kind: domain.ReportRenewed, Sequence: 5, Seats: 4, Amount: 4000}
	done, err := record(renewal, "inv-2")
	if err != nil || done.Result != domain.Recorded || done.Membership.Cycle != 2 || done.Membership.Seats != 4 || done.Replayed {
		t.Fatalf("renewed: %+v, %v", done, err)
	}
	p := done.Payment
	if !p.Elsewhere || p.Status != domain.Paid || p.Kind != domain.RenewalPayment || p.Cycle != 2 || p.Key != "outside/inv-2" || p.Amount.Amount != 4000 || p.PaidAt != later {
		t.Errorf("paid: %+v", p)
	}
	if sale := must(s.Sales.Get(t.Context(), s.seller, m.PurchaseID)).Purchase; sale.Quantity != 4 || sale.Price.Amount != 4000 || sale.Sold().Amount != 3000 {
		t.Errorf("the sale shows %+v", sale)
	}
	again, err := record(renewal, "inv-2")
	if err != nil || !again.Replayed || again.Result != domain.Recorded || again.Payment != p || again.Membership != done.Membership {
		t.Errorf("twice: %+v, %v", again, err)
	}
	renewal.Amount++
	_, err = record(renewal, "inv-2")
	wantErr(t, "another under that id", err, domain.ErrKeyReused)
	s.happened()
	old, err := record(domain.Report{Kind: domain.ReportChanged, Sequence: 5, Seats: 9}, "chg-1")
	if err != nil || old.Result != domain.Outdated || old.Membership != done.Membership || len(s.happened()) > 0 {
		t.Errorf("an old one: %+v, %v", old, err)
	}
	if again, err := record(domain.Report{Kind: domain.ReportChanged, Sequence: 5, Seats: 9}, "chg-1"); err != nil || !again.Replayed || again.Result != domain.Outdated {
		t.Errorf("an old one, twice: %+v, %v", again, err)
	}
	_, err = record(domain.Report{Kind: "paused"}, "x")
	wantErr(t, "of no kind", err, domain.ErrInvalid)
	_, err = s.Memberships.Record(t.Context(), "bob", m.ID, domain.Report{Kind: domain.ReportFailed}, "y")
	wantErr(t, "a stranger", err, domain.ErrMembershipNotFound)
	ours := must(s.buy(of(s.team, 1), sandbox.Pays, ""))
	_, err = s.Memberships.Record(t.Context(), s.seller, ours.Membership.ID, domain.Report{Kind: domain.ReportFailed}, "z")
	wantErr(t, "of one that we charge", err, domain.ErrChargedHere)

	other, om := s.recorded("order-2")
	_, err = s.Memberships.Record(t.Context(), s.seller, om.ID, domain.Report{Kind: domain.ReportRenewed, Amount: 1}, "order-1")
	wantErr(t, "the id of another's sale", err, domain.ErrKeyReused)
	if must(s.Memberships.Get(t.Context(), s.seller, om.ID)) != om || other.Purchase.MembershipID != om.ID {
		t.Error("it changed all the same")
	}
}

// A fewer seats, and the last who came lose theirs.
func TestMemberships_Record_takesSeatsBack(t *testing.T) {
	s := newTill(t)
	_, m := s.recorded("")
	for _, who := range []string{"early@example.com", "late@example.com"} {
		s.clock.advance(time.Hour)
		must(s.Memberships.Assign(t.Context(), s.seller, m.ID, who))
	}
	s.happened()
	must(s.Memberships.Record(t.Context(), s.seller, m.ID, domain.Report{Kind: domain.ReportChanged, Seats: 2}, ""))
	var left []string
	for _, seat := range must(s.Memberships.Seats(t.Context(), s.seller, m.ID)) {
		if seat.Assigned() {
			left = append(left, seat.Email)
		}
	}
	if !slices.Equal(left, []string{"bo@example.com", "early@example.com"}) {
		t.Errorf("left: %q", left)
	}
	if got := without(s.happened(), "notice"); !slices.Equal(got, []string{"membership.changed", "membership.seats_short", "seat.revoked"}) {
		t.Errorf("happened: %q", got)
	}
	if m := must(s.Memberships.Get(t.Context(), s.seller, m.ID)); m.Assigned != 2 {
		t.Errorf("%d are counted", m.Assigned)
	}
}

// What another system gave back or lost hangs on the payments of the period.
func TestMemberships_Record_money(t *testing.T) {
	s := newTill(t)
	sale, m := s.recorded("order-1")
	n := 0
	record := func(kind domain.ReportKind, amount int64) app.Done {
		t.Helper()
		n++
		s.clock.advance(time.Minute)
		return must(s.Memberships.Record(t.Context(), s.seller, m.ID, domain.Report{Kind: kind, Amount: amount}, string(kind)+string(rune('0'+n))))
	}
	is := func(what string, refunded, givenBack int64, of ...int64) {
		t.Helper()
		p := must(s.Sales.Get(t.Context(), s.seller, sale.Purchase.ID)).Purchase
		var got []int64
		for _, pay := range must(s.Payments.OfPurchase(t.Context(), s.seller, p.ID)) {
			got = append(got, pay.Refunded)
		}
		if m := must(s.Memberships.Get(t.Context(), s.seller, m.ID)); p.Refunded != refunded || m.GivenBack != givenBack || !slices.Equal(got, of) {
			t.Errorf("%s: %d of the sale, %d of the period, %d of the payments", what, p.Refunded, m.GivenBack, got)
		}
	}
	record(domain.ReportRefunded, 1000)
	is("a part", 1000, 1000, 1000)
	record(domain.ReportRefunded, 0)
	is("the rest", 3000, 3000, 3000)
	record(domain.ReportDisputed, 0)
	if p := must(s.Sales.Get(t.Context(), s.seller, sale.Purchase.ID)).Purchase; p.DisputedAt.IsZero() {
		t.Error("the sale shows no dispute")
	}
	if done := record(domain.ReportDisputeWon, 0); done.Membership.Status != domain.Active {
		t.Errorf("won: %s", done.Membership.Status)
	}
	if p := must(s.Sales.Get(t.Context(), s.seller, sale.Purchase.ID)).Purchase; p.DisputeWonAt.IsZero() {
		t.Error("the sale does not show that it was won")
	}
	s.clock.advance(40 * 24 * time.Hour)
	record(domain.ReportRenewed, 3000)
	is("the next period", 3000, 0, 3000, 0)
	record(domain.ReportRefunded, 500)
	is("of the next", 3000, 500, 3000, 500)
	record(domain.ReportDisputed, 0)
	record(domain.ReportRestarted, 3000)
	is("restarted", 3000, 0, 3000, 500, 0)
	if back := must(s.Payments.RefundPeriod(t.Context(), s.seller, m.ID, 0, "")); len(back.Refunds) != 1 || back.Refunds[0].Status != domain.RefundDone {
		t.Errorf("by hand: %+v", back)
	}
	is("what is given back by hand is recorded too", 3000, 3000, 3000, 500, 3000)
	if s.taken() != 0 || len(must(s.processor.Book(t.Context())).Refunds) != 0 {
		t.Error("the processor was asked")
	}
}

// A payment that came by import, without the command that made it, is known by
// its key.
func TestMemberships_Record_knownByItsPayment(t *testing.T) {
	s := newTill(t)
	_, m := s.recorded("")
	p, _ := domain.RecordedPayment("imported", m, domain.RenewalPayment, 3000, "outside/inv-1", s.clock.now())
	s.write(func(ctx context.Context, tx ports.Tx) error { return tx.Payments.Insert(ctx, p) })
	r := domain.Report{Kind: domain.ReportRenewed, Amount: 3000}
	for range 2 {
		done, err := s.Memberships.Record(t.Context(), s.seller, m.ID, r, "inv-1")
		if err != nil || !done.Replayed || done.Result != domain.Recorded || done.Payment != p.State() || done.Membership != m {
			t.Errorf("got %+v, %v", done, err)
		}
	}
	_, other := s.recorded("")
	p, _ = domain.RecordedPayment("imported too", m, domain.ChangePayment, 3000, "outside/inv-2", s.clock.now())
	s.write(func(ctx context.Context, tx ports.Tx) error { return tx.Payments.Insert(ctx, p) })
	_, err := s.Memberships.Record(t.Context(), s.seller, other.ID, r, "inv-2")
	wantErr(t, "of another membership", err, domain.ErrKeyReused)
	if must(s.Memberships.Get(t.Context(), s.seller, other.ID)) != other {
		t.Error("it changed all the same")
	}
}
