package app_test

import (
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// A membership with seats lets nobody in as a whole: the buyer's page shows the
// seat that the buyer sits in, and nobody else's.
func TestAccess_placesOfABuyerWhoSitsInASeat(t *testing.T) {
	w := newWorld(t)
	ana := fixture.Seller("ana")
	club := fixture.Product(ana, fixture.Renewable)
	sale, member := fixture.Renewal(club, func(p *domain.PurchaseState) { p.Email = "Bo@example.com" })
	own := fixture.Seat(sale, func(s *domain.Seat) { s.Email = "bo@example.com" })
	cleos := fixture.Seat(sale, func(s *domain.Seat) { s.Email = "cleo@example.com" })
	server := fixture.Connection(ana, fixture.Discord)
	claim := func(s domain.Seat) domain.Claim {
		return fixture.Claim(server, sale, func(c *domain.Claim) { c.SeatID, c.Email = s.ID, s.Email })
	}
	w.fill(ana, club, sale, member, own, cleos, server, claim(own), claim(cleos))
	for _, row := range []struct {
		name string
		seat domain.SeatID
		want domain.SeatID
	}{
		{"the buyer's page", "", own.ID},
		{"the page of the buyer's seat", own.ID, own.ID},
		{"the page of another seat", cleos.ID, cleos.ID},
	} {
		all, err := w.Access.Places(w.ctx(), ana.ID, sale.ID, row.seat)
		if err != nil || len(all) != 1 || all[0].Claim.SeatID != row.want || !all[0].Joins {
			t.Errorf("%s shows %+v (%v)", row.name, all, err)
		}
	}
}
