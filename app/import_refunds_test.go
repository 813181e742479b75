package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// What a payment says was given back is what its refunds come to.
func TestImport_addsRefundsUp(t *testing.T) {
	ana := fixture.Seller("ana")
	pencil := fixture.Product(ana)
	sale := fixture.Purchase(pencil)
	gave := func(back, reserved int64) domain.PaymentState {
		return fixture.Payment(sale, func(p *domain.PaymentState) {
			p.ID, p.Amount.Amount, p.Refunded, p.Refunding = "y1", 1000, back, reserved
		})
	}
	refund := func(amount int64, status domain.RefundStatus) domain.Refund {
		return fixture.Refund(gave(0, 0), func(r *domain.Refund) {
			if r.Amount, r.Status = amount, status; !r.Open() {
				r.SettledAt = r.CreatedAt
			}
		})
	}
	const done, sent, failed = domain.RefundDone, domain.RefundSent, domain.RefundFailed
	for _, tt := range []struct {
		name   string
		things []any
		want   string // empty: it is fine
	}{
		{"nothing", []any{gave(0, 0)}, ""},
		{"all that its refunds come to", []any{gave(300, 50), refund(100, done), refund(50, sent), refund(200, done), refund(70, failed)}, ""},
		{"less than that", []any{gave(300, 0), refund(100, done), refund(201, done)}, "line 7: amount: the refunds come to 1 more than what their payment says was given back"},
		{"nothing, and there are refunds", []any{gave(0, 0), refund(100, done)}, "line 6: amount: the refunds come to 100 more"},
		{"nothing on its way, and there is a refund", []any{gave(100, 0), refund(100, sent)}, "line 6: amount: the refunds come to 100 more than what their payment says is on its way back"},
		{"more than that", []any{gave(300, 0), refund(299, done)}, "line 5: refunded: is 1 more than the refunds of the payment come to"},
		{"more on its way than that", []any{gave(0, 300), refund(299, sent)}, "line 5: refunding: is 1 more than the refunds of the payment come to"},
		{"something, and there are none", []any{gave(300, 0), refund(300, failed)}, "line 5: refunded: is 300 more"},
		{"more than that in two payments", []any{gave(300, 0), mod(gave(20, 0), func(p *domain.PaymentState) { p.ID, p.Key = "y2", "k2" })}, "line 5: refunded: is 300 more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := memstore.New(nil)
			_, err := usherOn(t, s).Transfer.Import(t.Context(), sourceOf(t, append([]any{ana, pencil, sale}, tt.things...)...), false)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var at *app.LineError
			if !errors.As(err, &at) || domain.KindOf(err) != domain.Invalid || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
