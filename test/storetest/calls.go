package storetest

import (
	"context"
	"reflect"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// nothing stands for an answer that is no refusal and holds nothing.
var nothing = &domain.Error{Code: "nothing"}

// method says how to call one method of a repository, and how it answers those
// whom the things it names do not belong to: with an error, with nothing, or,
// where it is nil, with what is their own.
type method struct {
	writes bool
	args   func(*deal) []any // behind the context; what the owner could call it with

	stranger, system, nobody *domain.Error
}

func rows(all ...any) []any { return all }

func same(e *domain.Error) method { return method{stranger: e, system: e, nobody: e} }

func (m method) with(args func(*deal) []any) method    { m.args = args; return m }
func (m method) writing(args func(*deal) []any) method { m.args, m.writes = args, true; return m }

// methods has a row for every method of every repository. Who adds a method
// adds a row: the tests below fail by its name until then.
var methods = withWebhooks(withCommunities(map[string]method{
	"Sellers.ByID":   method{stranger: domain.ErrSellerNotFound, nobody: domain.ErrSellerNotFound}.with(func(d *deal) []any { return rows(d.seller.ID) }),
	"Sellers.List":   method{stranger: nil, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Sellers.Insert": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows(fixture.Seller("new")) }),
	"Sellers.Save":   method{stranger: domain.ErrSellerNotFound, nobody: domain.ErrSellerNotFound}.writing(func(d *deal) []any { return rows(renamed(d.seller)) }),

	"Products.ByID":        same(domain.ErrProductNotFound).with(func(d *deal) []any { return rows(d.product.ID) }),
	"Products.ByPermalink": same(domain.ErrProductNotFound).with(func(d *deal) []any { return rows(d.product.CustomPermalink) }),
	"Products.List":        method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Products.Insert":      same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Product(d.seller)) }),
	"Products.Save":        same(domain.ErrProductNotFound).writing(func(d *deal) []any { return rows(renamed(d.product)) }),

	"Variants.ByProduct": same(nothing).with(func(d *deal) []any { return rows(d.product.ID) }),
	"Variants.Insert":    same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Variant(d.product)) }),
	"Variants.Save":      same(domain.ErrVariantNotFound).writing(func(d *deal) []any { return rows(renamed(d.large)) }),

	"Purchases.ByID":          same(domain.ErrPurchaseNotFound).with(func(d *deal) []any { return rows(d.sale.ID) }),
	"Purchases.ByOrderNumber": same(domain.ErrPurchaseNotFound).with(func(d *deal) []any { return rows(d.sale.OrderNumber) }),
	"Purchases.List":          method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.PurchaseQuery{}) }),
	"Purchases.Newest":        method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.SaleQuery{}) }),
	"Purchases.Sold":          same(nothing).with(func(d *deal) []any { return rows(d.product.ID) }),
	"Purchases.Unlicensed":    same(nothing).with(func(d *deal) []any { return rows(d.product.ID, ports.Cursor{}, 100) }),
	"Purchases.Insert":        same(domain.ErrScope).writing(func(d *deal) []any { return rows(domain.RestorePurchase(fixture.Purchase(d.product))) }),
	"Purchases.Save": same(domain.ErrPurchaseNotFound).writing(func(d *deal) []any {
		s := d.sale
		s.Email, s.RevokedAt = "other@example.com", fixture.T0
		return rows(domain.RestorePurchase(s))
	}),

	"Memberships.ByID":    same(domain.ErrMembershipNotFound).with(func(d *deal) []any { return rows(d.membership.ID) }),
	"Memberships.List":    method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Memberships.Newest":  same(nothing).with(func(d *deal) []any { return rows(d.membership.ProductID, ports.Cursor{}, 100) }),
	"Memberships.SeatsIn": same(nothing).with(func(d *deal) []any { return rows(d.membership.Terms.Tier, domain.MembershipID("")) }),
	"Memberships.Insert":  same(domain.ErrScope).writing(func(d *deal) []any { return rows(domain.RestoreMembership(another(fixture.Membership(d.given)))) }),
	"Memberships.Save": same(domain.ErrMembershipNotFound).writing(func(d *deal) []any {
		m := d.membership
		m.EndedAt = fixture.T0
		return rows(domain.RestoreMembership(m))
	}),

	"Payments.ByID":       same(domain.ErrPaymentNotFound).with(func(d *deal) []any { return rows(d.payment.ID) }),
	"Payments.ByPurchase": same(nothing).with(func(d *deal) []any { return rows(d.given.ID) }),
	"Payments.List":       method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Payments.Renewals":   method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.SaleQuery{}) }),
	"Payments.Insert":     same(domain.ErrScope).writing(func(d *deal) []any { return rows(domain.RestorePayment(fixture.Payment(d.given))) }),
	"Payments.Save": same(domain.ErrPaymentNotFound).writing(func(d *deal) []any {
		p := d.payment
		p.Refunding, p.Key = 7, fixture.ID()
		return rows(domain.RestorePayment(p))
	}),

	"Refunds.ByID":      same(domain.ErrRefundNotFound).with(func(d *deal) []any { return rows(d.refund.ID) }),
	"Refunds.ByPayment": same(nothing).with(func(d *deal) []any { return rows(d.payment.ID) }),
	"Refunds.List":      method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Refunds.Insert":    same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Refund(d.payment)) }),
	"Refunds.Save": same(domain.ErrRefundNotFound).writing(func(d *deal) []any {
		r := d.refund
		r.Status, r.Key = domain.RefundFailed, fixture.ID()
		return rows(r)
	}),

	"Disputes.ByID":      same(domain.ErrDisputeNotFound).with(func(d *deal) []any { return rows(d.dispute.ID) }),
	"Disputes.ByPayment": same(nothing).with(func(d *deal) []any { return rows(d.payment.ID) }),
	"Disputes.List":      method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Disputes.Insert":    same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Dispute(d.payment)) }),
	"Disputes.Save": same(domain.ErrDisputeNotFound).writing(func(d *deal) []any {
		p := d.dispute
		p.WonAt = fixture.T0
		return rows(p)
	}),

	"Seats.ByID":       same(domain.ErrSeatNotFound).with(func(d *deal) []any { return rows(d.seat.ID) }),
	"Seats.ByPurchase": same(nothing).with(func(d *deal) []any { return rows(d.sale.ID) }),
	"Seats.List":       method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Seats.Insert":     same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Seat(d.sale)) }),
	"Seats.Save": same(domain.ErrSeatNotFound).writing(func(d *deal) []any {
		s := d.seat
		s.Status, s.RevokedAt = domain.SeatRevoked, fixture.T0
		return rows(s)
	}),

	"Licenses.ByID":       same(domain.ErrLicenseNotFound).with(func(d *deal) []any { return rows(d.license.ID) }),
	"Licenses.ByPurchase": same(domain.ErrLicenseNotFound).with(func(d *deal) []any { return rows(d.sale.ID, d.license.SeatID) }),
	"Licenses.Uses":       same(domain.ErrLicenseNotFound).with(func(d *deal) []any { return rows(d.license.ID) }),
	"Licenses.List":       method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Licenses.Insert":     same(domain.ErrScope).writing(func(d *deal) []any { return rows(domain.RestoreLicense(fixture.License(d.given)), int64(7)) }),
	"Licenses.Save": same(domain.ErrLicenseNotFound).writing(func(d *deal) []any {
		l := d.license
		l.Key, l.DisabledAt = fixture.Key(), fixture.T0
		return rows(domain.RestoreLicense(l))
	}),

	"Tokens.ByID":     same(domain.ErrTokenNotFound).with(func(d *deal) []any { return rows(d.token().ID) }),
	"Tokens.ByDigest": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.with(func(d *deal) []any { return rows(d.token().Digest) }),
	"Tokens.List":     method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Tokens.Live":     method{stranger: nothing, system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(domain.ApplicationID(""), domain.ViewSales) }),
	"Tokens.Insert":   same(domain.ErrScope).writing(func(d *deal) []any { return rows(domain.RestoreToken(fixture.Token(d.seller, fixture.ID()))) }),
	"Tokens.Save": same(domain.ErrTokenNotFound).writing(func(d *deal) []any {
		k := d.token()
		k.RevokedAt = fixture.T0
		return rows(domain.RestoreToken(k))
	}),

	"Mails.ByID":   same(domain.ErrMailNotFound).with(func(d *deal) []any { return rows(d.mail.ID) }),
	"Mails.List":   method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Mails.Delete": same(nothing).writing(func(d *deal) []any { return rows(d.mail.ID) }),
	"Mails.Insert": same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Mail(d.seller)) }),

	"Events.Append":    method{system: domain.ErrScope, nobody: domain.ErrScope}.writing(func(d *deal) []any { return rows(event(string(d.sale.ID))) }),
	"Commands.Begin":   method{system: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows(command(commandKey, "another")) }),
	"Commands.Finish":  method{system: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows(commandKey, "done", []byte("another answer")) }),
	"Commands.ByKey":   method{system: domain.ErrScope, nobody: domain.ErrScope}.with(func(*deal) []any { return rows(commandKey) }),
	"Commands.Release": method{system: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows("begun and not finished") }),
	"Progress.ByID":    same(domain.ErrProgressNotFound).with(func(*deal) []any { return rows(taskID) }),
	"Progress.Put":     method{nobody: domain.ErrScope}.writing(func(*deal) []any { return rows(ports.Task{ID: taskID, Done: 99, StartedAt: fixture.T0}) }),
}))

