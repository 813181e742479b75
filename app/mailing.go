package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const mailKind = "mail" // tells somebody of something

// mailJob is the job that a notice asks for. It holds what the notice holds:
// ids, never an address or a key.
func mailJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var n domain.Notice
	ok := read(row, &n)
	j := jobOf(mailKind, string(row.ID), id, row, 0)
	j.Payload, j.DueAt = row.Payload, domain.Later(row.At, n.TellAt)
	return j, ok
}

// mail hands the mail of a notice on. A process that dies in between leaves it
// to another, so the mailer may be handed the same cause twice.
func (w *Worker) mail(ctx context.Context, j ports.Job) ports.Done {
	var n domain.Notice
	err := json.Unmarshal([]byte(j.Payload), &n)
	if err == nil {
		err = w.tell(ctx, domain.SellerID(j.Lane), n)
	}
	if err != nil {
		return w.failed(j, err)
	}
	return ports.Done{Job: j}
}

// tell tells of a notice, if there is still something to tell and somebody to
// tell it to.
func (w *Worker) tell(ctx context.Context, seller domain.SellerID, n domain.Notice) error {
	if n.ConnectionID != "" {
		return w.tellOfCommunity(ctx, seller, n)
	}
	at := w.at()
	a, err := load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (about, error) { return w.about(ctx, tx, seller, n, at) })
	if errors.Is(err, domain.ErrPurchaseNotFound) || errors.Is(err, domain.ErrSeatNotFound) {
		return nil // it is gone
	}
	if err != nil || a.address() == "" || !a.wanted(at) { // who was erased has none
		return err
	}
	if n.To == domain.SeatReads {
		if a.code, err = w.invite(ctx, a.seat, at); err != nil {
			return err
		}
	}
	if err := w.openPages(ctx, &a, at); err != nil {
		return err
	}
	subject, text := a.written(at)
	m := domain.Mail{ID: domain.MailID(w.newID(at)), SellerID: seller, Cause: a.cause(), To: a.address(), Subject: subject, Text: text, CreatedAt: at}
	if err := w.sendOf(ctx, m, a.erased); err != nil || !a.ofPrice() {
		return err
	}
	return w.priceTold(ctx, a.member)
}

// sendOf hands a mail on about somebody who may be erased meanwhile: then it is
// not kept, since the erasure may have looked through the mails before.
func (w *Worker) sendOf(ctx context.Context, m domain.Mail, erased func(context.Context, ports.Tx) (bool, error)) error {
	if err := w.send(ctx, m); err != nil {
		return err
	}
	gone, err := load(ctx, w.core, m.SellerID, erased)
	if err != nil || !gone {
		return err
	}
	return w.forgetMail(ctx, m.SellerID, m.ID)
}

// erased reports whether who reads the mail, or whom it names, is not who they
// were when a was read.
func (a about) erased(ctx context.Context, tx ports.Tx) (bool, error) {
	is := a
	p, err := tx.Purchases.ByID(ctx, a.PurchaseID)
	if err == nil {
		is.sale = p.State()
		if a.To == domain.SeatReads {
			is.seat, err = tx.Seats.ByID(ctx, a.SeatID)
		}
	}
	if errors.Is(err, domain.ErrPurchaseNotFound) || errors.Is(err, domain.ErrSeatNotFound) {
		return true, nil
	}
	return is.address() != a.address() || is.sale.Email != a.sale.Email || is.sale.FullName != a.sale.FullName, err
}

// send hands a mail on. What a mailer says of its failure may hold an address:
// only its code is kept.
func (w *Worker) send(ctx context.Context, m domain.Mail) error {
	if err := m.Check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	if err := w.mailer.Send(ctx, m); err != nil {
		return &domain.Error{Kind: domain.KindOf(err), Code: domain.CodeOf(err), Msg: "the mail was not handed on"}
	}
	return nil
}

// priceTold records that a member was told of the new price that was read then.
// Another that was announced since has a mail of its own.
func (w *Worker) priceTold(ctx context.Context, was domain.MembershipState) error {
	m := Memberships{w.core}
	_, err := m.plain(ctx, was.SellerID, was.ID, func(s step) (domain.Outcome, error) {
		if s.member.State().Notice != was.Notice {
			return domain.Outcome{Result: domain.NoChange}, nil
		}
		return s.member.NoticeSent(s.at)
	})
	return err
}

// about is what there is to tell, and to whom.
type about struct {
	domain.Notice
	seller   domain.Seller
	product  domain.Product
	sale     domain.PurchaseState
	member   domain.MembershipState // the zero value: it does not renew
	seat     domain.Seat            // for who was invited to it
	least    int64                  // what the processor does not collect less than
	code     string                 // the secret of an invitation
	key      domain.LicenseKey      // for a receipt; empty: none
	included []part                 // of a bundle, for its receipt
	joins    bool                   // there is a server to join, for a receipt or an invitation
	page     string                 // where to join it; empty: nobody has said where the pages are
}

