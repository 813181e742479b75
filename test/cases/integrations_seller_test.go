package cases

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// conn returns the connection that an event is about: the one that it names, or
// else the seller's.
func (s *scene) conn(e happening) domain.Connection {
	s.Helper()
	if e.Connection != "" {
		return s.conns[e.Connection]
	}
	all := s.connectionsOf(cmp.Or(e.Seller, s.acts))
	for _, c := range all {
		if c.ClosedAt.IsZero() {
			return c
		}
	}
	return domain.Connection{}
}

func (s *scene) connectionsOf(of sellerRef) (all []domain.Connection) {
	s.Helper()
	s.view(ports.Seller(s.sellers[of].ID), func(ctx context.Context, tx ports.Tx) (err error) {
		all, err = tx.Connections.List(ctx, ports.Cursor{}, 1000)
		return err
	})
	return all
}

func (s *scene) attachment(product string) (a domain.Attachment, err error) {
	seller, id := s.product(product, "")
	standing, err := s.front.usher.Communities.Attachments(s.Context(), seller, id)
	if err == nil && len(standing) == 0 {
		err = errors.New("nothing is attached to " + product)
	}
	if err == nil {
		a = standing[0].Attachment
	}
	return a, err
}

// sellerDoes carries out what sellers do, and what a case does to the server.
func (s *scene) sellerDoes(e happening) error {
	ctx, u := s.Context(), s.front.usher
	seller := s.seller(e.Seller)
	switch e.Type {
	case "seller_starts_discord_connect":
		page := s.browser().signIn(seller)
		s.follow(page.link("Connect to Discord"))
		s.answered(page)
		return nil
	case "seller_saves_circle_token":
		offer, err := u.Communities.ConnectCircle(ctx, seller, *e.Token, string(e.Dialect))
		s.offer, s.choices = offer, offer.SpaceGroups
		return err
	case "seller_selects_community":
		offer, err := u.Communities.ChooseCommunity(ctx, seller, s.conn(e).ID, shownID(e.CommunityID))
		s.offer, s.choices = offer, offer.SpaceGroups
		return err
	case "seller_reads_connection":
		page := s.browser().signIn(seller)
		s.answered(page)
		conn, err := u.Communities.Get(ctx, seller, s.conn(e).ID)
		s.note(fmt.Sprintf("%+v", conn))
		return err
	case "seller_opens_attach_dialog":
		all, err := u.Communities.Choices(ctx, seller, s.conn(e).ID)
		s.choices = all
		return err
	case "seller_opens_product":
		of, product := s.product(e.Product, "")
		all, err := u.Communities.Attachments(ctx, of, product)
		for _, a := range all {
			s.note(fmt.Sprintf("%+v", a))
			s.said.says = cmp.Or(s.said.says, a.Warning)
		}
		return err
	case "seller_saves_attachment":
		return s.attaches(e, seller)
	case "seller_edits_attachment":
		a, err := s.attachment(e.Product)
		if err != nil {
			return err
		}
		a.Targets = ""
		if e.SpaceGroupID != 0 {
			a.Targets = domain.MakeTargets(domain.TargetID(shownID(e.SpaceGroupID)))
		}
		a.EndAction = ""
		_, err = u.Communities.Reattach(ctx, a.SellerID, a.ID, a, e.Backfill == "all")
		return err
	case "seller_removes_attachment":
		a, err := s.attachment(e.Product)
		if err != nil {
			return err
		}
		return u.Communities.Detach(ctx, a.SellerID, a.ID, domain.Leaving(cmp.Or(e.Members, "keep")))
	case "seller_replaces_server":
		a, err := s.attachment(e.Product)
		if err != nil {
			return err
		}
		to := s.conns[connectionRef(e.To)]
		made := domain.Attachment{ConnectionID: to.ID, ProductID: a.ProductID, AllVariants: a.AllVariants, Variants: a.Variants, EndAction: a.EndAction}
		if _, err := u.Communities.Attach(ctx, a.SellerID, made, true); err != nil {
			return err
		}
		return u.Communities.Detach(ctx, a.SellerID, a.ID, domain.Leaving(cmp.Or(e.Members, "keep")))
	case "seller_disconnects":
		return u.Communities.Disconnect(ctx, seller, s.conn(e).ID, domain.Leaving(cmp.Or(e.Members, "keep")), e.BotLeaves)
	case "seller_moves_bot_role_up":
		return nil
	case "health_check":
		return s.eachConnection(func(c domain.Connection) error {
			_, err := u.Communities.Check(ctx, c.SellerID, c.ID)
			return err
		})
	case "drift_check":
		return s.eachConnection(func(c domain.Connection) (err error) {
			s.drift, err = u.Communities.Compare(ctx, c.SellerID, c.ID, !ptr(e.DryRun, true))
			return err
		})
	case "drift_apply":
		return s.eachConnection(func(c domain.Connection) error { return u.Communities.Mend(ctx, c.SellerID, c.ID) })
	case "export":
		var b bytes.Buffer
		_, err := jsonl.Write(&b, u.Transfer.Export(ctx), jsonl.Options{WithKeys: true})
		s.keep(&s.exports, b.String())
		return err
	case "run_all_cases":
		return s.runAll()
	case "read_logs":
		for _, p := range s.procs {
			s.note(p.log.String())
		}
		return nil
	case "db_copy_secret":
		return s.copySecret(sellerRef(e.From), sellerRef(e.To))
	case "rotate_master_key":
		if err := s.keys.begin(2, false); err != nil {
			return err
		}
		if _, err := u.Communities.Rewrap(ctx); err != nil {
			return err
		}
		return s.keys.use(true)
	}
	return errors.New("nobody carries out " + string(e.Type))
}

