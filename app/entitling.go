package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const entitleKind = "entitle" // finds out who may be in because of one sale

// entitling are the events after which somebody else may use a sale than before.
// What exactly happened is not asked: the sale is read again.
var entitling = map[string]bool{}

func init() {
	for _, e := range []domain.Event{
		domain.PurchaseCompleted{}, domain.PurchaseRefunded{}, domain.PurchaseDisputed{}, domain.DisputeWon{},
		domain.PurchaseReaddressed{}, domain.PurchaseErased{}, domain.AccessRevoked{}, domain.AccessRestored{},
		domain.LicenseDisabled{}, domain.LicenseEnabled{},
		domain.MembershipStarted{}, domain.MembershipChanged{}, domain.ChangeApplied{}, domain.MembershipRenewed{},
		domain.MembershipRecovered{}, domain.MembershipResumed{}, domain.MembershipEnded{}, domain.MembershipRestarted{},
		domain.PeriodRefunded{}, domain.SeatClaimed{}, domain.SeatTakenBack{},
	} {
		entitling[e.EventName()] = true
	}
}

func entitleJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	return jobOf(entitleKind, row.Subject, id, row, 0), entitling[row.Name]
}

// entitle brings the claims of a sale in line with who uses it now, and those of
// what hangs on its money: what it gave, or included.
func (w *Worker) entitle(ctx context.Context, j ports.Job) ports.Done {
	seller, id := domain.SellerID(j.Lane), domain.PurchaseID(j.Payload)
	hanging, err := w.reclaim(ctx, seller, id, 0)
	for _, p := range hanging {
		if err == nil {
			_, err = w.reclaim(ctx, seller, p, 0)
		}
	}
	if err != nil && !errors.Is(err, domain.ErrPurchaseNotFound) {
		return w.failed(j, err)
	}
	return ports.Done{Job: j}
}

// reclaim is entitle for one sale; it returns what hangs on it. Who is concerned
// is looked at after that wait.
func (c *core) reclaim(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, wait time.Duration) (hanging []domain.PurchaseID, err error) {
	var any bool
	_, err = load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		hanging, any = nil, false
		r, err := readSale(ctx, tx, id)
		if err != nil {
			return struct{}{}, err
		}
		any = len(r.attached)+len(r.claims) > 0
		hanging, err = hangingOn(ctx, tx, r.facts)
		return struct{}{}, err
	})
	if err != nil || !any {
		return hanging, err
	}
	at := c.at()
	return hanging, c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		r, err := readSale(ctx, tx, id)
		if err != nil {
			return err
		}
		holders, err := r.holders(ctx, tx, at)
		if err != nil {
			return err
		}
		found := domain.Reclaim(r.facts.Purchase, r.seats, holders, r.attached, r.claims, func() domain.ClaimID { return domain.ClaimID(c.newID(at)) }, at)
		return c.keepClaims(ctx, tx, found, r.claims, wait, at)
	})
}

// sale is what decides who may be in because of one sale.
type sale struct {
	facts    domain.Facts
	payer    domain.PurchaseState
	seats    []domain.Seat
	attached []domain.Attachment
	claims   []domain.Claim
}

// readSale reads it. Of a sale that nothing is attached to, and that has no
// claims, the rest is left out.
func readSale(ctx context.Context, tx ports.Tx, id domain.PurchaseID) (r sale, err error) {
	return readOf(ctx, tx, id, false)
}

// readWhole reads it all.
func readWhole(ctx context.Context, tx ports.Tx, id domain.PurchaseID) (sale, error) {
	return readOf(ctx, tx, id, true)
}

func readOf(ctx context.Context, tx ports.Tx, id domain.PurchaseID, whole bool) (r sale, err error) {
	p, err := tx.Purchases.ByID(ctx, id)
	if err != nil {
		return r, err
	}
	r.facts.Purchase = p.State()
	if r.facts.Product, err = tx.Products.ByID(ctx, r.facts.Purchase.ProductID); err != nil {
		return r, err
	}
	if r.attached, err = tx.Attachments.ByProduct(ctx, r.facts.Product.ID); err != nil {
		return r, err
	}
	if r.claims, err = tx.Claims.ByPurchase(ctx, id); err != nil || !whole && len(r.attached)+len(r.claims) == 0 {
		return r, err
	}
	if m := r.facts.Purchase.MembershipID; m != "" {
		member, err := tx.Memberships.ByID(ctx, m)
		if err != nil && !errors.Is(err, domain.ErrMembershipNotFound) {
			return r, err
		}
		if err == nil {
			r.facts.Membership = member.State()
		}
		if r.seats, err = tx.Seats.ByPurchase(ctx, id); err != nil {
			return r, err
		}
	}
	l, err := tx.Licenses.ByPurchase(ctx, id, "")
	if err != nil && !errors.Is(err, domain.ErrLicenseNotFound) {
		return r, err
	}
	if err == nil {
		r.facts.License = l.State()
	}
	r.payer, err = payerOf(ctx, tx, r.facts.Purchase)
	return r, err
}

