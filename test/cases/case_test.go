package cases

// scenario is one line of license.jsonl. Its fields, and those of the types
// below, are the whole vocabulary; what a field may hold is its type.
type scenario struct {
	ID       string   `case:"id"`
	Title    string   `case:"title"`
	Source   string   `case:"source"`
	Note     string   `case:"note"`
	Inferred yes      `case:"inferred"`
	Priority priority `case:"priority"`
	Given    given    `case:"given"`
	When     []step   `case:"when"`
	Then     []result `case:"then"` // of the step with the same index
}

type given struct {
	Clock  *stamp `case:"clock"`
	Config struct {
		ProductIDRequiredAfter null[stamp] `case:"product_id_required_after"`
	} `case:"config"`
	Products              named[product]          `case:"products"`
	Purchases             named[purchase]         `case:"purchases"`
	Licenses              named[license]          `case:"licenses"`
	Subscriptions         named[subscription]     `case:"subscriptions"`
	Users                 named[user]             `case:"users"`
	ImportedCustomers     named[importedCustomer] `case:"imported_customers"`
	ResourceSubscriptions named[hook]             `case:"resource_subscriptions"`
}

type product struct {
	Seller               *sellerName  `case:"seller"`
	Kind                 *productKind `case:"kind"`
	Name                 string       `case:"name"`
	UniquePermalink      string       `case:"unique_permalink"`
	CustomPermalink      null[string] `case:"custom_permalink"`
	CreatedAt            stamp        `case:"created_at"`
	Currency             *string      `case:"currency"`
	LicenseEnabled       bool         `case:"license_enabled"`
	Multiseat            bool         `case:"multiseat"`
	Published            *bool        `case:"published"`
	Deleted              bool         `case:"deleted"`
	Preorder             bool         `case:"preorder"`
	ProductIDCheckExempt bool         `case:"product_id_check_exempt"`
	FreeTrial            span         `case:"free_trial"`
	Recurrences          *prices      `case:"recurrences"`
	Variants             []variant    `case:"variants"`
	Includes             []line       `case:"includes"`
}

type prices struct {
	Monthly *int64 `case:"monthly"`
}

type variant struct {
	Category    string  `case:"category"`
	Name        string  `case:"name"`
	Recurrences *prices `case:"recurrences"`
}

type line struct {
	Product  string `case:"product"`
	Quantity *int   `case:"quantity"`
}

type purchase struct {
	Product               string         `case:"product"`
	State                 *purchaseState `case:"state"`
	CreatedAt             stamp          `case:"created_at"`
	Email                 string         `case:"email"`
	PriceCents            int64          `case:"price_cents"`
	FeeCents              int64          `case:"fee_cents"`
	Quantity              *int           `case:"quantity"`
	Purchaser             null[string]   `case:"purchaser"`
	Subscription          string         `case:"subscription"`
	Variants              *[]string      `case:"variants"`
	Multiseat             bool           `case:"multiseat"`
	Renewal               yes            `case:"renewal"`
	Installment           yes            `case:"installment"`
	FreeTrial             yes            `case:"free_trial"`
	GiftSender            yes            `case:"gift_sender"`
	GiftReceiver          yes            `case:"gift_receiver"`
	GifterPurchase        string         `case:"gifter_purchase"`
	PreorderAuthorization yes            `case:"preorder_authorization"`
	AccessRevoked         yes            `case:"access_revoked"`
	Refunded              yes            `case:"refunded"`
	PartiallyRefunded     yes            `case:"partially_refunded"`
	ChargebackAt          stamp          `case:"chargeback_at"`
	ChargebackReversed    yes            `case:"chargeback_reversed"`
	CanContact            null[bool]     `case:"can_contact"`
	Referrer              null[string]   `case:"referrer"`
	FullName              string         `case:"full_name"`
	IPCountry             string         `case:"ip_country"`
	Card                  null[card]     `case:"card"`
	OfferCode             offerCode      `case:"offer_code"`
	Affiliate             affiliate      `case:"affiliate"`
	CustomFields          []customField  `case:"custom_fields"`
}

type card struct {
	Visual      string `case:"visual"`
	Type        string `case:"type"`
	ExpiryMonth int    `case:"expiry_month"`
	ExpiryYear  int    `case:"expiry_year"`
}

type offerCode struct {
	Code    string `case:"code"`
	Percent int    `case:"percent"`
}

type affiliate struct {
	Email       string `case:"email"`
	CreditCents int64  `case:"credit_cents"`
}

