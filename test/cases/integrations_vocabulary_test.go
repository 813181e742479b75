package cases

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestIntegrations_wordsAreKnown reads every case of the file without playing it.
func TestIntegrations_wordsAreKnown(t *testing.T) {
	for _, c := range readLines(t, "integrations.jsonl", parseOutside) {
		if len(c.faults) > 0 {
			t.Errorf("%s says what is not known:\n\t%s", c.id, strings.Join(c.faults, "\n\t"))
		}
	}
}

// everyOutsideWord is a case that says every field at least once.
const everyOutsideWord = `{
"id": "X-1", "title": "t", "source": "s", "note": "n", "inferred": true, "priority": "low",
"call_order": "any", "exchangeable": [["a", "b"]], "calls_of": "C1", "done_within": "2s",
"given": {"now": "2026-03-01T10:00:00Z", "seller": "S2", "workers": 2, "parallel": false,
  "connections": [{"id": "C1", "seller": "S1", "service": "circle", "dialect": "v2", "community_id": 1, "space_group_id": 2, "health": "ok"},
    {"id": "C2", "service": "discord", "guild_id": "900000000000000001", "guild_name": "Ana's Server"}],
  "attachments": [{"connection": "C1", "seller": "S1", "product": "M1", "all_versions": false, "versions": "pro", "end_action": "none", "space_group_id": 3},
    {"product": "M1", "roles": ["1"]}],
  "tiers": {"pro": 1000}, "purchases": [{"product": "P1", "tier": "pro", "email": "a@example.com", "seller": "S1", "count": 2}],
  "team": {"product": "T1", "owner": "boss@example.com", "seats": 2},
  "claims": [{"product": "M1", "service": "discord", "tier": "pro", "email": "a@example.com", "gift_from": "b@example.com", "seat": 1,
    "discord_user_id": "800000000000000001", "state": "active"}],
  "records": [{"connection": "C1", "subject": "a@example.com", "origin": "unknown", "member_id": 1, "given_space_groups": [2], "given_roles": "1", "count": 2}],
  "planted": ["circle_token", "bot_token"], "customer_name": "Ana"},
"events": [
  {"type": "purchase", "product": "P1", "email": "a@example.com", "id": "w1", "tier": "pro", "gift_to": "b@example.com", "contains": ["P2"]},
  {"type": "subscription_ended", "product": "M1", "discord_user_id": "800000000000000001", "reason": "failed", "seq": 1, "fault": "killed_after_reply"},
  {"type": "tier_changed", "product": "M1", "to": "pro", "when": "period_end", "ends_in": "5d", "payment": "requires_action"},
  {"type": "tier_created", "product": "M1", "tier": "max", "price_cents": 2000},
  {"type": "refund", "product": "P1", "percent": 50, "keep_access": true},
  {"type": "seat_assigned", "product": "T1", "holder": "a@example.com"},
  {"type": "seat_unassigned", "product": "T1", "seat": 1},
  {"type": "seat_reassigned", "product": "T1", "from": "a@example.com", "to": "b@example.com"},
  {"type": "seat_quantity_changed", "product": "T1", "to": 1},
  {"type": "customer_joins", "product": "P1", "code": "c"},
  {"type": "oauth_callback", "purpose": "join", "query": {"code": "c", "state": "$state", "error": "access_denied", "guild_id": "1", "permissions": "2"}},
  {"type": "http", "method": "POST", "path": "$leave_path", "csrf": false},
  {"type": "seller_saves_circle_token", "token": "t", "dialect": "v1"},
  {"type": "seller_selects_community", "community_id": 1},
  {"type": "seller_saves_attachment", "product": "P1", "seller": "S2", "connection": "C2", "roles": "1", "backfill": "all", "body": {"x": "y"}},
  {"type": "seller_edits_attachment", "product": "P1", "space_group_id": 3},
  {"type": "seller_disconnects", "members": "keep_until_end", "bot_leaves": true},
  {"type": "drift_check", "dry_run": false},
  {"type": "time_passes", "by": "1d"},
  {"type": "worker_runs", "worker": "B"}],
"expect_calls": [{"service": "discord", "method": "PUT", "path": "/x", "body": {"a": 1}, "actor": "user", "bearer": "at", "request_headers": {"X": null},
  "not_before": "1s", "repeat": {"at_least": 3, "gaps": "growing", "gap_at_most": "6h"},
  "reply": {"status": 200, "body": [{"$members": [1, 2]}], "headers": {"X": "y"}, "closed": true, "delay": "60s"}}],
"expect_state": {"connection": {"dialect": "v2", "guild_id": "1", "guild_name": "n", "account": "a", "community_id": 1, "health": "warning"},
  "connections": {"S1": {"health": "ok"}, "S2": null}, "attachment": {"end_action": "kick", "space_group_id": 1},
  "claims": [{"state": "failed", "cause": "banned", "product": "P1", "tier": "pro", "email": "a@example.com", "discord_user_id": "8", "service": "circle", "missing_roles": "1"}],
  "claims_count": 1, "records_count": 1, "records": [{"subject": "a", "origin": "unknown", "member_id": 1, "given_roles": [], "given_space_groups": 5}],
  "still_member": true, "calls_after": [1], "tries": 1, "next_try": null, "call_cut_after": "10s", "refused_writes": ["A"], "breaker": "open",
  "message": "m", "message_contains": "c", "error": {"field": "roles", "contains": ["above"]}, "http_status": [200, 400], "changed": false,
  "preview": {"current_customers": 1}, "choices": {"communities": [1], "space_groups": {"$space_groups": [1, 3]}}, "choices_count": {"space_groups": 3},
  "buttons": {"receipt": "Join Discord", "download_page": null, "seller": null}, "seller_choices": ["leave_out"], "seller_sees": "banned",
  "notices": [{"to": "seller", "cause": "gave_up", "contains": "x"}], "no_notice_to": ["customer"], "secret_shown": "last4", "secrets_stored": 1,
  "not_stored": ["x"], "state_used": true, "state_stored": {"hashed": true, "expires_in": "10m", "purpose": "join"}, "redirect_to": "https://x",
  "report": {"ok": "1", "missing_role": [], "not_in_server": [], "role_without_claim": [], "complete": false},
  "found_in": {"url": 0, "logs": 0, "responses": 0, "db_plain": 0}}}`

