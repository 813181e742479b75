package domain

import (
	"net/url"
	"time"
)

// Ship marks the sale as shipped; tracking is the address at which the parcel
// can be followed, and the empty one leaves that as it is. Twice is once, but for
// another address. A sale that does not count as one is [ErrNotCharged].
func (p *Purchase) Ship(tracking string, at time.Time) error {
	s := p.s
	if s.Status != Successful && s.Status != Trial && s.Status != Test && s.Status != GiftReceived {
		return ErrNotCharged
	}
	if s.ShippedAt.IsZero() {
		s.ShippedAt = at
	}
	if tracking != "" {
		s.TrackingURL = tracking
	}
	if err := s.checkShipping(); err != nil {
		return err
	}
	p.s = s
	return nil
}

func (s PurchaseState) checkShipping() error {
	if s.TrackingURL == "" {
		return nil
	}
	u, err := url.Parse(s.TrackingURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return InvalidField("tracking_url", "must be a web address, such as https://post.example.com/parcels/17")
	}
	return checkText("tracking_url", s.TrackingURL, 2000)
}
