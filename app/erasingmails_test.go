package app_test

import (
	"context"
	"slices"
	"testing"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/ports/portsmock"
)

// kept are the mails that are kept, by whom they are to.
func (p *post) kept() (to []string) {
	p.t.Helper()
	err := p.store.View(p.t.Context(), ports.Seller(p.seller), func(ctx context.Context, tx ports.Tx) error {
		to = nil
		all, err := tx.Mails.List(ctx, ports.Cursor{}, 100)
		for _, m := range all {
			to = append(to, m.To)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	slices.Sort(to)
	return to
}

func (p *post) keeps(when string, want ...string) {
	p.t.Helper()
	if got := p.kept(); !slices.Equal(got, want) {
		p.t.Errorf("%s there are mails to %v, want %v", when, got, want)
	}
}

// sells sells a team to Bo, who invites Cy, and a pen to somebody whose address
// holds Bo's.
func (p *post) sells() {
	p.t.Helper()
	team := of(p.team, 3)
	bought := must(p.buy(team, sandbox.Pays, "bo"))
	must(p.Memberships.Assign(p.t.Context(), p.seller, bought.Membership.ID, "cy@example.com"))
	must(p.Sales.Record(p.t.Context(), p.seller, "", domain.PurchaseState{ProductID: p.pen.ID, Email: "jumbo@example.com"}))
}

func TestErase_mails(t *testing.T) {
	p := newPost(t)
	p.Usher = p.process(mail.NewOutbox(p.store))
	p.sells()
	p.mails()
	p.keeps("before it", "bo@example.com", "cy@example.com", "jumbo@example.com")
	for _, when := range []string{"after it", "after a second time"} {
		if err := p.Access.Erase(t.Context(), p.seller, "Bo@example.com"); err != nil {
			t.Fatal(err)
		}
		p.keeps(when, "jumbo@example.com")
		p.done = nil
		p.mails()
		p.keeps("and what was due was done "+when, "jumbo@example.com")
		for _, d := range p.done {
			if d.Outcome == ports.Retry || d.Outcome == ports.Dead {
				t.Errorf("a job failed: %+v", d)
			}
		}
	}
}

// A mail that was being written while its reader was erased is not kept.
func TestErase_mailsOnTheirWay(t *testing.T) {
	p := newPost(t)
	out := mail.NewOutbox(p.store)
	erased := false
	p.Usher = p.process(&portsmock.MailerMock{SendFunc: func(ctx context.Context, m domain.Mail) error {
		if m.To == "bo@example.com" && !erased {
			erased = true
			if err := p.Access.Erase(context.WithoutCancel(ctx), p.seller, m.To); err != nil {
				return err
			}
		}
		return out.Send(ctx, m)
	}})
	p.sells()
	p.mails()
	if !erased {
		t.Fatal("nobody was erased")
	}
	p.keeps("after it", "jumbo@example.com")
}
