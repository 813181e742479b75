package app_test

import (
	"errors"
	"regexp"
	"testing"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// codeIn returns the code of the only invitation among mails.
func codeIn(t *testing.T, mails []domain.Mail) string {
	t.Helper()
	var codes []string
	for _, m := range mails {
		if found := regexp.MustCompile(`(?m)^Your invitation code, good for seven days:\n(.{43})$`).FindStringSubmatch(m.Text); found != nil {
			codes = append(codes, found[1])
		}
	}
	if len(codes) != 1 {
		t.Fatalf("there are %d invitations in %+v", len(codes), mails)
	}
	return codes[0]
}

// team3 is a membership of three seats, whose first is the buyer's.
func (p *post) team3() domain.MembershipID {
	p.t.Helper()
	id := must(p.buy(of(p.team, 3), sandbox.Pays, "k1")).Membership.ID
	p.one()
	return id
}

func TestInvitations(t *testing.T) {
	p := newPost(t)
	id := p.team3()
	seat := must(p.Memberships.Assign(t.Context(), p.seller, id, " Cy@Example.com"))
	m := p.one()
	if m.To != "cy@example.com" || m.Subject != "A seat of "+p.team.Name+" is waiting for you" {
		t.Errorf("the mail is %+v", m)
	}
	code := codeIn(t, []domain.Mail{m})
	want := "Bo invites you to a seat of " + p.team.Name + ".\n\nYour invitation code, good for seven days:\n" + code +
		"\n\nIt is yours alone. If you did not expect it, there is nothing to do.\n\nQuestions? Write to Ana, ana@example.com.\n"
	if m.Text != want {
		t.Errorf("it reads:\n%s\nwant:\n%s", m.Text, want)
	}
	for range 2 { // twice is once
		claimed := must(p.Memberships.ClaimWith(t.Context(), code))
		if claimed.ID != seat.ID || claimed.Status != domain.SeatActive || !claimed.ClaimedAt.Equal(p.clock.now()) {
			t.Errorf("the seat is %+v", claimed)
		}
	}
	p.mails()
	var names []string
	for _, e := range p.heard[len(p.heard)-3:] {
		names = append(names, e.Name)
	}
	if names[0] != "seat.invited" || names[1] != "notice" || names[2] != "seat.claimed" {
		t.Errorf("what happened last is %q", names)
	}
	if _, err := p.Memberships.Assign(t.Context(), p.seller, id, "cy@example.com"); !errors.Is(err, domain.ErrSeatTaken) {
		t.Errorf("again to the same address: %v", err)
	}
	if _, err := p.Memberships.Assign(t.Context(), p.seller, id, "bo@example.com"); !errors.Is(err, domain.ErrSeatTaken) {
		t.Errorf("to the buyer, who has the first seat: %v", err)
	}
	if got := p.mails(); len(got) > 0 {
		t.Errorf("who was not assigned is told: %+v", got)
	}
}

// An invitation that is sent again is another one, at the same instant too, and
// both let the seat be claimed.
func TestInvitations_again(t *testing.T) {
	p := newPost(t)
	outbox := mail.NewOutbox(p.store)
	p.Usher = p.process(outbox)
	id := must(p.buy(of(p.team, 3), sandbox.Pays, "k1")).Membership.ID
	seat := must(p.Memberships.Assign(t.Context(), p.seller, id, "cy@example.com"))
	p.mails()
	if again := must(p.Memberships.ResendInvite(t.Context(), p.seller, seat.ID)); again != seat {
		t.Errorf("the seat is %+v", again)
	}
	p.mails()
	kept := must(p.Mails.List(t.Context(), p.seller, ports.Cursor{}, 10))
	if len(kept) != 3 {
		t.Fatalf("%d mails are kept: %+v", len(kept), kept)
	}
	var codes []string
	for _, m := range kept {
		if m.To == "cy@example.com" {
			codes = append(codes, codeIn(t, []domain.Mail{m}))
		}
	}
	if len(codes) != 2 {
		t.Fatalf("there are %d invitations", len(codes))
	}
	if codes[0] == codes[1] {
		t.Error("both have the same code")
	}
	for _, code := range codes {
		if got, err := p.Memberships.ClaimWith(t.Context(), code); err != nil || got.ID != seat.ID {
			t.Errorf("it claims %+v, %v", got, err)
		}
	}
	if _, err := p.Memberships.ResendInvite(t.Context(), p.seller, seat.ID); !errors.Is(err, domain.ErrSeatClaimed) {
		t.Errorf("of a claimed seat: %v", err)
	}
	must(p.Memberships.Revoke(t.Context(), p.seller, seat.ID))
	if _, err := p.Memberships.ResendInvite(t.Context(), p.seller, seat.ID); !errors.Is(err, domain.ErrSeatRevoked) {
		t.Errorf("of one that was taken back: %v", err)
	}
	if _, err := p.Memberships.ResendInvite(t.Context(), p.seller, "nothing"); !errors.Is(err, domain.ErrSeatNotFound) {
		t.Errorf("of none: %v", err)
	}
	if _, err := p.Memberships.ClaimWith(t.Context(), codes[0]); !errors.Is(err, domain.ErrSeatRevoked) {
		t.Errorf("an invitation to a seat that was taken back: %v", err)
	}
}

func TestClaimWith_refuses(t *testing.T) {
	p := newPost(t)
	bought := must(p.buy(of(p.team, 3), sandbox.Pays, "k1"))
	seller, _, err := p.Tokens.Create(t.Context(), p.seller, "mine", domain.Scopes(domain.AccountScope))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, secret string }{
		{"nothing", ""}, {"what nobody has", "aaaa"}, {"a seller's token", seller}, {"the buyer's token", bought.AccessToken},
	} {
		if row.secret == "" && row.name != "nothing" {
			t.Fatalf("there is no secret of %s", row.name)
		}
		if _, err := p.Memberships.ClaimWith(t.Context(), row.secret); !errors.Is(err, domain.ErrUnauthenticated) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

// Nobody is invited to a seat that has its holder, or has none any more.
func TestInvitations_late(t *testing.T) {
	p := newPost(t)
	id := p.team3()
	claimed := must(p.Memberships.Assign(t.Context(), p.seller, id, "cy@example.com"))
	revoked := must(p.Memberships.Assign(t.Context(), p.seller, id, "di@example.com"))
	must(p.Memberships.Claim(t.Context(), p.seller, claimed.ID))
	must(p.Memberships.Revoke(t.Context(), p.seller, revoked.ID))
	if got := p.mails(); len(got) > 0 {
		t.Errorf("they are told: %+v", got)
	}
}

func TestMemberships_SetMethod(t *testing.T) {
	p := newPost(t)
	id := p.team3()
	done := must(p.Memberships.SetMethod(t.Context(), p.seller, id, "pm_next"))
	if done.Result != domain.Applied || done.Membership.Method != "pm_next" {
		t.Errorf("it came to %+v", done)
	}
	if kept := must(p.Memberships.Get(t.Context(), p.seller, id)); kept != done.Membership {
		t.Errorf("what is kept is %+v", kept)
	}
	if _, err := p.Memberships.SetMethod(t.Context(), p.seller, id, ""); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("nothing pays: %v", err)
	}
}
