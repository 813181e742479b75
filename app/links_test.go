package app_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

const pagesAt = "https://keys.example.com"

var joinLine = regexp.MustCompile(`(?m)^Join Discord: https://keys\.example\.com/d/([A-Za-z0-9_-]{43})$`)

// newServer is a post whose mails hold links, with a server that Ana has
// connected. Nobody is let into it: what a service answers is not asked here.
func newServer(t *testing.T, publicURL string) (*post, domain.Connection) {
	t.Helper()
	p := newPost(t)
	p.Usher = must(app.New(app.Config{
		Store: p.store, Clock: p.clock.now, Random: (&dice{drawn: 7 << 32}).fill, Charger: p.processor, Mailer: p.box, NoSweeps: true,
		Communities: map[domain.Service]ports.Community{domain.Discord: nil}, PublicURL: publicURL,
	}))
	server := fixture.Connection(domain.Seller{ID: p.seller}, fixture.Discord, func(c *domain.Connection) { c.Name = "Ana's Server" })
	fixture.Fill(t, p.store, server)
	return p, server
}

func (p *post) attach(to domain.Connection, product domain.Product, all bool) {
	p.t.Helper()
	must(p.Communities.Attach(p.t.Context(), p.seller, domain.Attachment{ConnectionID: to.ID, ProductID: product.ID, AllVariants: true}, all))
}

// linked returns the sale whose page a mail's link opens, and the seat by which
// that page lets somebody in.
func (p *post) linked(m domain.Mail) (domain.PurchaseID, domain.SeatID) {
	p.t.Helper()
	found := joinLine.FindStringSubmatch(m.Text)
	if found == nil {
		p.t.Fatalf("no link in\n%s", m.Text)
	}
	token := must(p.Tokens.Holder(p.t.Context(), found[1]))
	p.mails() // whoever has a seat since is let in
	sale := must(p.Access.SaleOf(p.t.Context(), token.State()))
	places := must(p.Access.Places(p.t.Context(), p.seller, sale, token.State().SeatID))
	if len(places) != 1 {
		p.t.Fatalf("the page of %s shows %+v", sale, places)
	}
	return sale, places[0].Claim.SeatID
}

// theMail is the only one of a subject.
func (p *post) theMail(subject string) domain.Mail {
	p.t.Helper()
	var found []domain.Mail
	for range 4 { // what one thing leads to is done after it
		for _, m := range p.mails() {
			if strings.HasPrefix(m.Subject, subject) {
				found = append(found, m)
			}
		}
	}
	if len(found) != 1 {
		p.t.Fatalf("%d mails about %q", len(found), subject)
	}
	return found[0]
}

func TestMails_leadToTheServer(t *testing.T) {
	t.Run("the receipt of a one-time sale", func(t *testing.T) {
		p, server := newServer(t, pagesAt)
		p.attach(server, p.pen, false)
		bought := must(p.buy(of(p.pen, 1), sandbox.Pays, "k"))
		if sale, _ := p.linked(p.theMail("Your receipt")); sale != bought.Purchase.ID {
			t.Errorf("it opens %s", sale)
		}
	})
	t.Run("the receipt of a team, and the invitation to a seat of it", func(t *testing.T) {
		p, server := newServer(t, pagesAt)
		p.attach(server, p.team, false)
		bought := must(p.buy(of(p.team, 2), sandbox.Pays, "k"))
		own := must(p.Memberships.Seats(t.Context(), p.seller, bought.Membership.ID))[0]
		if sale, seat := p.linked(p.theMail("Your receipt")); sale != bought.Purchase.ID || seat != own.ID {
			t.Errorf("it opens %s of %s", seat, sale)
		}
		cy := must(p.Memberships.Assign(t.Context(), p.seller, bought.Membership.ID, "cy@example.com"))
		invited := p.theMail("A seat of")
		must(p.Memberships.Claim(t.Context(), p.seller, cy.ID))
		if sale, seat := p.linked(invited); sale != bought.Purchase.ID || seat != cy.ID {
			t.Errorf("the invitation opens %s of %s", seat, sale)
		}
	})
	t.Run("the news that there is a server now", func(t *testing.T) {
		p, server := newServer(t, pagesAt)
		bought := must(p.buy(of(p.pen, 1), sandbox.Pays, "k"))
		if m := p.theMail("Your receipt"); strings.Contains(m.Text, "Discord") {
			t.Errorf("there is no server yet, and it says\n%s", m.Text)
		}
		p.clock.advance(time.Second)
		p.attach(server, p.pen, true)
		if sale, _ := p.linked(p.theMail("Join the Discord server")); sale != bought.Purchase.ID {
			t.Errorf("it opens %s", sale)
		}
	})
	t.Run("nobody who bought before", func(t *testing.T) {
		p, server := newServer(t, pagesAt)
		must(p.buy(of(p.pen, 1), sandbox.Pays, "k"))
		p.clock.advance(time.Second)
		p.attach(server, p.pen, false)
		if m := p.theMail("Your receipt"); strings.Contains(m.Text, "Discord") {
			t.Errorf("it says\n%s", m.Text)
		}
	})
	t.Run("no place that nobody has named", func(t *testing.T) {
		p, server := newServer(t, "")
		p.attach(server, p.pen, false)
		must(p.buy(of(p.pen, 1), sandbox.Pays, "k"))
		if m := p.theMail("Your receipt"); strings.Contains(m.Text, "/d/") || !strings.Contains(m.Text, "Ask the seller for the link") {
			t.Errorf("it says\n%s", m.Text)
		}
	})
}

func TestAccess_Link(t *testing.T) {
	p, _ := newServer(t, pagesAt)
	bought := must(p.buy(of(p.pen, 1), sandbox.Pays, "k"))
	first, second := must(p.Access.Link(t.Context(), p.seller, bought.Purchase.ID)), must(p.Access.Link(t.Context(), p.seller, bought.Purchase.ID))
	if first == second {
		t.Error("twice the same")
	}
	for _, link := range []string{first, second} {
		if secret, ours := strings.CutPrefix(link, pagesAt+"/d/"); !ours || !p.opens(secret, bought.Purchase.ID) {
			t.Errorf("%s does not open the sale", link)
		}
	}
	if _, err := p.Access.Link(t.Context(), p.seller, "nothing"); !errors.Is(err, domain.ErrPurchaseNotFound) {
		t.Errorf("to a sale that is not there: %v", err)
	}
	if _, err := p.Access.Link(t.Context(), "ben", bought.Purchase.ID); !errors.Is(err, domain.ErrPurchaseNotFound) {
		t.Errorf("to another seller's sale: %v", err)
	}
	nowhere, _ := newServer(t, "")
	if _, err := nowhere.Access.Link(t.Context(), nowhere.seller, "any"); !errors.Is(err, domain.ErrNotConfigured) {
		t.Errorf("where nobody has said where: %v", err)
	}
}