// payerOf returns the sale whose money paid for another, the zero value if that
// paid for itself: the giver's of a gift, the bundle's of what it included.
func payerOf(ctx context.Context, tx ports.Tx, p domain.PurchaseState) (payer domain.PurchaseState, err error) {
	for range 3 { // included in a bundle that was a gift
		of := p.GiftOf
		if of == "" {
			of = p.BundleOf
		}
		if of == "" {
			break
		}
		found, err := tx.Purchases.ByID(ctx, of)
		if errors.Is(err, domain.ErrPurchaseNotFound) {
			break // it came without, from an import
		}
		if err != nil {
			return payer, err
		}
		p = found.State()
		payer = p
	}
	return payer, nil
}

// hangingOn returns the sales whose money is that of f.
func hangingOn(ctx context.Context, tx ports.Tx, f domain.Facts) (ids []domain.PurchaseID, err error) {
	var found []domain.PurchaseState
	if f.Purchase.GiftGiven {
		if found, err = tx.Purchases.List(ctx, ports.PurchaseQuery{GiftOf: f.Purchase.ID}); err != nil {
			return nil, err
		}
	}
	if f.Product.Kind == domain.Bundle {
		included, err := tx.Purchases.List(ctx, ports.PurchaseQuery{BundleOf: f.Purchase.ID})
		if err != nil {
			return nil, err
		}
		found = append(found, included...)
	}
	for _, p := range found {
		ids = append(ids, p.ID)
	}
	return ids, nil
}

// holders returns who uses the sale at that instant.
func (r sale) holders(ctx context.Context, tx ports.Tx, at time.Time) ([]domain.Holder, error) {
	blocked := map[string]bool{}
	for _, h := range domain.Holders(r.facts, r.payer, r.seats, nil, at) {
		is, err := tx.Blocks.Has(ctx, h.Email)
		if err != nil {
			return nil, err
		}
		blocked[h.Email] = is
	}
	return domain.Holders(r.facts, r.payer, r.seats, func(email string) bool { return blocked[email] }, at), nil
}

// keepClaims keeps new and changed claims, and has everybody looked at whom they
// touch. What somebody could not be let in for is tried again when they may be
// in anew. were are the claims as they stood.
func (c *core) keepClaims(ctx context.Context, tx ports.Tx, found domain.Reclaimed, were []domain.Claim, wait time.Duration, at time.Time) error {
	for _, claim := range found.New {
		if err := tx.Claims.Insert(ctx, claim); err != nil {
			return err
		}
	}
	for _, claim := range found.Changed {
		if err := tx.Claims.Save(ctx, claim); err != nil {
			return err
		}
	}
	events, err := c.sendAway(ctx, tx, found.Changed, were, at)
	if err != nil {
		return err
	}
	events = append(events, found.Events...)
	for _, claim := range slices.Concat(found.New, found.Changed) {
		for _, who := range claim.Touches() {
			due, err := c.lookAtPerson(ctx, tx, claim, who, nil, at)
			if err != nil {
				return err
			}
			due.DueAt = at.Add(wait)
			events = append(events, due)
		}
	}
	return c.emit(ctx, tx, at, events...)
}

// sendAway has those leave whom a live claim was about and is no longer: an
// address that was changed again before it was in. Its invitation may be on its
// way at this moment.
func (c *core) sendAway(ctx context.Context, tx ports.Tx, changed, were []domain.Claim, at time.Time) (events []domain.Event, err error) {
	for _, is := range changed {
		i := slices.IndexFunc(were, func(was domain.Claim) bool { return was.ID == is.ID })
		if i < 0 || !were[i].Live() {
			continue
		}
		for _, who := range were[i].Touches() {
			if slices.Contains(is.Touches(), who) {
				continue
			}
			by := is.EndAction
			if by == domain.EndNone {
				by = is.Service.DefaultEnd()
			}
			due, err := c.lookAtPerson(ctx, tx, is, who, func(g *domain.Grant) { g.Leave(by, at) }, at)
			if err != nil {
				return nil, err
			}
			events = append(events, due)
		}
	}
	return events, nil
}

// lookAtPerson makes sure that there is a grant of whom a claim touches, changes
// it, if there is something to change, and returns the event that has them looked
// at. What somebody could not be let in for is tried again.
func (c *core) lookAtPerson(ctx context.Context, tx ports.Tx, claim domain.Claim, who domain.Subject, change func(*domain.Grant), at time.Time) (domain.AccessDue, error) {
	g, err := tx.Grants.BySubject(ctx, claim.ConnectionID, who)
	fresh := errors.Is(err, domain.ErrGrantNotFound)
	if fresh {
		conn := domain.Connection{ID: claim.ConnectionID, SellerID: claim.SellerID}
		g, err = domain.NewGrant(domain.GrantID(c.newID(at)), conn, who, at), nil
	}
	if err != nil {
		return domain.AccessDue{}, err
	}
	was := g.State().Version
	if claim.Live() && g.State().Party == domain.NobodyCan {
		g.Mended()
	}
	if change != nil {
		change(g)
	}
	switch {
	case fresh:
		err = tx.Grants.Insert(ctx, g)
	case g.State().Version != was:
		err = tx.Grants.Save(ctx, g, was)
	}
	return domain.AccessDue{GrantID: g.State().ID, ConnectionID: claim.ConnectionID, Service: claim.Service, DueAt: at, At: at}, err
}
