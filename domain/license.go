package domain

import "time"

// License is the right that a purchase earned; its key is the string that
// proves it. How often it was used is not part of it: [AddUses] says how a
// count moves, and stores keep counts apart, so that counting a use never
// meets a change of the licence.
type License struct{ s LicenseState }

// LicenseState is a License at rest.
type LicenseState struct {
	ID         LicenseID
	SellerID   SellerID
	ProductID  ProductID
	PurchaseID PurchaseID
	SeatID     SeatID // empty: the licence of the whole purchase
	Key        LicenseKey
	DisabledAt time.Time // zero: enabled
	CreatedAt  time.Time
}

// RestoreLicense returns the License that s describes.
func RestoreLicense(s LicenseState) *License { return &License{s} }

// State returns l at rest.
func (l *License) State() LicenseState { return l.s }

// Check refuses a licence whose fields break a rule of form, naming the field.
func (s LicenseState) Check() error {
	err := first(checkID("id", string(s.ID)), checkID("seller", string(s.SellerID)), checkID("product", string(s.ProductID)),
		checkID("purchase", string(s.PurchaseID)), checkText("seat", string(s.SeatID), maxIDInBytes))
	if err != nil {
		return err
	}
	k, err := ParseLicenseKey(string(s.Key))
	if err != nil {
		return err
	}
	if k != s.Key {
		return InvalidField("key", "must not end in a blank")
	}
	if s.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	return nil
}

// Disable stops the key from verifying. It cancels nothing. A second call
// moves the time of disabling forward.
func (l *License) Disable(at time.Time) Event {
	l.s.DisabledAt = at
	return LicenseDisabled{LicenseID: l.s.ID, PurchaseID: l.s.PurchaseID, At: at}
}

// Enable lets the key verify again. Twice is once.
func (l *License) Enable(at time.Time) Event {
	l.s.DisabledAt = time.Time{}
	return LicenseEnabled{LicenseID: l.s.ID, PurchaseID: l.s.PurchaseID, At: at}
}

// Rotate replaces the key; the old one is nobody's at once. Uses, a disabling
// and the purchase stay.
func (l *License) Rotate(key LicenseKey, at time.Time) Event {
	l.s.Key = key
	return LicenseRotated{LicenseID: l.s.ID, PurchaseID: l.s.PurchaseID, At: at}
}

// AddUses returns the count after n more uses; n may be negative, the count
// never is.
func AddUses(uses int64, n int) int64 { return max(0, uses+int64(n)) }

// EarnsLicense reports whether p earns a licence of its product the moment it
// comes to its present status: a paid sale, a trial's start, a received gift
// or a test; not a given gift (the receiver's purchase has the key), and not a
// preorder before its release.
func EarnsLicense(product Product, p PurchaseState) bool {
	if !product.Licensed || p.GiftGiven {
		return false
	}
	switch p.Status {
	case Successful, Trial, GiftReceived, Test:
		return true
	}
	return false
}

// EarnsLicenseLater reports whether p, a past sale without a licence, gets one
// when its product's licensing is switched on: refunded, disputed, revoked and
// free sales do; tests, trials that were never charged and imported customers
// do not, nor the receiver of a gifted membership (license-key contract of the
// API that usher is compatible with).
func EarnsLicenseLater(product Product, p PurchaseState) bool {
	if !EarnsLicense(product, p) || p.Status == Trial || p.Status == Test {
		return false
	}
	return p.Status != GiftReceived || p.MembershipID == ""
}

// IssueLicense gives p its licence. It is for a purchase without one; stores
// refuse a second with [ErrLicenseExists].
func IssueLicense(p PurchaseState, id LicenseID, key LicenseKey, at time.Time) (*License, Event) {
	l := &License{LicenseState{ID: id, SellerID: p.SellerID, ProductID: p.ProductID, PurchaseID: p.ID, Key: key, CreatedAt: at}}
	return l, LicenseIssued{LicenseID: id, PurchaseID: p.ID, ProductID: p.ProductID, At: at}
}
