package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Joined is how a join went.
type Joined struct {
	Claim     domain.Claim
	SellerID  domain.SellerID
	Community string
	Says      string // "You've been added to the Discord server #NAME!"
}

// joinWithin is how long a join lasts at most: then somebody looks after what it
// left behind.
const joinWithin = time.Minute

// What customers read.
const (
	saysJoinFailed    = "Could not join the Discord server, please try again."
	saysJoinCancelled = "You cancelled in Discord. You can join any time from this page."
	saysAcceptRules   = " Open Discord and accept the server's rules to take part."
	saysEnded         = "What you bought has ended, and with it the access to the Discord server."
	saysToldSeller    = "You could not be let in. We have told the seller."
)

// StartJoin makes the state of a customer's authorization for this browser and
// returns the address of Discord's page; browser is the secret of its cookie.
// another says that the account that has the claim is to be replaced. A claim
// that gives no access any more is [domain.ErrNoAccess].
func (a *Access) StartJoin(ctx context.Context, seller domain.SellerID, id domain.ClaimID, browser string, another bool) (url string, err error) {
	if a.discord == nil {
		return "", domain.ErrNotConfigured
	}
	claim, err := load(ctx, a.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Claim, error) { return tx.Claims.ByID(ctx, id) })
	switch {
	case err != nil:
		return "", err
	case claim.Service != domain.Discord:
		return "", domain.ErrClaimNotFound
	case !claim.Live():
		return "", domain.ErrNoAccess
	}
	kind := domain.PassJoin
	if another {
		kind = domain.PassSwitch
	}
	return a.authorize(ctx, kind, seller, id, browser)
}

// authorize makes the state of an authorization, and the address that takes it.
func (c *core) authorize(ctx context.Context, kind domain.PassKind, seller domain.SellerID, claim domain.ClaimID, browser string) (url string, err error) {
	if browser == "" {
		return "", domain.InvalidField("browser", "has no cookie")
	}
	state := c.newSecret()
	p := domain.NewPass(kind, state, seller, c.machine())
	p.ClaimID, p.Browser = claim, domain.DigestOf(browser)
	err = c.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error { return tx.Passes.Insert(ctx, p) })
	return c.discord.AuthorizeURL(kind, state, verifierOf(state, browser)), err
}

// verifierOf is the PKCE verifier of a state: whoever has the browser's cookie
// makes it anew, so it is kept nowhere.
func verifierOf(state, browser string) string {
	sum := sha256.Sum256([]byte("pkce\x00" + state + "\x00" + browser))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// usePass uses a pass of one of the kinds up.
func (c *core) usePass(ctx context.Context, secret, browser string, kinds ...domain.PassKind) (used domain.Pass, err error) {
	at := c.machine()
	err = c.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Passes.ByDigest(ctx, domain.DigestOf(secret))
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			if used, err = p.Use(kind, domain.DigestOf(browser), at); err == nil || !errors.Is(err, domain.ErrPassNotFound) {
				break
			}
		}
		if err != nil {
			return err
		}
		return tx.Passes.Save(ctx, used)
	})
	return used, err
}

// FinishJoin lets in who came back from Discord, with the consent that they
// gave. Its errors are for the customer to read. The state must be of this
// browser, [domain.ErrPassNotFound] or [domain.ErrPassSpent] else; a claim that
// another account has is [domain.ErrAccountBound], unless the join was started to
// replace it. Also with an error, Joined says what the state was for, if that is
// known.
func (a *Access) FinishJoin(ctx context.Context, browser string, back Callback) (Joined, error) {
	if a.discord == nil {
		return Joined{}, domain.ErrNotConfigured
	}
	pass, err := a.usePass(ctx, back.State, browser, domain.PassJoin, domain.PassSwitch)
	if err != nil {
		return Joined{}, err
	}
	j := Joined{SellerID: pass.SellerID}
	if err := a.readJoined(ctx, &j, pass.ClaimID); err != nil {
		return j, err
	}
	switch {
	case !j.Claim.Live():
		return j, refused(domain.ErrNoAccess, saysEnded)
	case back.Error != "" || back.Code == "":
		return j, refused(domain.ErrCommunityRefused, saysJoinCancelled)
	}
	consent, err := a.discord.Exchange(ctx, back.Code, verifierOf(back.State, browser))
	if err != nil {
		return j, a.joinFailed(ctx, troubleOf(err))
	}
	account, err := a.discord.WhoIs(ctx, consent.Token)
	if err != nil {
		return j, a.joinFailed(ctx, troubleOf(err))
	}
	return a.join(ctx, j, account, consent.Token, pass.Kind == domain.PassSwitch)
}

