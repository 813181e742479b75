package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var scopeTests = tests{
	"OfAStranger":          scopesOfStranger,
	"OfTheSystem":          scopesOfSystem,
	"OfNobody":             scopesOfNobody,
	"TheOwnerCanCallThem":  scopesOfOwner,
	"ViewRefusesWrites":    scopesViewRefusesWrites,
	"InsertNamesItsSeller": scopesInsertNamesSeller,
	"InsertOfAnother'sID":  scopesInsertOfAnothersID,
	"SaveKeepsTheOwner":    scopesSaveKeepsOwner,
	"EveryRowIsOfAMethod":  scopesRows,
}

// newVictim makes a deal with all that the methods name.
func (w *world) newVictim(t *testing.T) *deal {
	t.Helper()
	d := w.newDeal(t)
	fixture.Fill(t, w, d.token(), fixture.Purchase(d.product)) // one without a licence
	w.fillCommunities(t, d)
	w.begin(t, d.of(), command(commandKey, "first"))
	w.finish(t, d.of(), commandKey, "done", []byte("first answer"))
	w.putTask(t, d.of(), ports.Task{ID: taskID, Done: 1, StartedAt: fixture.T0})
	return d
}

// dumpVictim is dump with the command's answer.
func (w *world) dumpVictim(t *testing.T, d *deal) string {
	t.Helper()
	was, fresh := w.begin(t, d.of(), command(commandKey, "first"))
	pass, old := read(t, w, ports.System, passOf(d.pass.Digest)), read(t, w, ports.System, passOf(d.old.Digest))
	return fmt.Sprintf("%scommand: %t %s\npasses: %+v %+v", w.dump(t, d.seller.ID), fresh, render(was), pass, old)
}

// names are strings that only what belongs to d holds.
func (d *deal) names() []string {
	return []string{
		string(d.seller.ID), string(d.product.ID), string(d.large.ID), string(d.deep.ID), string(d.given.ID), string(d.sale.ID),
		string(d.membership.ID), string(d.license.ID), string(d.license.Key),
		string(d.payment.ID), string(d.refund.ID), string(d.dispute.ID), string(d.seat.ID), d.payment.Key, d.seat.Email,
		string(d.mail.ID), d.mail.Cause, d.mail.To, d.mail.Subject, d.mail.Text,
		d.seller.Email, d.sale.Email, "first answer",
		string(d.connection.ID), d.connection.RemoteID, d.connection.Name, d.connection.Account, string(d.connection.AccountID),
		string(d.attachment.ID), string(d.claim.ID), d.claim.Email, string(d.claim.Subject), d.claim.Name, string(d.over.ID),
		string(d.grant.ID), string(d.grant.Subject), d.grant.Name, d.grant.MemberID, string(d.left.ID), blockedEmail, sealedSecret,
		string(d.application.ID), d.application.Name, string(d.webhook.ID), d.webhook.URL, string(d.waits.ID), d.waits.Subject, string(d.told.ID),
	}
}

// strangers calls every method as who, who has nothing of d's, one transaction
// each, and needs that nothing of d's is told or changed.
func (w *world) strangers(t *testing.T, who ports.Scope, want func(method) *domain.Error) {
	d := w.newVictim(t)
	before := w.dumpVictim(t, d)
	tried := 0
	var names []string
	w.update(t, w.of, func(_ context.Context, tx ports.Tx) error {
		names = nil
		eachMethod(t, tx, func(name string, _ method, _ func(context.Context, *deal) ([]any, error)) {
			names = append(names, name)
		})
		return nil
	})
	for _, name := range names {
		wanted := want(methods[name])
		if wanted == nil && who.IsSystem() {
			continue // the system may
		}
		tried++
		var results []any
		var refused error
		err := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			eachMethod(t, tx, func(n string, _ method, call func(context.Context, *deal) ([]any, error)) {
				if n == name {
					results, refused = call(ctx, d)
				}
			})
			return nil // and so keeps whatever was written
		})
		if refused == nil {
			refused = err
		}
		wantAnswer(t, name, d, results, refused, wanted, who)
		if after := w.dumpVictim(t, d); after != before {
			t.Errorf("%s changed what is another's: %s", name, diffText(after, before))
			before = after
		}
	}
	if tried < 20 {
		t.Errorf("only %d methods were tried", tried)
	}
	for _, e := range w.dispatched(t) {
		if e.SellerID == d.seller.ID {
			t.Errorf("a stranger made an event of the seller's: %+v", e)
		}
	}
}

