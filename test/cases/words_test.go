package cases

// The enumerations of the vocabulary.
type (
	priority      string
	sellerName    string
	productKind   string
	purchaseState string
	recurrence    string
	actor         string
	resourceName  string
	tokenScope    string
	httpMethod    string
	auth          string
	eventName     string
	payment       string
	receiverError string
)

func (priority) words() []string    { return []string{"low"} }
func (sellerName) words() []string  { return []string{"owner", "other"} }
func (productKind) words() []string { return []string{"one_time", "membership", "bundle"} }
func (purchaseState) words() []string {
	return []string{
		"successful", "in_progress", "not_charged", "failed", "test_successful",
		"gift_receiver_purchase_successful", "preorder_authorization_successful",
	}
}
func (recurrence) words() []string { return []string{"monthly"} }
func (actor) words() []string      { return []string{"buyer", "seller", "admin"} }
func (resourceName) words() []string {
	return []string{
		"sale", "refund", "dispute", "dispute_won", "cancellation",
		"subscription_updated", "subscription_ended", "subscription_restarted",
	}
}
func (tokenScope) words() []string { return []string{"view_sales"} }
func (httpMethod) words() []string { return []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"} }
func (auth) words() []string {
	return []string{"none", "owner", "owner-bearer", "owner-view-sales", "owner-account", "other-seller", "no-scope", "revoked-token"}
}
func (eventName) words() []string {
	all := make([]string, 0, len(arguments))
	for e := range arguments {
		all = append(all, string(e))
	}
	return all
}
func (payment) words() []string       { return []string{"ok", "declined"} }
func (receiverError) words() []string { return []string{"connection_refused", "timeout"} }

// arguments are the events, each with what it takes beside event, at and
// run_jobs.
var arguments = map[eventName][]string{
	"purchase_succeeds":             {"purchase", "signed_in", "creates_license", "creates_purchases"},
	"gift_checkout_completed":       {"gifter", "giftee", "creates_license"},
	"preorder_authorized":           {"purchase"},
	"preorder_released_and_charged": {"preorder", "creates_purchase", "creates_license"},
	"renewal_succeeds":              {"subscription", "creates_purchase", "creates_original"},
	"renewal_declined":              {"subscription"},
	"fail_subscription":             {"subscription"},
	"end_subscription":              {"subscription"},
	"cancel_subscription":           {"subscription", "by"},
	"restart_subscription":          {"subscription", "payment"},
	"change_seats":                  {"subscription", "quantity", "creates_original"},
	"change_tier":                   {"subscription", "tier"},
	"seller_sets_quantity":          {"purchase", "quantity"},
	"enable_licensing":              {"product"},
	"disable_licensing":             {"product"},
	"update_product":                {"product", "description"},
	"delete_product":                {"product"},
	"refund":                        {"purchase", "receiver_status", "receiver_error"},
	"chargeback":                    {"purchase"},
	"dispute_won":                   {"purchase"},
	"undo_revoke_access":            {"purchase"},
	"advance_clock":                 {},
}

// Words of the state that follow the name of a thing, by its kind. Beside them
// there are licenses.count, licenses.for.<purchase>, emails_sent and
// webhooks_sent.
var stateWords = map[kind][]string{
	aLicense:      {"uses", "disabled", "purchase"},
	aSubscription: {"cancelled_at", "user_requested_cancellation_at", "pending_quantity"},
}

// kind is what a name of a case stands for.
type kind string

const (
	aProduct      kind = "product"
	aPurchase     kind = "purchase"
	aLicense      kind = "license"
	aSubscription kind = "subscription"
	aUser         kind = "user"
	aCustomer     kind = "imported customer"
	aHook         kind = "resource subscription"
	aSeller       kind = "seller"
)
