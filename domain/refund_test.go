package domain

import (
	"testing"
	"time"
)

func TestPayment_Refund(t *testing.T) {
	given := func(refunded, refunding int64) func(*PaymentState) {
		return func(s *PaymentState) { status(Paid)(s); s.Refunded, s.Refunding = refunded, refunding }
	}
	for _, tt := range []struct {
		name   string
		of     func(*PaymentState)
		amount int64
		want   int64
		code   string
		field  string
	}{
		{"all of it", status(Paid), 0, 5000, "", ""},
		{"a part", status(Paid), 1200, 1200, "", ""},
		{"the rest", given(1200, 300), 0, 3500, "", ""},
		{"exactly the rest", given(1200, 300), 3500, 3500, "", ""},
		{"more than the rest", given(1200, 300), 3501, 0, "refund_too_large", "amount"},
		{"more than it was", status(Paid), 5001, 0, "refund_too_large", "amount"},
		{"less than nothing", status(Paid), -1, 0, "invalid", "amount"},
		{"when all is given back", given(5000, 0), 0, 0, "already_refunded", ""},
		{"when all is on its way back", given(0, 5000), 1, 0, "already_refunded", ""},
		{"of one that is not paid", status(Sent), 0, 0, "not_charged", ""},
		{"of one that was declined", status(NotPaid), 0, 0, "not_charged", ""},
		{"of one that was given up", status(Voided), 0, 0, "not_charged", ""},
		{"of one that came late", lateSuccess, 0, 5000, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := payment(tt.of)
			was := p.State()
			r, err := p.Refund("r", tt.amount, RefundAsked, t0)
			wantError(t, err, tt.code, tt.field)
			if tt.code != "" {
				same(t, "payment", p.State(), was)
				return
			}
			same(t, "refund", r, Refund{
				ID: "r", SellerID: "ana", PaymentID: "y", Amount: tt.want, Key: "refund/r", Cause: RefundAsked, Status: RefundIntended, CreatedAt: t0,
			})
			was.Refunding += tt.want
			same(t, "reserved", p.State(), was)
			if err := r.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Two refunds at once cannot give back more than was paid.
func TestPayment_Refund_twoAtOnce(t *testing.T) {
	p := payment(status(Paid))
	first, err := p.Refund("r1", 3000, RefundAsked, t0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Refund("r2", 3000, RefundAsked, t0)
	wantError(t, err, "refund_too_large", "amount")
	if first, _, err = p.SettleRefund(first, false, "", t0); err != nil {
		t.Fatal(err)
	}
	same(t, "what failed is free again", p.State().Left(), int64(5000))
	same(t, "status", first.Status, RefundFailed)
	if _, err = p.Refund("r3", 3000, RefundAsked, t0); err != nil {
		t.Error(err)
	}
}

func TestPayment_SettleRefund(t *testing.T) {
	begin := func(t *testing.T, amount int64) (*Payment, Refund) {
		p := payment(status(Paid))
		r, err := p.Refund("r", amount, RefundAsked, t0)
		if err != nil {
			t.Fatal(err)
		}
		r.Status = RefundSent
		return p, r
	}
	at := Instant(t0.Add(time.Hour))
	t.Run("done", func(t *testing.T) {
		p, r := begin(t, 2000)
		r, events, err := p.SettleRefund(r, true, "re_1", at)
		wantError(t, err, "", "")
		same(t, "refund", [3]any{r.Status, r.SettledAt, r.ProcessorRef}, [3]any{RefundDone, at, "re_1"})
		same(t, "payment", [3]int64{p.State().Refunded, p.State().Refunding, p.State().Left()}, [3]int64{2000, 0, 3000})
		same(t, "event", events[0], Event(PaymentRefunded{"r", "y", "sale", 2000, p.State().Amount.Currency, false, at}))

		r, events, err = p.SettleRefund(r, true, "re_2", at)
		if err != nil || len(events) != 0 || r.ProcessorRef != "re_1" || p.State().Refunded != 2000 {
			t.Errorf("twice is not once: %+v %v %v", r, events, err)
		}
		_, _, err = p.SettleRefund(r, false, "", at)
		wantError(t, err, "payment_closed", "")
	})
	t.Run("all of it in two parts", func(t *testing.T) {
		p, r := begin(t, 2000)
		p.SettleRefund(r, true, "", at)
		r, _ = p.Refund("s", 0, RefundAbroad, at)
		_, events, err := p.SettleRefund(r, true, "", at)
		wantError(t, err, "", "")
		same(t, "event", events[0], Event(PaymentRefunded{"s", "y", "sale", 3000, p.State().Amount.Currency, true, at}))
	})
	t.Run("failed", func(t *testing.T) {
		p, r := begin(t, 2000)
		r, events, err := p.SettleRefund(r, false, "", at)
		wantError(t, err, "", "")
		same(t, "refund", r.Status, RefundFailed)
		same(t, "payment", [3]int64{p.State().Refunded, p.State().Refunding, p.State().Left()}, [3]int64{0, 0, 5000})
		same(t, "event", events[0], Event(RefundRefused{"r", "y", "sale", at}))
		if _, events, err = p.SettleRefund(r, false, "", at); err != nil || len(events) != 0 || p.State().Refunding != 0 {
			t.Errorf("twice is not once: %v %v", events, err)
		}
		_, _, err = p.SettleRefund(r, true, "", at)
		wantError(t, err, "payment_closed", "")
	})
	t.Run("of another payment", func(t *testing.T) {
		p, r := begin(t, 2000)
		r.PaymentID = "z"
		_, _, err := p.SettleRefund(r, true, "", at)
		wantError(t, err, "payment_not_found", "")
	})
}

func TestRefund_Check(t *testing.T) {
	good := Refund{ID: "r", SellerID: "ana", PaymentID: "y", Amount: 1, Key: "refund/r", Cause: RefundOfLate, Status: RefundSent, CreatedAt: t0}
	checks(t, good, Refund.Check, []row[Refund]{
		{"no id", func(r *Refund) { r.ID = "" }, "id"},
		{"no seller", func(r *Refund) { r.SellerID = "" }, "seller"},
		{"no payment", func(r *Refund) { r.PaymentID = "" }, "payment"},
		{"no key", func(r *Refund) { r.Key = "" }, "key"},
		{"a long reference", func(r *Refund) { r.ProcessorRef = longText }, "processor_ref"},
		{"an unknown status", func(r *Refund) { r.Status = "lost" }, "status"},
		{"an unknown cause", func(r *Refund) { r.Cause = "whim" }, "cause"},
		{"one made at the processor", func(r *Refund) { r.Cause = RefundAbroad }, ""},
		{"nothing", func(r *Refund) { r.Amount = 0 }, "amount"},
		{"done at no time", func(r *Refund) { r.Status = RefundDone }, "settled_at"},
		{"failed at no time", func(r *Refund) { r.Status = RefundFailed }, "settled_at"},
		{"sent and settled", func(r *Refund) { r.SettledAt = t0 }, "settled_at"},
		{"done", func(r *Refund) { r.Status, r.SettledAt = RefundDone, t0 }, ""},
		{"no time", func(r *Refund) { r.CreatedAt = time.Time{} }, "created_at"},
	})
}

func TestDispute(t *testing.T) {
	for name, tt := range map[string]struct {
		of   func(*PaymentState)
		code string
	}{
		"paid": {status(Paid), ""}, "late": {lateSuccess, ""}, "sent": {status(Sent), "not_charged"}, "declined": {status(NotPaid), "not_charged"},
	} {
		d, err := payment(tt.of).Dispute("d", "dp_1", t0)
		wantError(t, err, tt.code, "")
		if tt.code == "" {
			same(t, name, d, Dispute{ID: "d", SellerID: "ana", PaymentID: "y", Amount: 5000, ProcessorRef: "dp_1", OpenedAt: t0})
		}
	}
	open, _ := payment(status(Paid)).Dispute("d", "", t0)
	at := Instant(t0.Add(time.Hour))
	for _, won := range []bool{true, false} {
		d, err := open.Close(won, at)
		wantError(t, err, "", "")
		same(t, "won", d.WonAt == at && d.LostAt.IsZero(), won)
		same(t, "lost", d.LostAt == at && d.WonAt.IsZero(), !won)
		again, err := d.Close(won, at.Add(time.Hour))
		wantError(t, err, "", "")
		same(t, "twice", again, d)
		_, err = d.Close(!won, at)
		wantError(t, err, "dispute_closed", "")
	}
	checks(t, open, Dispute.Check, []row[Dispute]{
		{"no id", func(d *Dispute) { d.ID = "" }, "id"},
		{"no seller", func(d *Dispute) { d.SellerID = "" }, "seller"},
		{"no payment", func(d *Dispute) { d.PaymentID = "" }, "payment"},
		{"a long reference", func(d *Dispute) { d.ProcessorRef = longText }, "processor_ref"},
		{"nothing", func(d *Dispute) { d.Amount = 0 }, "amount"},
		{"no time", func(d *Dispute) { d.OpenedAt = time.Time{} }, "opened_at"},
		{"won and lost", func(d *Dispute) { d.WonAt, d.LostAt = t0, t0 }, "lost_at"},
		{"won", func(d *Dispute) { d.WonAt = t0 }, ""},
	})
}
