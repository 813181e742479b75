package rpc

import (
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func (w *world) memberships() usherv1connect.MembershipServiceClient {
	return usherv1connect.NewMembershipServiceClient(http.DefaultClient, w.url)
}

// goTo moves the clock on, and does what falls due.
func (w *world) goTo(at time.Time) {
	w.t.Helper()
	if _, err := w.usher.Clock.Advance(w.t.Context(), at, func(app.Step) {}); err != nil {
		w.t.Fatal(err)
	}
}

// statusOf is where a membership stands.
func (w *world) statusOf(id string) usherv1.MembershipStatus {
	return must(w.memberships().GetMembership(w.as(anaSees), &usherv1.GetMembershipRequest{Membership: id})).Membership.Status
}

func TestMemberships_change(t *testing.T) {
	w := newWorld(t)
	c := w.memberships()
	sold := w.joined("bo@example.com", "k", 2)
	id, buyer := sold.Membership.Id, sold.AccessToken
	q := must(c.QuoteChange(w.as(buyer), &usherv1.QuoteChangeRequest{Membership: id, Seats: proto.Int32(5)})).Quote
	if q.Result != "applied" || q.DueNow.Amount != 3000 || q.Credit.Amount != 0 || q.SeatsNow != 5 || q.SeatsNext != 5 || q.NextPayment.Amount.Amount != 5000 || !q.PricedAt.AsTime().Equal(noon) || q.ExpiresAt == nil {
		t.Errorf("quoted %v", q)
	}
	asked := &usherv1.ChangeMembershipRequest{Membership: id, Quote: q.Quote}
	done := must(c.ChangeMembership(w.keyed(buyer, "more"), asked)).Outcome
	if done.Result != "applied" || done.Membership.Seats != 5 || done.Payment.Kind != usherv1.PaymentKind_PAYMENT_KIND_CHANGE || done.Payment.Amount.Amount != 3000 || done.Credit.Currency != "usd" {
		t.Errorf("changed %v", done)
	}
	ctx, replayed := w.again(buyer, "more")
	if again := must(c.ChangeMembership(ctx, asked)).Outcome; !proto.Equal(again.Payment, done.Payment) || again.Membership.Seats != 5 || !replayed() {
		t.Errorf("a repeat comes to %v", again)
	}
	fewer := must(c.ChangeMembership(w.keyed(buyer, "fewer"), &usherv1.ChangeMembershipRequest{Membership: id, Seats: proto.Int32(3)})).Outcome
	if fewer.Result != "scheduled" || fewer.Membership.Pending.Seats != 3 || fewer.Membership.Seats != 5 || fewer.Membership.AssignableSeats != 3 || fewer.Payment != nil {
		t.Errorf("fewer come to %v", fewer)
	}
	if kept := must(c.KeepMembership(w.as(buyer), &usherv1.KeepMembershipRequest{Membership: id})).Outcome; kept.Result != "pending_decrease_removed" || kept.Membership.Pending != nil {
		t.Errorf("kept %v", kept)
	}
	if again := must(c.KeepMembership(w.as(anaEdits), &usherv1.KeepMembershipRequest{Membership: id})).Outcome; again.Result != "no_change" {
		t.Errorf("kept again %v", again)
	}
	anew := must(c.ChangeMembership(w.keyed(buyer, "yearly"), &usherv1.ChangeMembershipRequest{Membership: id, Tier: "Pro", Recurrence: usherv1.Recurrence_RECURRENCE_YEARLY})).Outcome
	if anew.Result != "applied_new_period" || anew.Membership.Tier != proID || anew.Membership.Recurrence != usherv1.Recurrence_RECURRENCE_YEARLY || anew.Credit.Amount != 5000 || anew.Membership.UnitPrice.Amount != 30000 {
		t.Errorf("another tier comes to %v", anew)
	}
	back := must(c.RefundPeriod(w.keyed(anaGives, "r"), &usherv1.RefundPeriodRequest{Membership: id, Amount: proto.Int64(100), KeepAccess: true}))
	if len(back.Refunds) != 1 || back.Refunds[0].Amount != 100 || back.Refunds[0].Payment != anew.Payment.Id || back.Purchase.Id != purchaseID(sold) {
		t.Errorf("refunded %v", back)
	}
	if kept := must(w.usher.Sales.Get(t.Context(), w.ana, domain.PurchaseID(purchaseID(sold)))); !kept.Purchase.AccessKept {
		t.Error("access is not kept")
	}
}

func TestMemberships_ends(t *testing.T) {
	w := newWorld(t)
	c := w.memberships()
	sold := w.joined("bo@example.com", "k", 2)
	id, buyer := sold.Membership.Id, sold.AccessToken
	cancelled := must(c.CancelMembership(w.as(buyer), &usherv1.CancelMembershipRequest{Membership: id})).Outcome.Membership
	if cancelled.Status != usherv1.MembershipStatus_MEMBERSHIP_STATUS_CANCEL_SCHEDULED || cancelled.CancelledBy != usherv1.Actor_ACTOR_BUYER || !proto.Equal(cancelled.CancelledAt, cancelled.PeriodEndsAt) {
		t.Errorf("cancelled %v", cancelled)
	}
	if back := must(c.UncancelMembership(w.keyed(anaEdits, "k1"), &usherv1.UncancelMembershipRequest{Membership: id})).Outcome; back.Result != "resumed" {
		t.Errorf("taken back %v", back)
	}
	ctx, replayed := w.again(anaEdits, "k1")
	if back := must(c.UncancelMembership(ctx, &usherv1.UncancelMembershipRequest{Membership: id})).Outcome; back.Result != "resumed" || !replayed() {
		t.Errorf("a repeat comes to %v", back)
	}
	_, err := c.UncancelMembership(w.as(anaEdits), &usherv1.UncancelMembershipRequest{Membership: id})
	refused(t, err, connect.CodeFailedPrecondition, "not_cancelled", "")
	if m := must(c.CancelMembership(w.as(anaEdits), &usherv1.CancelMembershipRequest{Membership: id})).Outcome.Membership; m.CancelledBy != usherv1.Actor_ACTOR_SELLER {
		t.Errorf("the seller cancelled %v", m)
	}
	_, err = c.UncancelMembership(w.as(buyer), &usherv1.UncancelMembershipRequest{Membership: id})
	refused(t, err, connect.CodeFailedPrecondition, "not_restartable", "")
	ended := must(c.EndMembership(w.as(anaEdits), &usherv1.EndMembershipRequest{Membership: id})).Outcome
	if ended.Result != "ended_now" || ended.Membership.EndReason != "revoked" || ended.Membership.NextPayment != nil {
		t.Errorf("ended %v", ended)
	}
	_, err = c.EndMembership(w.as(anaEdits), &usherv1.EndMembershipRequest{Membership: id})
	refused(t, err, connect.CodeFailedPrecondition, "not_active", "")
	_, err = c.RestartMembership(w.keyed(buyer, "b"), &usherv1.RestartMembershipRequest{Membership: id})
	refused(t, err, connect.CodeFailedPrecondition, "not_restartable", "")
	began := must(c.RestartMembership(w.keyed(anaEdits, "b"), &usherv1.RestartMembershipRequest{Membership: id, Seats: proto.Int32(3)})).Outcome
	if began.Result != "restarted" || began.Membership.Seats != 3 || began.Payment.Kind != usherv1.PaymentKind_PAYMENT_KIND_RESTART || began.Payment.Amount.Amount != 3000 {
		t.Errorf("restarted %v", began)
	}
}

func TestMemberships_overdue(t *testing.T) {
	w := newWorld(t)
	c := w.memberships()
	id := w.joined("bo@example.com", "k", 2).Membership.Id
	if set := must(c.SetMethod(w.as(anaEdits), &usherv1.SetMethodRequest{Membership: id, Method: sandbox.DeclinesHard})).Outcome; set.Membership.Method != sandbox.DeclinesHard {
		t.Errorf("set %v", set)
	}
	if none := must(c.PayNow(w.keyed(anaEdits, "early"), &usherv1.PayNowRequest{Membership: id})).Outcome; none.Result != "not_due" {
		t.Errorf("before it is due it comes to %v", none)
	}
	w.goTo(noon.AddDate(0, 1, 0))
	m := must(c.GetMembership(w.as(anaSees), &usherv1.GetMembershipRequest{Membership: id})).Membership
	if m.Status != usherv1.MembershipStatus_MEMBERSHIP_STATUS_PAST_DUE || m.Overdue.Amount.Amount != 2000 || m.Overdue.GraceEndsAt == nil || m.Cycle != 2 {
		t.Errorf("overdue, it is %v", m)
	}
	_, err := c.PayNow(w.keyed(anaEdits, "again"), &usherv1.PayNowRequest{Membership: id})
	refused(t, err, connect.CodeFailedPrecondition, "payment_declined", "")
	paid := must(c.PayNow(w.keyed(anaEdits, "pays"), &usherv1.PayNowRequest{Membership: id, Method: sandbox.Pays, Seats: proto.Int32(3)})).Outcome
	if paid.Result != "recovered" || paid.Membership.Overdue != nil || paid.Payment.Amount.Amount != 3000 || paid.Membership.Method != sandbox.Pays {
		t.Errorf("paid %v", paid)
	}
}

func TestGetMembership_caughtUp(t *testing.T) {
	w := newWorld(t)
	sold := w.joined("bo@example.com", "k", 2)
	must(w.memberships().CancelMembership(w.as(sold.AccessToken), &usherv1.CancelMembershipRequest{Membership: sold.Membership.Id}))
	if err := w.store.MoveTestClock(t.Context(), noon.AddDate(0, 2, 0)); err != nil { // and no worker comes by
		t.Fatal(err)
	}
	if got := w.statusOf(sold.Membership.Id); got != usherv1.MembershipStatus_MEMBERSHIP_STATUS_ENDED {
		t.Errorf("it is %v", got)
	}
}

func TestMemberships_refuse(t *testing.T) {
	w := newWorld(t)
	c := w.memberships()
	bo, cy := w.joined("bo@example.com", "k1", 2), w.joined("cy@example.com", "k2", 2)
	id := bo.Membership.Id
	cys := must(c.QuoteChange(w.as(anaEdits), &usherv1.QuoteChangeRequest{Membership: cy.Membership.Id, Seats: proto.Int32(3)})).Quote.Quote
	change := func(r *usherv1.ChangeMembershipRequest) error {
		r.Membership = id
		_, err := c.ChangeMembership(w.keyed(anaEdits, "change"), r)
		return err
	}
	end := func(token string) error {
		_, err := c.EndMembership(w.as(token), &usherv1.EndMembershipRequest{Membership: id})
		return err
	}
	_, nothing := c.QuoteChange(w.as(anaEdits), &usherv1.QuoteChangeRequest{Membership: id})
	_, method := c.SetMethod(w.as(anaEdits), &usherv1.SetMethodRequest{Membership: id})
	_, keyless := c.ChangeMembership(w.as(anaEdits), &usherv1.ChangeMembershipRequest{Membership: id, Seats: proto.Int32(3)})
	_, another := c.GetMembership(w.as(cy.AccessToken), &usherv1.GetMembershipRequest{Membership: id})
	_, gives := c.RefundPeriod(w.keyed(anaEdits, "r"), &usherv1.RefundPeriodRequest{Membership: id})
	_, buyerGives := c.RefundPeriod(w.keyed(bo.AccessToken, "r"), &usherv1.RefundPeriodRequest{Membership: id})
	_, buyerPrices := c.AnnouncePrice(w.as(bo.AccessToken), &usherv1.AnnouncePriceRequest{Membership: id})
	_, buyerTells := c.RecordReport(w.as(bo.AccessToken), &usherv1.RecordReportRequest{Membership: id})
	_, here := c.RecordReport(w.as(anaEdits), &usherv1.RecordReportRequest{Membership: id, Kind: usherv1.ReportKind_REPORT_KIND_RENEWED})
	for _, tt := range []struct {
		name          string
		got           error
		code          connect.Code
		detail, field string
	}{
		{"a quote of nothing", nothing, connect.CodeInvalidArgument, "invalid", "seats"},
		{"a change of nothing", change(&usherv1.ChangeMembershipRequest{}), connect.CodeInvalidArgument, "invalid", "seats"},
		{"no seats", change(&usherv1.ChangeMembershipRequest{Seats: proto.Int32(0)}), connect.CodeInvalidArgument, "below_minimum_seats", "seats"},
		{"too many seats", change(&usherv1.ChangeMembershipRequest{Seats: proto.Int32(21)}), connect.CodeInvalidArgument, "above_maximum_seats", "seats"},
		{"a tier that is not there", change(&usherv1.ChangeMembershipRequest{Tier: "x"}), connect.CodeNotFound, "variant_not_found", "tier"},
		{"a recurrence that is none", change(&usherv1.ChangeMembershipRequest{Recurrence: 77}), connect.CodeInvalidArgument, "invalid", "recurrence"},
		{"a quote and seats", change(&usherv1.ChangeMembershipRequest{Quote: cys, Seats: proto.Int32(3)}), connect.CodeInvalidArgument, "invalid", "quote"},
		{"the quote of another membership", change(&usherv1.ChangeMembershipRequest{Quote: cys}), connect.CodeAborted, "quote_stale", "quote"},
		{"a quote that is none", change(&usherv1.ChangeMembershipRequest{Quote: "x"}), connect.CodeAborted, "quote_stale", "quote"},
		{"no key", keyless, connect.CodeInvalidArgument, "invalid", "idempotency_key"},
		{"no card", method, connect.CodeInvalidArgument, "invalid", "method"},
		{"another buyer looks", another, connect.CodeNotFound, "membership_not_found", ""},
		{"a buyer ends it", end(bo.AccessToken), connect.CodePermissionDenied, "forbidden", ""},
		{"another buyer ends it", end(cy.AccessToken), connect.CodeNotFound, "membership_not_found", ""},
		{"another seller ends it", end(benAll), connect.CodeNotFound, "membership_not_found", ""},
		{"a token without the scope ends it", end(anaSees), connect.CodePermissionDenied, "forbidden", ""},
		{"a token without the scope gives money back", gives, connect.CodePermissionDenied, "forbidden", ""},
		{"a buyer takes money back", buyerGives, connect.CodePermissionDenied, "forbidden", ""},
		{"a buyer makes prices", buyerPrices, connect.CodePermissionDenied, "forbidden", ""},
		{"a buyer reports", buyerTells, connect.CodePermissionDenied, "forbidden", ""},
		{"a report of what is charged here", here, connect.CodeFailedPrecondition, "charged_here", ""},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.got, tt.code, tt.detail, tt.field) })
	}
}

