package rest

import "github.com/usherhq/usher/domain"

// payouts answers that nothing was paid out: usher holds nobody's money. What is
// asked for is read all the same, so that a mistake shows.
func (c call) payouts() (*object, error) {
	if _, err := c.allowed(domain.ViewPayouts); err != nil {
		return nil, err
	}
	for _, day := range []string{"before", "after"} {
		if _, err := c.date(day); err != nil {
			return nil, err
		}
	}
	if _, err := pageAfter(c.p); err != nil {
		return nil, err
	}
	return listing("payouts", nil), nil
}

func (c call) upcomingPayouts() (*object, error) {
	if _, err := c.allowed(domain.ViewPayouts); err != nil {
		return nil, err
	}
	return listing("payouts", nil), nil
}

func (c call) payout() (*object, error) {
	if _, err := c.allowed(domain.ViewPayouts); err != nil {
		return nil, err
	}
	return nil, notFound("payout")
}