// part is what a bundle included.
type part struct {
	sale  domain.PurchaseID
	name  string
	key   domain.LicenseKey
	joins bool
	page  string
}

// openPages makes links to the pages that the mail leads to.
func (w *Worker) openPages(ctx context.Context, a *about, at time.Time) (err error) {
	switch {
	case a.joins && a.To == domain.SeatReads:
		if w.public != "" {
			a.page = w.pageAt(a.code) // which opens it once the seat is claimed
		}
	case a.joins:
		a.page, err = w.pageOf(ctx, a.sale.SellerID, a.sale.ID, "", at)
	}
	for i, p := range a.included {
		if p.joins && err == nil {
			a.included[i].page, err = w.pageOf(ctx, a.sale.SellerID, p.sale, "", at)
		}
	}
	return err
}

// about reads what a notice is about.
func (c *core) about(ctx context.Context, tx ports.Tx, seller domain.SellerID, n domain.Notice, at time.Time) (about, error) {
	a := about{Notice: n}
	p, err := tx.Purchases.ByID(ctx, n.PurchaseID)
	if err != nil {
		return a, err
	}
	a.sale = p.State()
	if a.seller, err = tx.Sellers.ByID(ctx, seller); err != nil {
		return a, err
	}
	if a.product, err = tx.Products.ByID(ctx, a.sale.ProductID); err != nil {
		return a, err
	}
	if n.To == domain.SeatReads {
		if a.seat, err = tx.Seats.ByID(ctx, n.SeatID); err != nil {
			return a, err
		}
		a.joins, err = seatJoins(ctx, tx, a.sale, a.seat)
		return a, err
	}
	if a.sale.MembershipID != "" {
		m, err := tx.Memberships.ByID(ctx, a.sale.MembershipID)
		if err != nil {
			return a, err
		}
		a.member, a.least = m.State(), c.charger.LeastCharge(m.State().Terms.Currency)
	}
	if !a.ofSale() {
		return a, nil
	}
	if a.key, err = keyOf(ctx, tx, a.sale.ID); err != nil {
		return a, err
	}
	if a.joins, err = joins(ctx, tx, a.sale.ID, at); err != nil {
		return a, err
	}
	items, err := tx.Purchases.List(ctx, ports.PurchaseQuery{BundleOf: a.sale.ID})
	for _, item := range items {
		product, err := tx.Products.ByID(ctx, item.ProductID)
		if err != nil {
			return a, err
		}
		key, err := keyOf(ctx, tx, item.ID)
		if err != nil {
			return a, err
		}
		opens, err := joins(ctx, tx, item.ID, at)
		if err != nil {
			return a, err
		}
		a.included = append(a.included, part{sale: item.ID, name: product.Name, key: key, joins: opens})
	}
	return a, err
}

// keyOf returns the key of a sale, and nothing if it has none.
func keyOf(ctx context.Context, tx ports.Tx, id domain.PurchaseID) (domain.LicenseKey, error) {
	l, err := tx.Licenses.ByPurchase(ctx, id, "")
	if errors.Is(err, domain.ErrLicenseNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return l.State().Key, nil
}

func (a about) ofSale() bool { return a.Of == domain.PurchaseCompleted{}.EventName() }

// cause is the notice's; of a price it is the price, since every notice of one
// tells of the price that stands when it is sent.
func (a about) cause() string {
	if !a.ofPrice() {
		return a.Cause
	}
	n := a.member.Notice
	return fmt.Sprintf("%s:%s:%d:%d", a.Of, a.member.ID, n.Unit, n.EffectiveAt.Unix())
}

func (a about) ofPrice() bool { return a.Of == domain.PriceAnnounced{}.EventName() }

// address is where the mail goes; nowhere, to a buyer who was erased.
func (a about) address() string {
	switch a.To {
	case domain.SellerReads:
		return a.seller.Email
	case domain.SeatReads:
		return a.seat.Email
	}
	if !a.sale.ErasedAt.IsZero() {
		return ""
	}
	return a.sale.Email
}

// wanted reports whether there is still something to tell: not of a seat that
// was claimed or taken back, or whose buyer was erased, nor of a price that does
// not stand any more or was told already.
func (a about) wanted(at time.Time) bool {
	switch {
	case a.To == domain.SeatReads:
		return a.seat.Status == domain.SeatInvited && a.sale.ErasedAt.IsZero()
	case a.ofPrice():
		return a.member.Live() && a.member.Notice != (domain.PriceNotice{}) && a.member.Notice.NotifiedAt.IsZero()
	}
	return a.Stands(a.member.CaughtUp(at))
}