// attaches saves the form of a product's page. What the page says at a field is
// the refusal.
func (s *scene) attaches(e happening, seller domain.SellerID) error {
	of := cmp.Or(e.Seller, s.acts)
	_, product := s.product(cmp.Or(e.Product, "P1"), of)
	form := url.Values{}
	if e.Body != nil {
		for _, m := range e.Body {
			form.Set(m.key, fmt.Sprint(m.value))
		}
	} else {
		n, err := s.front.usher.Communities.CurrentCustomers(s.Context(), seller, product)
		if err != nil {
			return err
		}
		s.preview = n
		form["role"] = e.Roles
		form.Set("connection", string(s.conn(e).ID))
		form.Set("customers", map[bool]string{true: "all", false: "new"}[e.Backfill == "all"])
	}
	b := s.browser()
	b.signIn(seller)
	form.Set("token", b.form)
	page := b.open(http.MethodPost, "/admin/products/"+string(product)+"/communities", form)
	s.answered(page)
	if m := fieldsets.FindStringSubmatch(page.text); m != nil && page.status >= http.StatusBadRequest {
		return &domain.Error{Kind: domain.Invalid, Code: domain.ErrInvalid.Code, Field: m[1], Msg: html.UnescapeString(m[2])}
	}
	return nil
}

// fieldsets finds what a form says at a field.
var fieldsets = regexp.MustCompile(`(?s)<fieldset id="([a-z_]+)">\s*<legend>[^<]*</legend>\s*<p class="says">(.*?)</p>`)

// eachConnection calls fn for every connection that is not closed.
func (s *scene) eachConnection(fn func(domain.Connection) error) error {
	for _, of := range []sellerRef{"S1", "S2"} {
		for _, c := range s.connectionsOf(of) {
			if !c.ClosedAt.IsZero() {
				continue
			}
			if err := fn(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// copySecret copies the sealed token of one seller into the row of the other.
func (s *scene) copySecret(from, to sellerRef) error {
	var sealed ports.Sealed
	s.view(ports.Seller(s.sellers[from].ID), func(ctx context.Context, tx ports.Tx) (err error) {
		sealed, err = tx.Connections.Secret(ctx, s.conn(happening{Seller: from}).ID)
		return err
	})
	id := s.conn(happening{Seller: to}).ID
	s.update(s.sellers[to].ID, func(ctx context.Context, tx ports.Tx) error { return tx.Connections.SetSecret(ctx, id, sealed) })
	return nil
}

// tellSeats has another system tell of so many seats: now, or from the next
// period on.
func (s *scene) tellSeats(m domain.MembershipState, n int, e happening) error {
	if cmp.Or(e.When, "now") == "period_end" {
		if e.EndsIn != 0 {
			s.periodEnds(m, s.clock.now().Add(time.Duration(e.EndsIn)))
		}
		s.update(m.SellerID, func(ctx context.Context, tx ports.Tx) error {
			kept, err := tx.Memberships.ByID(ctx, m.ID)
			if err != nil {
				return err
			}
			state := kept.State()
			state.Version++
			state.Pending = domain.PendingChange{Seats: n, Change: state.Version}
			return tx.Memberships.Save(ctx, domain.RestoreMembership(state))
		})
		return nil
	}
	s.update(m.SellerID, func(ctx context.Context, tx ports.Tx) error {
		kept, err := tx.Memberships.ByID(ctx, m.ID)
		if err != nil {
			return err
		}
		state := kept.State()
		state.Elsewhere, state.Method = true, ""
		return tx.Memberships.Save(ctx, domain.RestoreMembership(state))
	})
	_, err := s.front.usher.Memberships.Record(s.Context(), m.SellerID, m.ID, domain.Report{Kind: domain.ReportChanged, Seats: n}, "")
	return err
}

// refunds gives money of a sale back.
func (s *scene) refunds(p domain.PurchaseState, amount int64, keep bool) error {
	u := s.front.usher
	if keep {
		if err := u.Sales.KeepAccess(s.Context(), p.SellerID, p.ID); err != nil {
			return err
		}
	}
	_, err := u.Sales.Refund(s.Context(), p.SellerID, p.ID, amount)
	return err
}

// refusal is what a page says of an error.
func refusal(err error) string {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return strings.TrimSpace(e.Msg)
	}
	return err.Error()
}