// wantAnswer needs a method's answer to be a refusal, or to tell nothing of d.
// Where no seller asks, a refusal of the scope is as good as any other.
func wantAnswer(t *testing.T, name string, d *deal, results []any, err error, want *domain.Error, who ports.Scope) {
	t.Helper()
	_, isSeller := who.Seller()
	switch {
	case !isSeller && is(err, domain.ErrScope):
	case want == nil || want == nothing:
		// Not every stranger has a command to finish.
		if err != nil && want == nothing {
			t.Errorf("%s: got %v, want no error and nothing", name, err)
		}
	default:
		wantErr(t, name, err, want)
	}
	for _, r := range results {
		v := reflect.ValueOf(r)
		text := render(r)
		for _, s := range d.names() {
			if strings.Contains(text, s) {
				t.Errorf("%s tells a stranger %q: %s", name, s, text)
			}
		}
		empty := v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
		if want != nil && !empty {
			t.Errorf("%s answers %s, want nothing", name, text)
		}
	}
}

func scopesOfStranger(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t)) // somebody with things of her own
	w.strangers(t, w.of, func(m method) *domain.Error { return m.stranger })
	w.wantCount(t, "the stranger's own", w.facts(t, l.Key).Seen, 1, 1)
}

func scopesOfSystem(t *testing.T, w *world) {
	w.strangers(t, ports.System, func(m method) *domain.Error { return m.system })
}

func scopesOfNobody(t *testing.T, w *world) {
	w.strangers(t, ports.Scope{}, func(m method) *domain.Error { return m.nobody })
}

// scopesOfOwner shows that the rows are calls that work, so that what is
// refused above is refused for its scope.
func scopesOfOwner(t *testing.T, w *world) {
	d := w.newVictim(t)
	for _, who := range []ports.Scope{d.of(), ports.System} {
		w.update(t, who, func(ctx context.Context, tx ports.Tx) error {
			eachMethod(t, tx, func(name string, m method, call func(context.Context, *deal) ([]any, error)) {
				may := m.system == nil
				if !who.IsSystem() {
					may = !systemOnly(name)
				}
				if !may {
					return
				}
				if _, err := call(ctx, d); err != nil {
					t.Errorf("%s by whom it is for: %v", name, err)
				}
			})
			return nil
		})
	}
}

// scopesViewRefusesWrites calls, in a View, all that writes.
func scopesViewRefusesWrites(t *testing.T, w *world) {
	d := w.newVictim(t)
	before := w.dumpVictim(t, d)
	refused := 0
	for _, who := range []ports.Scope{d.of(), ports.System} {
		must(t, w.View(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			eachMethod(t, tx, func(name string, m method, call func(context.Context, *deal) ([]any, error)) {
				if _, err := call(ctx, d); m.writes && who.IsSystem() == systemOnly(name) {
					wantErr(t, name+" in a View", err, domain.ErrReadOnly)
					refused++
				}
			})
			return nil
		}))
	}
	if refused < 15 {
		t.Errorf("only %d methods refused", refused)
	}
	if after := w.dumpVictim(t, d); after != before {
		t.Errorf("a View changed something: %s", diffText(after, before))
	}
	if n := len(w.dispatched(t)); n != 0 {
		t.Errorf("a View left %d events", n)
	}
}

// scopesRows finds rows whose method is gone.
func scopesRows(t *testing.T, w *world) {
	known := map[string]bool{}
	must(t, w.View(t.Context(), w.of, func(_ context.Context, tx ports.Tx) error {
		eachMethod(t, tx, func(name string, _ method, _ func(context.Context, *deal) ([]any, error)) { known[name] = true })
		return nil
	}))
	for name := range methods {
		if !known[name] {
			t.Errorf("there is no method %s", name)
		}
	}
}
