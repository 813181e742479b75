package cases

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
)

// The enumerations of the vocabulary of integrations.
type (
	callOrder     string
	connectionRef string
	sellerRef     string
	serviceName   string
	dialect       string
	health        string
	endAction     string
	claimState    string
	origin        string
	happeningName string
	effect        string
	payingNow     string
	endReason     string
	fault         string
	workerName    string
	purpose       string
	pageMethod    string
	backfill      string
	leaving       string
	callMethod    string
	callActor     string
	gapsAre       string
	waiting       string
	breaker       string
	errorField    string
	sellerChoice  string
	seenCause     string
	noticeTo      string
	noticeCause   string
	claimCause    string
	secretShown   string
	plantedName   string
)

func (callOrder) words() []string     { return []string{"listed", "any"} }
func (connectionRef) words() []string { return []string{"C1", "C2"} }
func (sellerRef) words() []string     { return []string{"S1", "S2"} }
func (serviceName) words() []string   { return []string{"circle", "discord"} }
func (dialect) words() []string       { return []string{"v1", "v2"} }
func (health) words() []string        { return []string{"ok", "warning", "bot_missing", "token_invalid"} }
func (endAction) words() []string {
	return []string{"none", "remove_roles", "kick", "remove_from_space_group", "remove_from_community"}
}
func (claimState) words() []string {
	return []string{"waiting_for_customer", "pending", "active", "needs_customer", "needs_seller", "removing", "removed", "kept", "failed"}
}
func (origin) words() []string { return []string{"added_by_us", "was_already_there", "unknown"} }
func (happeningName) words() []string {
	all := make([]string, 0, len(happenings))
	for h := range happenings {
		all = append(all, string(h))
	}
	return all
}
func (effect) words() []string    { return []string{"now", "period_end"} }
func (payingNow) words() []string { return []string{"ok", "requires_action"} }
func (endReason) words() []string {
	return []string{"cancelled", "failed", "completed", "revoked", "chargeback"}
}
func (fault) words() []string      { return []string{"killed_after_reply", "paused_after_reply"} }
func (workerName) words() []string { return []string{"A", "B"} }
func (purpose) words() []string    { return []string{"connect_server", "join"} }
func (pageMethod) words() []string { return []string{"GET", "POST"} }
func (backfill) words() []string   { return []string{"new_only", "all"} }
func (leaving) words() []string    { return []string{"keep", "remove", "keep_until_end"} }
func (callMethod) words() []string { return []string{"GET", "POST", "PUT", "DELETE"} }
func (callActor) words() []string  { return []string{"bot", "user", "app", "v1-token", "v2-token"} }
func (gapsAre) words() []string    { return []string{"growing"} }
func (waiting) words() []string    { return []string{"waiting"} }
func (breaker) words() []string    { return []string{"open", "closed"} }
func (errorField) words() []string { return []string{"roles"} }
func (sellerChoice) words() []string {
	return []string{"invite_again", "leave_out"}
}
func (seenCause) words() []string { return []string{"banned"} }
func (noticeTo) words() []string  { return []string{"seller", "customer", "operator"} }
func (noticeCause) words() []string {
	return []string{
		"bot_missing", "bot_token_invalid", "cloudflare_ban", "email_invalid", "gave_up", "join_link", "member_limit",
		"missing_permission", "quota_low", "removal_refused", "role_order", "role_refused", "target_missing", "token_invalid",
	}
}
func (claimCause) words() []string {
	return []string{
		"banned", "bot_missing", "email_invalid", "member_limit", "missing_permission", "owner", "removed_outside",
		"role_order", "secret_unreadable", "server_full", "target_missing", "token_invalid", "too_many_servers",
	}
}
func (secretShown) words() []string { return []string{"last4"} }
func (plantedName) words() []string {
	return []string{"circle_token", "bot_token", "client_secret", "customer_access_token"}
}

