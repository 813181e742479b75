package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Quoted is a quote and the id by which it is carried out. Nothing is stored:
// the id holds the quote, sealed, and any process with the same secrets
// honours it.
type Quoted struct {
	ID string
	domain.Quote
}

// quotesOnly keeps what is sealed as a quote from being opened as anything else.
const quotesOnly = "usher quote"

// Quote prices a request; see [domain.Membership.Quote]. It changes nothing.
func (m *Memberships) Quote(ctx context.Context, seller domain.SellerID, id domain.MembershipID, r domain.Request) (Quoted, error) {
	at := m.at()
	q, err := load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Quote, error) {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return domain.Quote{}, err
		}
		limits, err := m.limits(ctx, tx, member.State(), r.Tier)
		if err != nil {
			return domain.Quote{}, err
		}
		return member.Quote(r, limits, at)
	})
	if err != nil {
		return Quoted{}, err
	}
	return Quoted{m.sealQuote(q), q}, nil
}

// Change carries a quote out, for exactly what it said; see
// [domain.Membership.Change]. An id that is none is [domain.ErrQuoteStale].
func (m *Memberships) Change(ctx context.Context, seller domain.SellerID, quote, key string) (Done, error) {
	q, err := m.openQuote(quote)
	if err != nil {
		return Done{}, err
	}
	return m.command(ctx, seller, q.MembershipID, key, asked{"change", q.MembershipID, q.Request, ""}, q.Request.Tier, func(s step) (domain.Outcome, error) {
		return s.member.Change(q, s.limits, s.payment, s.key, s.at)
	})
}

// Ask quotes and carries out at once, for whoever needs no preview.
func (m *Memberships) Ask(ctx context.Context, seller domain.SellerID, id domain.MembershipID, r domain.Request, key string) (Done, error) {
	return m.command(ctx, seller, id, key, asked{"change", id, r, ""}, r.Tier, func(s step) (domain.Outcome, error) {
		q, err := s.member.Quote(r, s.limits, s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		return s.member.Change(q, s.limits, s.payment, s.key, s.at)
	})
}

func (c *core) sealQuote(q domain.Quote) string {
	plain, err := json.Marshal(q)
	if err != nil {
		panic(err) // a plain struct
	}
	sealed, number := c.sealer.Seal([]byte(quotesOnly), plain)
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(sealed, uint32(number)))
}

func (c *core) openQuote(id string) (q domain.Quote, err error) {
	b, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(b) < 4 {
		return q, domain.ErrQuoteStale
	}
	sealed, number := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	plain, err := c.sealer.Open(int(number), []byte(quotesOnly), sealed)
	if err != nil {
		return q, domain.ErrQuoteStale
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	if d.Decode(&q) != nil {
		return q, domain.ErrQuoteStale
	}
	return q, nil
}