type customField struct {
	Name  string `case:"name"`
	Value string `case:"value"`
}

type license struct {
	Product          string `case:"product"`
	Purchase         string `case:"purchase"`
	ImportedCustomer string `case:"imported_customer"`
	Uses             int64  `case:"uses"`
	Disabled         bool   `case:"disabled"`
}

type subscription struct {
	Product               string      `case:"product"`
	OriginalPurchase      string      `case:"original_purchase"`
	Charges               []string    `case:"charges"`
	Recurrence            recurrence  `case:"recurrence"`
	StartedAt             stamp       `case:"started_at"`
	CancelledAt           null[stamp] `case:"cancelled_at"`
	FailedAt              null[stamp] `case:"failed_at"`
	EndedAt               null[stamp] `case:"ended_at"`
	CancelledBy           *actor      `case:"cancelled_by"`
	ChargeOccurrenceCount int         `case:"charge_occurrence_count"`
	FreeTrialEndsAt       stamp       `case:"free_trial_ends_at"`
	InstallmentPlan       yes         `case:"installment_plan"`
}

type user struct {
	Email string `case:"email"`
}

type importedCustomer struct {
	Product      string `case:"product"`
	Email        string `case:"email"`
	PurchaseDate stamp  `case:"purchase_date"`
}

type hook struct {
	ResourceName   resourceName     `case:"resource_name"`
	PostURL        string           `case:"post_url"`
	AppTokenScopes many[tokenScope] `case:"app_token_scopes"`
}

// step is an event, or else an HTTP call.
type step struct {
	Event   *eventName `case:"event"`
	At      *stamp     `case:"at"`
	RunJobs yes        `case:"run_jobs"`

	Purchase         string        `case:"purchase"`
	Product          string        `case:"product"`
	Subscription     string        `case:"subscription"`
	Gifter           string        `case:"gifter"`
	Giftee           string        `case:"giftee"`
	Preorder         string        `case:"preorder"`
	CreatesLicense   string        `case:"creates_license"`
	CreatesPurchase  string        `case:"creates_purchase"`
	CreatesPurchases named[string] `case:"creates_purchases"`
	CreatesOriginal  string        `case:"creates_original"`
	SignedIn         *bool         `case:"signed_in"`
	By               actor         `case:"by"`
	Payment          payment       `case:"payment"`
	Quantity         int           `case:"quantity"`
	Tier             string        `case:"tier"`
	Description      string        `case:"description"`
	ReceiverStatus   int           `case:"receiver_status"`
	ReceiverError    receiverError `case:"receiver_error"`

	Method   httpMethod    `case:"method"`
	Path     string        `case:"path"`
	Form     object        `case:"form"`
	Query    object        `case:"query"`
	JSON     object        `case:"json"`
	Headers  object        `case:"headers"`
	Auth     auth          `case:"auth"`
	Parallel *int          `case:"parallel"`
	Save     named[string] `case:"save"`
}

// result is what must come of a step. What is left out is not compared.
type result struct {
	Status     *int         `case:"status"`
	JSONExact  object       `case:"json_exact"`
	JSONSubset object       `case:"json_subset"`
	Absent     []string     `case:"absent"`
	KeysExact  keySets      `case:"keys_exact"`
	BodyEmpty  yes          `case:"body_empty"`
	Headers    object       `case:"headers"`
	Refused    yes          `case:"refused"`
	State      object       `case:"state"`
	Webhooks   *[]sentHook  `case:"webhooks"`
	Attempts   *int         `case:"webhook_attempts"`
	Delays     many[int]    `case:"delays_s"`
	Forms      many[object] `case:"attempt_form_subset"`
}

type sentHook struct {
	To          string       `case:"to"`
	ContentType string       `case:"content_type"`
	FormSubset  object       `case:"form_subset"`
	Absent      many[string] `case:"absent"`
}

// keySets are the exact keys of objects, by the dotted paths of these.
type keySets []struct {
	path string
	keys []any
}

func (k *keySets) read(r *reader, path string, v any) {
	o, ok := v.(object)
	if !ok {
		r.fault(path, "%s is no map", show(v))
	}
	*k = make(keySets, len(o))
	for i, m := range o {
		(*k)[i].path = m.key
		(*k)[i].keys, ok = m.value.([]any)
		if !ok {
			r.fault(join(path, m.key), "%s is no list", show(m.value))
		}
	}
}
