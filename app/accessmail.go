package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// troubled is what there is to tell of a community, and of whom.
type troubled struct {
	domain.Notice
	cause   domain.Cause
	detail  string
	seller  domain.Seller
	conn    domain.Connection
	claim   domain.Claim   // the zero value: it is about the connection as a whole
	product domain.Product // of the claim
	page    string         // of who uses the claim's sale; empty: it is not needed, or nobody has said where pages are
}

// tellOfCommunity tells of trouble with a community, if it is still so.
func (w *Worker) tellOfCommunity(ctx context.Context, seller domain.SellerID, n domain.Notice) error {
	at := w.at()
	t, err := load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (troubled, error) { return readTroubled(ctx, tx, seller, n) })
	if errors.Is(err, domain.ErrClaimNotFound) || errors.Is(err, domain.ErrConnectionNotFound) {
		return nil // it is gone
	}
	if err != nil || !t.wanted() {
		return err
	}
	to := t.seller.Email
	if n.To == domain.HolderReads {
		to = t.claim.Email
	}
	if n.To == domain.HolderReads && t.conn.Service == domain.Discord {
		if t.page, err = w.pageOf(ctx, seller, t.claim.PurchaseID, t.claim.SeatID, at); err != nil {
			return err
		}
	}
	subject, text := t.written()
	m := domain.Mail{ID: domain.MailID(w.newID(at)), SellerID: seller, Cause: n.Cause, To: to, Subject: subject, Text: text, CreatedAt: at}
	if n.ClaimID == "" || t.claim.Forget {
		return w.send(ctx, m)
	}
	return w.sendOf(ctx, m, t.erased)
}

// erased reports whether whom it is about is being forgotten, or was.
func (t troubled) erased(ctx context.Context, tx ports.Tx) (bool, error) {
	is, err := tx.Claims.ByID(ctx, t.ClaimID)
	if errors.Is(err, domain.ErrClaimNotFound) {
		return true, nil
	}
	return is.Forget, err
}

func readTroubled(ctx context.Context, tx ports.Tx, seller domain.SellerID, n domain.Notice) (t troubled, err error) {
	t.Notice, t.detail = n, n.Text
	t.cause = domain.Cause(strings.Split(n.Cause, ":")[1])
	if t.seller, err = tx.Sellers.ByID(ctx, seller); err != nil {
		return t, err
	}
	if t.conn, err = tx.Connections.ByID(ctx, n.ConnectionID); err != nil || n.ClaimID == "" {
		return t, err
	}
	if t.claim, err = tx.Claims.ByID(ctx, n.ClaimID); err != nil {
		return t, err
	}
	t.product, err = tx.Products.ByID(ctx, t.claim.ProductID)
	return t, err
}

// wanted reports whether there is still something to tell: nothing to who is
// being forgotten, not that somebody should join who has, nor of a community that
// is not connected any more.
func (t troubled) wanted() bool {
	if t.To == domain.HolderReads && t.claim.Forget {
		return false
	}
	if t.cause == domain.CauseJoinLink {
		return t.claim.State == domain.ClaimWaiting
	}
	return t.conn.ClosedAt.IsZero()
}

// place names the community.
func (t troubled) place() string {
	if t.conn.Service == domain.Discord {
		return "the Discord server " + oneLine(t.conn.Name)
	}
	return "the Circle community " + oneLine(t.conn.Name)
}

// person names who it is about, for their seller.
func (t troubled) person() string {
	if t.claim.ID == "" || t.claim.Forget {
		return "a customer"
	}
	who := t.claim.Email
	if t.claim.Name != "" {
		who += " (" + oneLine(t.claim.Name) + " at " + serviceName[t.conn.Service] + ")"
	}
	return who
}

var serviceName = map[domain.Service]string{domain.Circle: "Circle", domain.Discord: "Discord"}