// joinFailed says what became of a join that did not come to the server.
func (c *core) joinFailed(ctx context.Context, t *domain.Trouble) error {
	if t.Party == domain.OperatorActs {
		c.warnOperator(ctx, t)
	}
	return refused(domain.ErrCommunityRefused.Because(t), saysJoinFailed)
}

// refused is a refusal in the words of a page.
func refused(e *domain.Error, says string) error {
	c := *e
	c.Msg = says
	return &c
}

func (c *core) readJoined(ctx context.Context, j *Joined, id domain.ClaimID) error {
	_, err := load(ctx, c, j.SellerID, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		claim, err := tx.Claims.ByID(ctx, id)
		if err != nil {
			return struct{}{}, err
		}
		conn, err := tx.Connections.ByID(ctx, claim.ConnectionID)
		j.Claim, j.Community = claim, conn.Name
		return struct{}{}, err
	})
	return err
}

// join binds the account, lets it in, and gives the claim back if it was not.
func (a *Access) join(ctx context.Context, j Joined, account ports.Account, proof ports.Proof, another bool) (Joined, error) {
	before, grant, err := a.bind(ctx, j, account, another)
	if err != nil {
		if e, ok := errors.AsType[*domain.Error](err); ok && errors.Is(err, domain.ErrAccountBound) {
			err = refused(e, "Your access is already used by "+e.About+". To use another account, choose “Use another Discord account”.")
		}
		return j, err
	}
	r := run{core: a.core, seller: j.SellerID, id: grant, proof: proof}
	if err = r.bring(ctx); errors.Is(err, domain.ErrMoved) {
		r = run{core: a.core, seller: j.SellerID, id: grant, proof: proof}
		err = r.bring(ctx)
	}
	if err != nil {
		return j, err
	}
	if r.grant.In && r.found { // what was so before nobody may have told us
		err = a.readJoined(ctx, &j, j.Claim.ID)
		j.Says = "You've been added to the Discord server #" + j.Community + "!"
		if r.pending {
			j.Says += saysAcceptRules
		}
		return j, err
	}
	if r.trouble == nil || !r.trouble.Lost { // what has no answer is looked at first
		if err := a.unbind(ctx, j.SellerID, before); err != nil {
			return j, err
		}
	}
	if err := a.readJoined(ctx, &j, j.Claim.ID); err != nil {
		return j, err
	}
	says := saysJoinFailed
	if s := saysOf(r.grant.Cause, r.conn.Name); s != "" {
		says = s
	} else if r.grant.Party == domain.SellerActs || r.conn.Paused() {
		says = saysToldSeller
	}
	return j, refused(domain.ErrCommunityRefused, says)
}

// saysOf tells a customer what stands in their way; empty: nothing of theirs.
func saysOf(c domain.Cause, community string) string {
	switch c {
	case domain.CauseTooManyServers:
		return "Your Discord account is in as many servers as it may be. Please leave a server and try again."
	case domain.CauseBanned:
		return "The Discord server #" + community + " has banned this account. Please ask the seller."
	case domain.CauseAccountLimited:
		return "Discord limits this account at the moment. Please look into your account at Discord and try again."
	case domain.CauseServerFull:
		return "The Discord server #" + community + " is full. We have told the seller."
	}
	return ""
}