// oneConnection are the words that a case has in place of several connections.
const oneConnection = `{"id": "X-2", "given": {"connection": {"service": "discord", "dialect": "v1", "community_id": 1, "space_group_id": 2, "guild_id": "1", "guild_name": "n",
  "health": "token_invalid", "remove_preexisting": true, "secret": "s", "quota": {"limit": 1, "used": 2}}}, "events": [], "expect_calls": [], "expect_state": {}}`

// TestIntegrationsVocabulary_sampleIsWhole fails if a word is added to the types
// and not to the samples: it would not be tried below.
func TestIntegrationsVocabulary_sampleIsWhole(t *testing.T) {
	said := map[word]bool{}
	for _, sample := range []string{everyOutsideWord, oneConnection} {
		c := parseOutside([]byte(sample))
		if len(c.faults) > 0 {
			t.Fatalf("the sample is not read:\n\t%s", strings.Join(c.faults, "\n\t"))
		}
		v, err := parse([]byte(sample))
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{said: said}
		r.read("", v, reflect.ValueOf(&c.says).Elem())
	}
	for w := range vocabulary(reflect.TypeFor[outsideCase](), map[word]bool{}) {
		if !said[w] {
			t.Errorf("the samples do not say %s of %v", w.key, w.of)
		}
	}
}

// abroad are the fields that hold names of the outside world.
var abroad = []string{".body", ".headers", ".request_headers"}