func TestAnnouncePrice(t *testing.T) {
	w := newWorld(t)
	c := w.memberships()
	id := w.joined("bo@example.com", "k", 2).Membership.Id
	announce := func(price *int64, from time.Time) (*usherv1.AnnouncePriceResponse, error) {
		return c.AnnouncePrice(w.as(anaEdits), &usherv1.AnnouncePriceRequest{Membership: id, UnitPrice: price, EffectiveAt: stamp(from)})
	}
	in8 := noon.AddDate(0, 0, 8)
	got := must(announce(proto.Int64(0), in8)).Outcome
	if n := got.Membership.Notice; got.Result != "scheduled" || n.UnitPrice.Amount != 0 || n.UnitPrice.Currency != "usd" || n.Tier != soloID || n.Recurrence != usherv1.Recurrence_RECURRENCE_MONTHLY || !n.EffectiveAt.AsTime().Equal(in8) || n.NotifiedAt != nil {
		t.Errorf("announced %v", got)
	}
	_, err := announce(nil, in8)
	refused(t, err, connect.CodeInvalidArgument, "invalid", "unit_price")
	_, err = announce(proto.Int64(-1), in8)
	refused(t, err, connect.CodeInvalidArgument, "invalid", "unit_price")
	_, err = announce(proto.Int64(1), noon.AddDate(0, 0, 6))
	refused(t, err, connect.CodeInvalidArgument, "notice_too_short", "effective_at")
}