const commandKey = "the command that dumps know"

// token is the deal's token, made from the deal alone.
func (d *deal) token() domain.TokenState {
	return domain.TokenState{
		ID: domain.TokenID("token-" + d.seller.ID), SellerID: d.seller.ID, Name: "program",
		Digest: domain.DigestOf(string(d.seller.ID)), Scopes: domain.Scopes(domain.ViewSales), CreatedAt: fixture.T0,
	}
}

func renamed[S any](s S) S {
	reflect.ValueOf(&s).Elem().FieldByName("Name").SetString("renamed")
	return s
}

func another[S any](s S) S { return withID(s, fixture.ID()) }

// eachMethod calls fn with every method of every repository of tx, found by
// reflection, and fails the test for a method without a row.
func eachMethod(t *testing.T, tx ports.Tx, fn func(name string, m method, call func(context.Context, *deal) ([]any, error))) {
	t.Helper()
	v := reflect.ValueOf(tx)
	for i := range v.NumField() {
		repository := v.Type().Field(i)
		for found := range repository.Type.Methods() {
			name := repository.Name + "." + found.Name
			m, ok := methods[name]
			if !ok {
				t.Errorf("%s has no row in methods: say how it treats strangers", name)
				continue
			}
			fn(name, m, func(ctx context.Context, d *deal) ([]any, error) {
				return invoke(v.Field(i).MethodByName(found.Name), ctx, m.args(d))
			})
		}
	}
}

// invoke calls fn and returns its results and its error apart.
func invoke(fn reflect.Value, ctx context.Context, args []any) (results []any, err error) {
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	out := fn.Call(in)
	for _, r := range out[:len(out)-1] {
		results = append(results, r.Interface())
	}
	err, _ = out[len(out)-1].Interface().(error)
	return results, err
}
