package api

import (
	"net/http"
	"slices"

	"github.com/usherhq/usher/domain"
)

// listSeats shows who sits in the seats of a membership, and who did.
func listSeats(c *call) (answer, error) {
	m, _, err := c.member(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	seats, err := c.usher.Memberships.Seats(c.r.Context(), m.SellerID, m.ID)
	if err != nil {
		return answer{}, err
	}
	body := seatsBody{Seats: []seat{}}
	for _, s := range seats {
		body.Seats = append(body.Seats, seatOf(s))
	}
	return answer{body: body}, nil
}

// assignSeat invites somebody to a seat.
func assignSeat(c *call) (answer, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var email string
	if err := c.read(fields{"email": &email}); err != nil {
		return answer{}, err
	}
	return c.once(m.SellerID, func() (answer, error) {
		s, err := c.usher.Memberships.Assign(c.r.Context(), m.SellerID, m.ID, email)
		return answer{status: http.StatusCreated, body: seatBody{Seat: seatOf(s)}}, err
	})
}

// seatOfPath returns the seat of the path, if it is one of the membership's.
func (c *call) seatOfPath() (domain.Seat, error) {
	m, _, err := c.member(domain.EditProducts)
	if err != nil {
		return domain.Seat{}, err
	}
	if err := c.read(nil); err != nil {
		return domain.Seat{}, err
	}
	seats, err := c.usher.Memberships.Seats(c.r.Context(), m.SellerID, m.ID)
	if err != nil {
		return domain.Seat{}, err
	}
	id := domain.SeatID(c.r.PathValue("seat"))
	i := slices.IndexFunc(seats, func(s domain.Seat) bool { return s.ID == id })
	if i < 0 {
		return domain.Seat{}, domain.ErrSeatNotFound
	}
	return seats[i], nil
}

// revokeSeat takes a seat back.
func revokeSeat(c *call) (answer, error) {
	s, err := c.seatOfPath()
	if err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(s.SellerID, func() (answer, error) {
		s, err := c.usher.Memberships.Revoke(c.r.Context(), s.SellerID, s.ID)
		return answer{body: seatBody{Seat: seatOf(s)}}, err
	})
}

// inviteAgain sends the invitation to a seat again.
func inviteAgain(c *call) (answer, error) {
	s, err := c.seatOfPath()
	if err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(s.SellerID, func() (answer, error) {
		s, err := c.usher.Memberships.ResendInvite(c.r.Context(), s.SellerID, s.ID)
		return answer{body: seatBody{Seat: seatOf(s)}}, err
	})
}

// claimSeat takes the seat that the token is an invitation to, and shows the
// key that its holder uses from now on.
func claimSeat(c *call) (answer, error) {
	if _, err := c.holder(); err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(c.token.SellerID, c.claim)
}

func (c *call) claim() (answer, error) {
	s, err := c.usher.Memberships.ClaimWith(c.r.Context(), c.secret())
	if err != nil {
		return answer{}, err
	}
	sale, err := c.usher.Sales.Get(c.r.Context(), s.SellerID, s.PurchaseID)
	if err != nil {
		return answer{}, err
	}
	return answer{body: claimedBody{Seat: seatOf(s), Product: sale.Purchase.ProductID, LicenseKey: optional(sale.License.Key)}}, nil
}

// grantSeats gives free seats, or takes some back.
func grantSeats(c *call) (answer, error) {
	m, by, err := c.member(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := by.SellersOnly(); err != nil {
		return answer{}, err
	}
	var n *int
	if err := c.read(fields{"seats": &n}); err != nil {
		return answer{}, err
	}
	if n == nil {
		return answer{}, domain.InvalidField("seats", "is missing: how many to give, or less than 0 to take back")
	}
	key, err := c.key(true)
	if err != nil {
		return answer{}, err
	}
	return c.done(c.usher.Memberships.GrantSeats(c.r.Context(), m.SellerID, m.ID, *n, key))
}
