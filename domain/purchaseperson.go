package domain

import (
	"encoding/hex"
	"time"
)

// KeepAccess records that refunds of the purchase leave access as it is.
func (p *Purchase) KeepAccess() { p.s.AccessKept = true }

// Readdress gives the purchase another address of its buyer's. The same again
// is once.
func (p *Purchase) Readdress(email string, at time.Time) ([]Event, error) {
	email = NormalizeEmail(email)
	if err := checkEmail(email); err != nil {
		return nil, err
	}
	if p.s.erased() {
		return nil, ErrErased
	}
	if email == p.s.Email {
		return nil, nil
	}
	p.s.Email = email
	return []Event{PurchaseReaddressed{PurchaseID: p.s.ID, At: at}}, nil
}

// Erase forgets who bought it: what remains is what was sold, for how much and
// when. It gives no access any more. Twice is once.
func (p *Purchase) Erase(at time.Time) []Event {
	if p.s.erased() {
		return nil
	}
	p.s.Email = erasedEmail(string(p.s.ID))
	p.s.FullName, p.s.PurchaserID, p.s.Country, p.s.CustomFields = "", "", "", ""
	p.s.CanContact, p.s.ErasedAt = false, at
	return []Event{PurchaseErased{PurchaseID: p.s.ID, At: at}}
}

func (s PurchaseState) erased() bool { return !s.ErasedAt.IsZero() }

// erasedEmail stands where an address stood. No mail ever reaches it (RFC 2606,
// section 2), and no two are alike.
func erasedEmail(id string) string {
	d := DigestOf(id)
	return "erased-" + hex.EncodeToString(d[:8]) + "@usher.invalid"
}