// TestIntegrationsVocabulary_unknownFieldsFail plants a field that nobody knows
// into every map of the samples, and a map in place of every other value.
func TestIntegrationsVocabulary_unknownFieldsFail(t *testing.T) {
	places := 0
	for _, sample := range []string{everyOutsideWord, oneConnection} {
		v, err := parse([]byte(sample))
		if err != nil {
			t.Fatal(err)
		}
		try := func(path string) {
			places++
			c := parseOutside([]byte(show(v)))
			if !slices.ContainsFunc(c.faults, func(f string) bool { return strings.Contains(f, "colour") }) {
				t.Errorf("planted in %s, it is not named: %v", path, c.faults)
			}
		}
		var plant func(path string, at any, put func(any))
		plant = func(path string, at any, put func(any)) {
			if slices.ContainsFunc(abroad, func(f string) bool { return strings.HasSuffix(path, f) }) {
				return
			}
			switch at := at.(type) {
			case object:
				if path != "given.tiers" { // whose keys are names
					put(append(slices.Clone(at), member{"colour", json.Number("1")}))
					try(path)
					put(at)
				}
				for i, m := range at {
					plant(join(path, m.key), m.value, func(v any) { at[i].value = v })
				}
			case []any:
				for i, e := range at {
					plant(path, e, func(v any) { at[i] = v })
				}
			default:
				if path == "id" {
					return
				}
				put(object{{"colour", json.Number("1")}})
				try(path)
				put(at)
			}
		}
		plant("", v, func(planted any) { v = planted })
	}
	if places < 200 {
		t.Errorf("only %d places were tried", places)
	}
}

func TestIntegrationsVocabulary_unknownWordsFail(t *testing.T) {
	for _, row := range []struct{ name, old, planted, want string }{
		{"an event", `"type": "drift_check", "dry_run": false`, `"type": "colour"`, "events[17].type: no such word"},
		{"an argument of another event", `"type": "time_passes", "by": "1d"`, `"type": "time_passes", "by": "1d", "product": "P1"`, "events[18].product: does not belong"},
		{"a missing argument", `"type": "worker_runs", "worker": "B"`, `"type": "worker_runs"`, "events[19].worker: is missing"},
		{"a service", `"service": "discord", "method"`, `"service": "slack", "method"`, "expect_calls[0].service: no such word"},
		{"an actor", `"actor": "user"`, `"actor": "colour"`, "expect_calls[0].actor: no such word"},
		{"an end action", `"end_action": "none"`, `"end_action": "ban"`, "end_action: no such word"},
		{"a state of a claim", `"state": "failed"`, `"state": "colour"`, "expect_state.claims[0].state: no such word"},
		{"a cause of a claim", `"cause": "banned", "product"`, `"cause": "colour", "product"`, "expect_state.claims[0].cause: no such word"},
		{"a cause of a notice", `"cause": "gave_up"`, `"cause": "colour"`, "expect_state.notices[0].cause: no such word"},
		{"an origin", `"origin": "unknown", "member_id": 1, "given_space_groups": [2]`, `"origin": "colour", "member_id": 1, "given_space_groups": [2]`, "given.records[0].origin: no such word"},
		{"a health", `"health": "warning"`, `"health": "bad"`, "expect_state.connection.health: no such word"},
		{"a planted secret", `"bot_token"`, `"colour"`, "given.planted[1]: no such word"},
		{"a connection that is not given", `"connection": "C1", "seller": "S1", "product"`, `"connection": "C2", "seller": "S1", "product"`, ""},
		{"a tier that is not given", `"versions": "pro"`, `"versions": "max"`, "no tier is called max"},
		{"a true where only false is a word", `"changed": false`, `"changed": true`, "expect_state.changed: true is not false"},
		{"a false where only true is a word", `"still_member": true`, `"still_member": false`, "expect_state.still_member: false is not true"},
		{"a half pair", `[["a", "b"]]`, `[["a"]]`, "exchangeable[0]: "},
		{"a seller", `"S2": null`, `"S3": null`, "expect_state.connections.S3: no such seller"},
		{"calls that are missing", `"expect_calls"`, `"expected_calls"`, "expected_calls: no such field"},
		{"a duration", `"by": "1d"`, `"by": "1w"`, "events[18].by: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			planted := strings.Replace(everyOutsideWord, row.old, row.planted, 1)
			if planted == everyOutsideWord {
				t.Fatalf("the sample does not hold %s", row.old)
			}
			c := parseOutside([]byte(planted))
			if row.want == "" {
				if len(c.faults) > 0 {
					t.Errorf("got faults %q, want none", c.faults)
				}
				return
			}
			if !slices.ContainsFunc(c.faults, func(f string) bool { return strings.Contains(f, row.want) }) {
				t.Errorf("got faults %q, want one with %q", c.faults, row.want)
			}
		})
	}
}