// happenings are the events, each with what it takes beside type.
var happenings = map[happeningName][]string{
	"purchase":                      {"product", "email", "id", "tier", "gift_to", "contains"},
	"purchase_pending":              {"product", "email"},
	"purchase_settled":              {"product", "email"},
	"preorder_authorized":           {"product", "email"},
	"preorder_charged":              {"product", "email"},
	"free_trial_started":            {"product", "email"},
	"renewal_paid":                  {"product"},
	"payment_failed":                {"product"},
	"payment_succeeded":             {"product"},
	"subscription_cancel_requested": {"product", "ends_in"},
	"subscription_cancel_undone":    {"product"},
	"subscription_ended":            {"product", "discord_user_id", "reason", "seq", "fault"},
	"subscription_restarted":        {"product", "seq"},
	"tier_changed":                  {"product", "to", "when", "ends_in", "payment"},
	"tier_change_confirmed":         {"product"},
	"tier_created":                  {"product", "tier", "price_cents"},
	"refund":                        {"product", "percent", "keep_access"},
	"chargeback":                    {"product"},
	"dispute_won":                   {"product"},
	"license_disabled":              {"product"},
	"license_enabled":               {"product"},
	"seat_assigned":                 {"product", "holder"},
	"seat_unassigned":               {"product", "seat"},
	"seat_reassigned":               {"product", "from", "to"},
	"seat_quantity_changed":         {"product", "to", "when", "ends_in"},
	"customer_joins":                {"product", "discord_user_id", "code"},
	"customer_leaves":               {"product"},
	"customer_switches_account":     {"product", "to", "code"},
	"customer_email_changed":        {"from", "to"},
	"purchase_email_changed":        {"product", "to"},
	"customer_erased":               {},
	"oauth_callback":                {"purpose", "query"},
	"http":                          {"method", "path", "csrf"},
	"seller_starts_discord_connect": {},
	"seller_saves_circle_token":     {"token", "dialect"},
	"seller_selects_community":      {"community_id"},
	"seller_reads_connection":       {},
	"seller_opens_attach_dialog":    {},
	"seller_opens_product":          {"product"},
	"seller_saves_attachment":       {"product", "seller", "connection", "roles", "backfill", "body"},
	"seller_edits_attachment":       {"product", "space_group_id", "backfill"},
	"seller_removes_attachment":     {"product", "members"},
	"seller_replaces_server":        {"product", "to", "members"},
	"seller_disconnects":            {"seller", "members", "bot_leaves"},
	"seller_moves_bot_role_up":      {},
	"export":                        {},
	"read_logs":                     {},
	"health_check":                  {},
	"drift_check":                   {"dry_run"},
	"drift_apply":                   {},
	"time_passes":                   {"by", "to"},
	"worker_stopped":                {},
	"worker_started":                {},
	"worker_runs":                   {"worker"},
	"worker_resumes":                {"worker"},
	"lease_expires":                 {"worker"},
	"process_started":               {},
	"db_copy_secret":                {"from", "to"},
	"rotate_master_key":             {},
	"run_all_cases":                 {},
}

// textOrNumber is a text or a whole number, as text.
type textOrNumber string

func (x *textOrNumber) read(r *reader, path string, v any) {
	switch v := v.(type) {
	case string:
		*x = textOrNumber(v)
	case json.Number:
		if _, err := v.Int64(); err != nil {
			r.fault(path, "%s is no whole number", show(v))
		}
		*x = textOrNumber(v)
	default:
		r.fault(path, "%s is no text or number", show(v))
	}
}

// idList is one id or several, each a text or a number; or $space_groups.
type idList []string

func (l *idList) read(r *reader, path string, v any) {
	if from, to, ok := numbered(v, "$space_groups"); ok {
		*l = nil
		for n := from; n <= to; n++ {
			*l = append(*l, strconv.FormatInt(n, 10))
		}
		slices.Sort(*l)
		return
	}
	var all many[textOrNumber]
	r.read(path, v, reflect.ValueOf(&all).Elem())
	*l = make(idList, len(all))
	for i, id := range all {
		(*l)[i] = string(id)
	}
	slices.Sort(*l)
}

// numbered reads {"$space_groups": [1, 5]}, and the like: from and to.
func numbered(v any, word string) (from, to int64, ok bool) {
	o, _ := v.(object)
	if len(o) != 1 || o[0].key != word {
		return 0, 0, false
	}
	list, _ := o[0].value.([]any)
	if len(list) != 2 {
		return 0, 0, false
	}
	a, _ := list[0].(json.Number)
	b, _ := list[1].(json.Number)
	from, err := a.Int64()
	to, err2 := b.Int64()
	return from, to, err == nil && err2 == nil && from <= to
}

// planted are the secrets to look for: their names, or each with its text.
type planted map[plantedName]string

func (p *planted) read(r *reader, path string, v any) {
	*p = planted{}
	if o, ok := v.(object); ok {
		for _, m := range o {
			var name plantedName
			r.read(join(path, m.key), m.key, reflect.ValueOf(&name).Elem())
			var text string
			r.read(join(path, m.key), m.value, reflect.ValueOf(&text).Elem())
			(*p)[name] = text
		}
		return
	}
	var names many[plantedName]
	r.read(path, v, reflect.ValueOf(&names).Elem())
	for _, name := range names {
		(*p)[name] = ""
	}
}

// pairs are values that may stand for each other, two by two.
type pairs [][2]string

func (p *pairs) read(r *reader, path string, v any) {
	list, ok := v.([]any)
	if !ok {
		r.fault(path, "%s is no list of pairs", show(v))
		return
	}
	if len(list) == 2 {
		_, one := list[0].(string)
		if _, two := list[1].(string); one && two {
			list = []any{list}
		}
	}
	for i, e := range list {
		var two []string
		at := path + "[" + strconv.Itoa(i) + "]"
		r.read(at, e, reflect.ValueOf(&two).Elem())
		if len(two) != 2 {
			r.fault(at, "%s is no pair", show(e))
			continue
		}
		*p = append(*p, [2]string{two[0], two[1]})
	}
}

// no is false, or left out.
type no bool

func (n *no) read(r *reader, path string, v any) {
	if v != false {
		r.fault(path, "%s is not false", show(v))
	}
	*n = true
}
