package domain

import "time"

// Event is something that happened and cannot be refused any more. Events name
// ids, never an e-mail address, a key or a token: who needs those reads them
// when the event is delivered. Their names are permanent, as are their fields.
type Event interface {
	EventName() string    // "license.issued"
	EventSubject() string // the sale it belongs to, or the product; events of one subject keep their order
}

// The events of licences.
type (
	LicenseIssued struct {
		LicenseID  LicenseID
		PurchaseID PurchaseID
		ProductID  ProductID
		At         time.Time
	}
	LicenseDisabled struct {
		LicenseID  LicenseID
		PurchaseID PurchaseID
		At         time.Time
	}
	LicenseEnabled struct {
		LicenseID  LicenseID
		PurchaseID PurchaseID
		At         time.Time
	}
	LicenseRotated struct {
		LicenseID  LicenseID
		PurchaseID PurchaseID
		At         time.Time
	}
)

// The events of purchases.
type (
	PurchaseCompleted struct {
		PurchaseID PurchaseID
		ProductID  ProductID
		BundleOf   PurchaseID // the bundle's sale that included it; empty: it was bought by itself
		At         time.Time
	}
	PurchaseFailed struct { // nothing was paid
		PurchaseID PurchaseID
		ProductID  ProductID
		At         time.Time
	}
	PurchasePreordered struct {
		PurchaseID PurchaseID
		ProductID  ProductID
		At         time.Time
	}
	PurchaseRefunded struct {
		PurchaseID PurchaseID
		Amount     int64 // minor units
		Full       bool  // nothing is left
		At         time.Time
	}
	PurchaseDisputed struct {
		PurchaseID PurchaseID
		At         time.Time
	}
	DisputeWon struct {
		PurchaseID PurchaseID
		At         time.Time
	}
	AccessRevoked struct {
		PurchaseID PurchaseID
		At         time.Time
	}
	AccessRestored struct {
		PurchaseID PurchaseID
		At         time.Time
	}
	PurchaseReaddressed struct { // its buyer has another address
		PurchaseID PurchaseID
		At         time.Time
	}
	PurchaseErased struct { // who bought it was forgotten
		PurchaseID PurchaseID
		At         time.Time
	}
)

// The events of products. An import and a run of past sales say once what they
// did, not once for each sale.
type (
	LicensingEnabled struct {
		ProductID ProductID
		At        time.Time
	}
	LicensingDisabled struct {
		ProductID ProductID
		At        time.Time
	}
	PastSalesLicensed struct {
		ProductID ProductID
		Licenses  int64 // how many keys were made
		At        time.Time
	}
	ProductDeleted struct {
		ProductID ProductID
		At        time.Time
	}
	ProductUndeleted struct {
		ProductID ProductID
		At        time.Time
	}
	RecordsImported struct {
		Source  string // the file's digest
		Records int64
		At      time.Time
	}
)

func (LicenseIssued) EventName() string       { return "license.issued" }
func (LicenseDisabled) EventName() string     { return "license.disabled" }
func (LicenseEnabled) EventName() string      { return "license.enabled" }
func (LicenseRotated) EventName() string      { return "license.rotated" }
func (PurchaseCompleted) EventName() string   { return "purchase.completed" }
func (PurchaseFailed) EventName() string      { return "purchase.failed" }
func (PurchasePreordered) EventName() string  { return "purchase.preordered" }
func (PurchaseRefunded) EventName() string    { return "purchase.refunded" }
func (PurchaseDisputed) EventName() string    { return "purchase.disputed" }
func (DisputeWon) EventName() string          { return "purchase.dispute_won" }
func (AccessRevoked) EventName() string       { return "purchase.access_revoked" }
func (AccessRestored) EventName() string      { return "purchase.access_restored" }
func (PurchaseReaddressed) EventName() string { return "purchase.readdressed" }
func (PurchaseErased) EventName() string      { return "purchase.erased" }
func (LicensingEnabled) EventName() string    { return "product.licensing_enabled" }
func (LicensingDisabled) EventName() string   { return "product.licensing_disabled" }
func (PastSalesLicensed) EventName() string   { return "product.past_sales_licensed" }
func (ProductDeleted) EventName() string      { return "product.deleted" }
func (ProductUndeleted) EventName() string    { return "product.undeleted" }
func (RecordsImported) EventName() string     { return "records.imported" }

func (e LicenseIssued) EventSubject() string       { return string(e.PurchaseID) }
func (e LicenseDisabled) EventSubject() string     { return string(e.PurchaseID) }
func (e LicenseEnabled) EventSubject() string      { return string(e.PurchaseID) }
func (e LicenseRotated) EventSubject() string      { return string(e.PurchaseID) }
func (e PurchaseCompleted) EventSubject() string   { return string(e.PurchaseID) }
func (e PurchaseFailed) EventSubject() string      { return string(e.PurchaseID) }
func (e PurchasePreordered) EventSubject() string  { return string(e.PurchaseID) }
func (e PurchaseRefunded) EventSubject() string    { return string(e.PurchaseID) }
func (e PurchaseDisputed) EventSubject() string    { return string(e.PurchaseID) }
func (e DisputeWon) EventSubject() string          { return string(e.PurchaseID) }
func (e AccessRevoked) EventSubject() string       { return string(e.PurchaseID) }
func (e AccessRestored) EventSubject() string      { return string(e.PurchaseID) }
func (e PurchaseReaddressed) EventSubject() string { return string(e.PurchaseID) }
func (e PurchaseErased) EventSubject() string      { return string(e.PurchaseID) }
func (e LicensingEnabled) EventSubject() string    { return string(e.ProductID) }
func (e LicensingDisabled) EventSubject() string   { return string(e.ProductID) }
func (e PastSalesLicensed) EventSubject() string   { return string(e.ProductID) }
func (e ProductDeleted) EventSubject() string      { return string(e.ProductID) }
func (e ProductUndeleted) EventSubject() string    { return string(e.ProductID) }
func (e RecordsImported) EventSubject() string     { return e.Source }