func TestRecordReport(t *testing.T) {
	w := newWorld(t)
	c := w.memberships()
	id := must(w.sales().RecordMembership(w.as(anaEdits), &usherv1.RecordMembershipRequest{
		Sale: &usherv1.SaleRecord{Product: "team", Variants: []string{"Solo"}, Email: "bo@example.com"}, Recurrence: usherv1.Recurrence_RECURRENCE_MONTHLY,
	})).Membership.Id
	renewed := &usherv1.RecordReportRequest{
		Membership: id, Kind: usherv1.ReportKind_REPORT_KIND_RENEWED, OutsideId: "inv-2", Sequence: 2, HappenedAt: stamp(noon), Seats: 4, Tier: "Pro", UnitPrice: proto.Int64(2500), Amount: 10000,
	}
	got := must(c.RecordReport(w.keyed(anaEdits, "k"), renewed)).Outcome
	if m := got.Membership; got.Result != "recorded" || m.Seats != 4 || m.Tier != proID || m.UnitPrice.Amount != 2500 || m.Cycle != 2 || got.Payment.Amount.Amount != 10000 || !got.Payment.ChargedElsewhere {
		t.Errorf("recorded %v", got)
	}
	for _, key := range []string{"", "k"} {
		ctx, replayed := w.again(anaEdits, key)
		if again := must(c.RecordReport(ctx, renewed)).Outcome; again.Membership.Cycle != 2 || !replayed() {
			t.Errorf("a repeat under the key %q comes to %v", key, again)
		}
	}
	late := must(c.RecordReport(w.as(anaEdits), &usherv1.RecordReportRequest{Membership: id, Kind: usherv1.ReportKind_REPORT_KIND_FAILED, Sequence: 1})).Outcome
	if late.Result != "outdated" {
		t.Errorf("a late report comes to %v", late)
	}
	ends := must(c.RecordReport(w.as(anaEdits), &usherv1.RecordReportRequest{
		Membership: id, Kind: usherv1.ReportKind_REPORT_KIND_CANCELLED, EndsAt: stamp(noon.AddDate(0, 0, 3)), By: usherv1.Actor_ACTOR_ADMIN,
	})).Outcome.Membership
	if ends.CancelledBy != usherv1.Actor_ACTOR_ADMIN || !ends.CancelledAt.AsTime().Equal(noon.AddDate(0, 0, 3)) {
		t.Errorf("cancelled %v", ends)
	}
	bad := stamp(noon)
	bad.Nanos = -1
	for _, tt := range []struct {
		name          string
		asked         *usherv1.RecordReportRequest
		code          connect.Code
		detail, field string
	}{
		{"no kind", &usherv1.RecordReportRequest{}, connect.CodeInvalidArgument, "invalid", "kind"},
		{"a kind that is none", &usherv1.RecordReportRequest{Kind: 77}, connect.CodeInvalidArgument, "invalid", "kind"},
		{"an actor that is none", &usherv1.RecordReportRequest{By: 77}, connect.CodeInvalidArgument, "invalid", "by"},
		{"a price of less than nothing", &usherv1.RecordReportRequest{Kind: usherv1.ReportKind_REPORT_KIND_CHANGED, UnitPrice: proto.Int64(-1)}, connect.CodeInvalidArgument, "invalid", "unit_price"},
		{"no reason", &usherv1.RecordReportRequest{Kind: usherv1.ReportKind_REPORT_KIND_ENDED}, connect.CodeInvalidArgument, "invalid", "reason"},
		{"when it did not happen", &usherv1.RecordReportRequest{HappenedAt: bad}, connect.CodeInvalidArgument, "invalid", "happened_at"},
		{"when it does not end", &usherv1.RecordReportRequest{EndsAt: bad}, connect.CodeInvalidArgument, "invalid", "ends_at"},
		{"a tier that is not there", &usherv1.RecordReportRequest{Tier: "x"}, connect.CodeNotFound, "variant_not_found", "tier"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.asked.Membership = id
			_, err := c.RecordReport(w.as(anaEdits), tt.asked)
			refused(t, err, tt.code, tt.detail, tt.field)
		})
	}
	if _, err := c.RecordReport(w.as(anaEdits), &usherv1.RecordReportRequest{Membership: id, Kind: usherv1.ReportKind_REPORT_KIND_ENDED, Reason: "completed"}); err != nil {
		t.Error(err)
	}
	if got := w.statusOf(id); got != usherv1.MembershipStatus_MEMBERSHIP_STATUS_ENDED {
		t.Errorf("ended, it is %v", got)
	}
}
