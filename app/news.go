package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ids are the things that events name, whichever they are of.
type ids struct {
	PurchaseID   domain.PurchaseID
	LicenseID    domain.LicenseID
	MembershipID domain.MembershipID
	PaymentID    domain.PaymentID
	SeatID       domain.SeatID
	From, To     domain.Holding
}

// news reads what a delivery tells of, as it stands now; skip says why there is
// nothing to tell.
func (c *core) news(ctx context.Context, tx ports.Tx, hook domain.Webhook, d domain.Delivery, at time.Time) (n domain.News, skip string, err error) {
	n = domain.News{Topic: d.Topic, Event: d.Event, Fields: d.Payload, At: d.At, SentAt: at, URL: hook.URL, Tries: d.Tries}
	if d.Event == (domain.WebhookTested{}).EventName() {
		if hook.Format == domain.PingFormat {
			n.Topic = hook.Ping
		}
		return n, "", nil
	}
	var of ids
	if err := json.Unmarshal([]byte(d.Payload), &of); err != nil {
		return n, "", err
	}
	if err := c.readNews(ctx, tx, &n, of); err != nil {
		return n, "", err
	}
	if hook.Format != domain.PingFormat {
		return n, "", nil
	}
	e, err := pingedBy(d.Event, d.Payload)
	if err != nil || !n.AsPing(e) {
		return n, "nothing_to_tell", err
	}
	return n, "", c.readPing(ctx, tx, &n, of)
}

// readNews reads what an event names. What was deleted meanwhile is left out.
func (c *core) readNews(ctx context.Context, tx ports.Tx, n *domain.News, of ids) error {
	if of.PurchaseID != "" {
		p, err := tx.Purchases.ByID(ctx, of.PurchaseID)
		if err != nil && !errors.Is(err, domain.ErrPurchaseNotFound) {
			return err
		}
		if err == nil {
			n.Purchase = p.State()
		}
	}
	if id := n.Purchase.MembershipID; of.MembershipID != "" || id != "" {
		if of.MembershipID != "" {
			id = of.MembershipID
		}
		m, err := tx.Memberships.ByID(ctx, id)
		if err != nil && !errors.Is(err, domain.ErrMembershipNotFound) {
			return err
		}
		if err == nil {
			n.Membership = m.State()
		}
	}
	if of.LicenseID != "" {
		l, err := tx.Licenses.ByID(ctx, of.LicenseID)
		if err != nil && !errors.Is(err, domain.ErrLicenseNotFound) {
			return err
		}
		if err == nil {
			n.License = l.State()
		}
	}
	if of.PaymentID != "" {
		p, err := tx.Payments.ByID(ctx, of.PaymentID)
		if err != nil {
			return err
		}
		n.Payment = p.State()
	}
	if of.SeatID == "" {
		return nil
	}
	s, err := tx.Seats.ByID(ctx, of.SeatID)
	if errors.Is(err, domain.ErrSeatNotFound) {
		return nil
	}
	n.Seat = s
	return err
}

// readPing reads what a ping tells beside that. Of a gift that is about who has it.
func (c *core) readPing(ctx context.Context, tx ports.Tx, n *domain.News, of ids) (err error) {
	if n.Purchase.GiftGiven {
		given, err := tx.Purchases.List(ctx, ports.PurchaseQuery{GiftOf: n.Purchase.ID, Limit: 1})
		if err != nil {
			return err
		}
		if len(given) > 0 {
			n.Giver = domain.Giver{Email: n.Purchase.Email, Price: n.Purchase.Price}
			n.Payments = append(n.Payments, string(n.Purchase.ID))
			n.Purchase = given[0]
		}
	} else if n.Purchase.GiftOf != "" {
		giver, err := tx.Purchases.ByID(ctx, n.Purchase.GiftOf)
		if err == nil {
			n.Giver = domain.Giver{Email: giver.State().Email, Price: giver.State().Price}
		} else if !errors.Is(err, domain.ErrPurchaseNotFound) {
			return err
		}
	}
	p := n.Purchase
	if n.Seller, err = tx.Sellers.ByID(ctx, p.SellerID); err != nil {
		return err
	}
	if n.Product, err = tx.Products.ByID(ctx, p.ProductID); err != nil {
		return err
	}
	l, err := tx.Licenses.ByPurchase(ctx, p.ID, "")
	if err == nil {
		n.License = l.State()
	} else if !errors.Is(err, domain.ErrLicenseNotFound) {
		return err
	}
	variants, err := tx.Variants.ByProduct(ctx, p.ProductID)
	if err != nil {
		return err
	}
	for _, v := range variants {
		if slices.Contains(slices.Collect(p.Variants.All()), v.ID) {
			n.Variants = append(n.Variants, v)
		}
	}
	n.From, n.To = version(of.From, variants), version(of.To, variants)
	if n.Membership.ID == "" {
		return nil
	}
	n.Payments = append(n.Payments, string(p.ID))
	paid, err := tx.Payments.ByPurchase(ctx, n.Membership.PurchaseID)
	for _, pay := range paid {
		if pay.Kind != domain.SalePayment {
			n.Payments = append(n.Payments, string(pay.ID))
		}
	}
	return err
}

func version(h domain.Holding, variants []domain.Variant) domain.Version {
	v := domain.Version{Holding: h}
	for _, o := range variants {
		if o.ID == h.Tier {
			v.Name = o.Name
		}
	}
	return v
}

// pingedBy reads an event that may be a ping.
func pingedBy(name, payload string) (domain.Event, error) {
	decode, ok := pingEvents[name]
	if !ok {
		return nil, errors.New("app: no ping tells of " + name)
	}
	return decode([]byte(payload))
}

var pingEvents = map[string]func([]byte) (domain.Event, error){
	domain.PurchaseCompleted{}.EventName():   decode[domain.PurchaseCompleted],
	domain.PurchasePreordered{}.EventName():  decode[domain.PurchasePreordered],
	domain.PaymentPaid{}.EventName():         decode[domain.PaymentPaid],
	domain.PurchaseRefunded{}.EventName():    decode[domain.PurchaseRefunded],
	domain.PaymentRefunded{}.EventName():     decode[domain.PaymentRefunded],
	domain.PurchaseDisputed{}.EventName():    decode[domain.PurchaseDisputed],
	domain.PaymentDisputed{}.EventName():     decode[domain.PaymentDisputed],
	domain.DisputeWon{}.EventName():          decode[domain.DisputeWon],
	domain.DisputeClosed{}.EventName():       decode[domain.DisputeClosed],
	domain.MembershipCancelled{}.EventName(): decode[domain.MembershipCancelled],
	domain.MembershipEnded{}.EventName():     decode[domain.MembershipEnded],
	domain.MembershipRestarted{}.EventName(): decode[domain.MembershipRestarted],
	domain.MembershipResumed{}.EventName():   decode[domain.MembershipResumed],
	domain.MembershipChanged{}.EventName():   decode[domain.MembershipChanged],
	domain.ChangeScheduled{}.EventName():     decode[domain.ChangeScheduled],
}

func decode[E domain.Event](payload []byte) (domain.Event, error) {
	var e E
	err := json.Unmarshal(payload, &e)
	return e, err
}