func (t troubled) written() (subject, text string) {
	var s sheet
	switch {
	case t.cause == domain.CauseJoinLink:
		subject = "Join " + t.place()
		s.say("What you have of "+oneLine(t.product.Name)+" comes with access to "+t.place()+".", "Press Join Discord on your purchase's page to get in.")
	case t.To == domain.HolderReads:
		subject = "Your access to " + t.place()
		s.say("You have access to "+t.place()+" through "+oneLine(t.product.Name)+", and could not be let in.", customerWords(t.cause))
	default:
		subject = t.sellerSubject()
		s.say(t.sellerWords()...)
	}
	if t.To == domain.HolderReads {
		if t.page != "" {
			s.say("Join Discord: " + t.page)
		}
		s.say("", "Questions? Write to "+oneLine(t.seller.Name)+", "+t.seller.Email+".")
	}
	return subject, s.String()
}

func customerWords(c domain.Cause) string {
	switch c {
	case domain.CauseEmailInvalid:
		return "Your e-mail address was refused there. Please give another one on your purchase's page."
	case domain.CauseTooManyServers:
		return "Your Discord account is in as many servers as it may be. Leave a server, and press Join Discord again."
	case domain.CauseBanned:
		return "Your account is banned there. Please write to the seller."
	}
	return "Please press Join Discord on your purchase's page again."
}

func (t troubled) sellerSubject() string {
	switch t.cause {
	case domain.CauseRoleOrder, domain.CauseMissingPermission, domain.CauseRemovalRefused:
		if t.conn.Service == domain.Discord {
			return "We could not remove a member from your Discord server"
		}
		return "We could not remove a member from your Circle community"
	case domain.CauseQuotaLow:
		return "Most of this month's calls to your Circle community are used"
	}
	return "Something needs your attention in " + t.place()
}

// sellerWords say what is wrong, of whom and where, and how to mend it.
func (t troubled) sellerWords() []string {
	from := ""
	if t.claim.ID != "" {
		from = " It was about " + t.person() + ", who has access through " + oneLine(t.product.Name) + "."
	}
	fix, known := sellerFixes[t.cause]
	if !known {
		fix = sellerFixes[domain.CauseRefused]
	}
	if strings.Contains(fix, "%s") {
		what := t.detail
		if what == "" {
			what = "a permission"
		}
		fix = fmt.Sprintf(fix, what)
	}
	return []string{"In " + t.place() + ": " + fix + from, "It goes on by itself once that is mended; to have it looked at now, choose “Check again”."}
}

// sellerFixes say of each cause what is wrong and what to do, in two sentences.
var sellerFixes = map[domain.Cause]string{
	domain.CauseRoleOrder:         "the role of the usher bot is not above the highest role of a member who is to be removed. Move the bot's role up in the server's settings, or remove the member within Discord.",
	domain.CauseMissingPermission: "the usher bot lacks %s. Give its role that permission in the server's settings.",
	domain.CauseRoleRefused:       "a customer came in, but could not be given a role: it stands above the role of the usher bot, or the bot may not manage roles. Move the bot's role up in the server's settings.",
	domain.CauseBotMissing:        "the usher bot is not in the server any more. Connect the server again.",
	domain.CauseTokenInvalid:      "Circle does not accept the API token any more. Enter a new one.",
	domain.CauseSecretUnreadable:  "the stored API token cannot be read. Enter it again.",
	domain.CausePlan:              "the community's plan has no API access. Change the plan at Circle, or use a token of the older API.",
	domain.CauseServerFull:        "the server has no place left. Ask Discord for more, or remove members.",
	domain.CauseMemberLimit:       "the community's plan has no place left for another member. Change the plan at Circle.",
	domain.CauseTargetMissing:     "the space group or role that customers are given is gone. Choose another one in the product's integrations.",
	domain.CauseQuotaLow:          "four fifths of the calls that its plan allows this month are used. Invitations and removals go on; comparisons wait for the next month.",
	domain.CauseRemovalRefused:    "a member could not be removed; the service gave no reason that can be mended from here. Remove the member there.",
	domain.CauseGaveUp:            "something was tried for three days and did not work.",
	domain.CauseRemovedOutside:    "somebody was taken out by hand. Choose whether to invite them again.",
	domain.CauseRefused:           "a request was refused.",
}
