package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// compare compares what came of a case with what must.
func (s *scene) compare() (wrong []string) {
	w := s.c.State
	add := func(what string, got, want any) {
		wrong = append(wrong, fmt.Sprintf("%s: got %v, want %v", what, got, want))
	}
	s.compareConnections(w, add)
	s.compareClaims(w, add)
	s.comparePeople(w, add)
	s.compareAnswers(w, add)
	s.compareNotices(w, add)
	s.compareSecrets(w, add)
	s.compareStates(w, add)
	return wrong
}

type adder func(what string, got, want any)

func (s *scene) compareConnections(w outsideState, add adder) {
	open := func(of sellerRef) (domain.Connection, bool) {
		for _, c := range s.connectionsOf(of) {
			if c.ClosedAt.IsZero() {
				return c, true
			}
		}
		return domain.Connection{}, false
	}
	if w.Connection.set {
		c, there := open(s.lastSeller)
		if w.Connection.null == there {
			add("connection", fmt.Sprintf("%t %+v", there, c), !w.Connection.null)
		}
		is := w.Connection.is
		for _, f := range []struct {
			name string
			want *string
			got  string
		}{{"dialect", is.Dialect, c.Dialect}, {"guild_id", is.GuildID, c.RemoteID}, {"guild_name", is.GuildName, c.Name}, {"account", is.Account, c.Account}} {
			if f.want != nil && *f.want != f.got {
				add("connection."+f.name, f.got, *f.want)
			}
		}
		if is.CommunityID != nil && shownID(*is.CommunityID) != c.RemoteID {
			add("connection.community_id", c.RemoteID, *is.CommunityID)
		}
		if is.Health != "" && string(is.Health) != string(c.Health) {
			add("connection.health", c.Health, is.Health)
		}
	}
	for _, e := range w.Connections {
		c, there := open(sellerRef(e.name))
		if e.is.null == there {
			add("connections."+e.name, there, !e.is.null)
		}
		if h := e.is.is.Health; h != "" && string(h) != string(c.Health) {
			add("connections."+e.name+".health", c.Health, h)
		}
	}
	if w.Attachment.set {
		all := s.standing()
		if w.Attachment.null != (len(all) == 0) {
			add("attachment", all, w.Attachment)
		}
		for _, a := range all {
			if e := w.Attachment.is.EndAction; e != "" && endings[e] != a.EndAction {
				add("attachment.end_action", a.EndAction, e)
			}
			if id := w.Attachment.is.SpaceGroupID; id != 0 && string(a.Targets) != string(domain.MakeTargets(domain.TargetID(shownID(id)))) {
				add("attachment.space_group_id", a.Targets, id)
			}
		}
	}
	if w.Choices != nil && w.Choices.SpaceGroups != nil {
		if got := idsOf(s.choices); !slices.Equal(got, *w.Choices.SpaceGroups) {
			add("choices.space_groups", got, *w.Choices.SpaceGroups)
		}
	}
	if w.Choices != nil && w.Choices.Communities != nil {
		if got := idsOf(s.offer.Communities); !slices.Equal(got, *w.Choices.Communities) {
			add("choices.communities", got, *w.Choices.Communities)
		}
	}
	if w.ChoicesCount != nil && w.ChoicesCount.SpaceGroups != nil && len(s.choices) != *w.ChoicesCount.SpaceGroups {
		add("choices_count.space_groups", len(s.choices), *w.ChoicesCount.SpaceGroups)
	}
	if w.Preview != nil && w.Preview.CurrentCustomers != nil && s.preview != *w.Preview.CurrentCustomers {
		add("preview.current_customers", s.preview, *w.Preview.CurrentCustomers)
	}
}

func idsOf(choices []ports.Choice) (ids []string) {
	for _, c := range choices {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

// standing are the attachments that were not removed.
func (s *scene) standing() (all []domain.Attachment) {
	for _, of := range []sellerRef{"S1", "S2"} {
		for _, c := range s.connectionsOf(of) {
			s.view(ports.Seller(c.SellerID), func(ctx context.Context, tx ports.Tx) error {
				found, err := tx.Attachments.ByConnection(ctx, c.ID)
				for _, a := range found {
					if a.RemovedAt.IsZero() {
						all = append(all, a)
					}
				}
				return err
			})
		}
	}
	return all
}

// claimsNow are all claims, and peopleNow who is in.
func (s *scene) claimsNow() (all []domain.Claim) {
	for _, seller := range s.sellers {
		var after ports.Cursor
		for {
			var page []domain.Claim
			s.view(ports.Seller(seller.ID), func(ctx context.Context, tx ports.Tx) (err error) {
				page, err = tx.Claims.List(ctx, ports.ClaimQuery{After: after})
				return err
			})
			all = append(all, page...)
			if len(page) < 1000 {
				break
			}
			after = ports.Cursor{At: page[999].CreatedAt, ID: string(page[999].ID)}
		}
	}
	return all
}

func (s *scene) grantsNow() (all []domain.GrantState) {
	for _, of := range []sellerRef{"S1", "S2"} {
		for _, c := range s.connectionsOf(of) {
			var after ports.Cursor
			for {
				var page []domain.GrantState
				s.view(ports.Seller(c.SellerID), func(ctx context.Context, tx ports.Tx) (err error) {
					page, err = tx.Grants.List(ctx, c.ID, after, 1000)
					return err
				})
				all = append(all, page...)
				if len(page) < 1000 {
					break
				}
				after = ports.Cursor{At: page[999].CreatedAt, ID: string(page[999].ID)}
			}
		}
	}
	return all
}

func (s *scene) peopleNow() []domain.GrantState {
	return slices.DeleteFunc(s.grantsNow(), func(g domain.GrantState) bool { return !g.In })
}

// fits reports whether each wanted one can be another one of those that are
// there, with none left over.
func fits(wanted, there int, fit func(i, j int) bool) bool {
	if wanted != there {
		return false
	}
	taken := make([]bool, there)
	var place func(i int) bool
	place = func(i int) bool {
		if i == wanted {
			return true
		}
		for j := range there {
			if !taken[j] && fit(i, j) {
				taken[j] = true
				if place(i + 1) {
					return true
				}
				taken[j] = false
			}
		}
		return false
	}
	return place(0)
}

func (s *scene) compareClaims(w outsideState, add adder) {
	all := s.claimsNow()
	if w.ClaimsCount != nil && len(all) != *w.ClaimsCount {
		add("claims_count", len(all), *w.ClaimsCount)
	}
	if w.Claims == nil {
		return
	}
	fit := func(i, j int) bool {
		want, c := (*w.Claims)[i], all[j]
		return (want.State == "" || string(want.State) == string(c.State)) && (want.Cause == "" || string(want.Cause) == string(c.Cause)) &&
			(want.Email == "" || want.Email == c.Email) && (want.DiscordUserID == "" || want.DiscordUserID == string(c.Subject)) &&
			(want.Service == "" || string(want.Service) == string(c.Service)) && (want.Product == "" || s.isProduct(want.Product, c.ProductID)) &&
			(want.Tier == "" || s.tierOf(c) == want.Tier) &&
			(want.MissingRoles == nil || slices.Equal(sorted(*want.MissingRoles), idsIn(c.Missing)))
	}
	if !fits(len(*w.Claims), len(all), fit) {
		var shown []string
		for _, c := range all {
			shown = append(shown, fmt.Sprintf("{%s %s %s %s%s missing=%s}", c.State, c.Cause, c.Email, c.Subject, strings.TrimPrefix(" was "+string(c.OldSubject), " was "), c.Missing))
		}
		add("claims", shown, fmt.Sprintf("%+v", *w.Claims))
	}
}

func sorted(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return all
}

func idsIn(t domain.Targets) (ids []string) {
	for id := range t.All() {
		ids = append(ids, string(id))
	}
	slices.Sort(ids)
	return ids
}

func (s *scene) isProduct(name string, id domain.ProductID) bool {
	return s.products["S1"][name] == id || s.products["S2"][name] == id
}

func (s *scene) tierOf(c domain.Claim) (name string) {
	s.view(ports.Seller(c.SellerID), func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Purchases.ByID(ctx, c.PurchaseID)
		if err != nil {
			return err
		}
		for v := range p.State().Variants.All() {
			for tier, id := range s.tiers[c.ProductID] {
				if id == v {
					name = tier
				}
			}
		}
		return nil
	})
	return name
}

func (s *scene) comparePeople(w outsideState, add adder) {
	all := s.peopleNow()
	if w.RecordsCount != nil && len(all) != *w.RecordsCount {
		add("records_count", len(all), *w.RecordsCount)
	}
	if w.Records != nil {
		fit := func(i, j int) bool {
			want, g := (*w.Records)[i], all[j]
			return (want.Subject == "" || want.Subject == string(g.Subject)) && (want.Origin == "" || string(want.Origin) == string(g.Origin)) &&
				(want.MemberID == 0 || shownID(want.MemberID) == g.MemberID) &&
				(want.GivenRoles == nil || slices.Equal(*want.GivenRoles, idsIn(g.Given))) &&
				(want.GivenSpaceGroups == nil || slices.Equal(*want.GivenSpaceGroups, idsIn(g.Given)))
		}
		if !fits(len(*w.Records), len(all), fit) {
			var shown []string
			for _, g := range all {
				shown = append(shown, fmt.Sprintf("{%s %s member=%s given=%s}", g.Subject, g.Origin, g.MemberID, g.Given))
			}
			add("records", shown, fmt.Sprintf("%+v", *w.Records))
		}
	}
	if bool(w.StillMember) && s.out.kicked {
		add("still_member", false, true)
	}
	tries, waits := 0, ""
	for _, g := range s.grantsNow() {
		tries = max(tries, g.Tries)
		if g.TryAt.After(s.clock.now()) {
			waits = "waiting"
		}
	}
	if w.Tries != nil && tries != *w.Tries {
		add("tries", tries, *w.Tries)
	}
	if w.NextTry.set && (waits == "") != w.NextTry.null {
		add("next_try", waits, w.NextTry.is)
	}
	if w.CallsAfter != nil && !slices.Equal(s.callsAfter, *w.CallsAfter) {
		add("calls_after", s.callsAfter, *w.CallsAfter)
	}
	if d := time.Duration(w.CallCutAfter); d > 0 && (s.out.cut == 0 || s.out.cut > d) {
		add("call_cut_after", s.out.cut, d)
	}
	for _, name := range w.RefusedWrites {
		if p := s.procs[name]; p == nil || !strings.Contains(p.log.String(), "an answer came too late") {
			add("refused_writes", "none", name)
		}
	}
	if _, open := s.front.limiter.Breaker(); w.Breaker != "" && open != (w.Breaker == "open") {
		add("breaker", open, w.Breaker)
	}
	if bool(w.Changed) {
		if now := s.dump(); now != s.before {
			add("changed", now, s.before)
		}
	}
	s.compareSeen(w, add)
}

// compareSeen compares what the seller sees of people, and a comparison.
func (s *scene) compareSeen(w outsideState, add adder) {
	var causes, choices []string
	for _, seller := range s.sellers {
		people, err := s.front.usher.Communities.People(s.Context(), seller.ID, ports.ClaimQuery{})
		s.must(err)
		for _, c := range people {
			if c.Cause != "" && !slices.Contains(causes, string(c.Cause)) {
				causes = append(causes, string(c.Cause))
			}
			for _, choice := range c.Choices() {
				if !slices.Contains(choices, string(choice)) {
					choices = append(choices, string(choice))
				}
			}
		}
	}
	for _, c := range w.SellerSees {
		if !slices.Contains(causes, string(c)) {
			add("seller_sees", causes, c)
		}
	}
	var wanted []string
	for _, c := range w.SellerChoices {
		wanted = append(wanted, string(c))
	}
	if w.SellerChoices != nil && !slices.Equal(sorted(choices), sorted(wanted)) {
		add("seller_choices", choices, wanted)
	}
	if w.Report == nil {
		return
	}
	for _, l := range []struct {
		name string
		want *many[string]
		got  []domain.Subject
	}{{"ok", w.Report.OK, s.drift.OK}, {"missing_role", w.Report.MissingRole, s.drift.MissingTarget}, {"not_in_server", w.Report.NotInServer, s.drift.NotIn},
		{"role_without_claim", w.Report.RoleWithoutClaim, s.drift.TargetNotClaimed}} {
		var got []string
		for _, g := range l.got {
			got = append(got, string(g))
		}
		if l.want != nil && !slices.Equal(sorted(got), sorted(*l.want)) {
			add("report."+l.name, got, *l.want)
		}
	}
	if w.Report.Complete != nil && s.drift.Complete != *w.Report.Complete {
		add("report.complete", s.drift.Complete, *w.Report.Complete)
	}
}

func (s *scene) compareAnswers(w outsideState, add adder) {
	says := s.said.says
	if says == "" && s.said.err != nil {
		says = refusal(s.said.err)
	}
	if w.Message != nil && says != *w.Message {
		add("message", says, *w.Message)
	}
	for _, part := range w.MessageContains {
		if !strings.Contains(strings.ToLower(says), strings.ToLower(part)) {
			add("message_contains", says, part)
		}
	}
	if w.Error.set && w.Error.null && s.said.err != nil {
		add("error", s.said.err, nil)
	}
	if w.Error.set && !w.Error.null {
		e, _ := errors.AsType[*domain.Error](s.said.err)
		switch {
		case e == nil:
			add("error", s.said.err, w.Error.is)
		case w.Error.is.Field != "" && e.Field != string(w.Error.is.Field):
			add("error.field", e.Field, w.Error.is.Field)
		default:
			for _, part := range w.Error.is.Contains {
				if !strings.Contains(refusal(e), part) {
					add("error.contains", refusal(e), part)
				}
			}
		}
	}
	want := []int(w.HTTPStatus)
	if len(want) == 1 {
		want = slices.Repeat(want, len(s.statuses))
	}
	if w.HTTPStatus != nil && (len(s.statuses) == 0 || !slices.Equal(s.statuses, want)) {
		add("http_status", s.statuses, w.HTTPStatus)
	}
	if w.Buttons != nil {
		s.compareButtons(*w.Buttons, add)
	}
}

// compareNotices compares what people were told of communities.
func (s *scene) compareNotices(w outsideState, add adder) {
	type notice struct{ to, cause, text string }
	var all []notice
	s.mail.mu.Lock()
	for _, m := range s.mail.mails {
		kind, rest, _ := strings.Cut(m.Cause, ":")
		if kind != "access" {
			continue
		}
		cause, _, _ := strings.Cut(rest, ":")
		to := "customer"
		for _, seller := range s.sellers {
			if seller.Email == m.To {
				to = "seller"
			}
		}
		all = append(all, notice{to, cause, m.Subject + "\n" + m.Text})
	}
	for _, c := range s.mail.alarms {
		all = append(all, notice{"operator", string(c), ""})
	}
	s.mail.mu.Unlock()
	of := func(to string) (some []notice) {
		for _, n := range all {
			if n.to == to {
				some = append(some, n)
			}
		}
		return some
	}
	for _, to := range w.NoNoticeTo {
		if some := of(string(to)); len(some) > 0 {
			add("no_notice_to "+string(to), some, "none")
		}
	}
	if w.Notices == nil {
		return
	}
	named := map[string][]noticeWanted{}
	for _, n := range *w.Notices {
		named[string(n.To)] = append(named[string(n.To)], n)
	}
	for to, want := range named {
		got := of(to)
		if !fits(len(want), len(got), func(i, j int) bool {
			for _, part := range want[i].Contains {
				if !strings.Contains(got[j].text, part) {
					return false
				}
			}
			return want[i].Cause == "" || string(want[i].Cause) == got[j].cause
		}) {
			add("notices to "+to, got, fmt.Sprintf("%+v", want))
		}
	}
}

// secrets are what is looked for: what was given, sent or planted.
func (s *scene) secrets() (all []string) {
	if c := s.c.Given.Connection; c != nil && c.Secret != "" {
		all = append(all, c.Secret)
	}
	for _, e := range s.c.Events {
		if e.Token != nil && strings.TrimSpace(*e.Token) != "" {
			all = append(all, strings.TrimSpace(*e.Token))
		}
	}
	for name := range s.c.Given.Planted {
		if s.planted[name] != "" {
			all = append(all, s.planted[name])
		}
	}
	return all
}

func (s *scene) compareSecrets(w outsideState, add adder) {
	stored := s.everything()
	logs := ""
	for _, log := range s.logs {
		logs += log.String()
	}
	shown := strings.Join(s.answers, "\n") + strings.Join(s.exports, "\n") + s.said.says
	if s.said.err != nil {
		shown += s.said.err.Error()
	}
	if w.SecretShown != "" {
		for _, secret := range s.secrets() {
			part := secret
			if len(secret) > 5 {
				part = secret[len(secret)-5:]
			}
			if strings.Contains(shown, part) || strings.Contains(logs, part) {
				add("secret_shown", "more than its last 4 characters", w.SecretShown)
			}
		}
	}
	for _, text := range w.NotStored {
		if i := strings.Index(stored, text); i >= 0 {
			add("not_stored", stored[max(0, i-200):min(len(stored), i+60)], text)
		}
	}
	if w.SecretsStored != nil {
		n := 0
		for _, of := range []sellerRef{"S1", "S2"} {
			for _, c := range s.connectionsOf(of) {
				s.view(ports.Seller(c.SellerID), func(ctx context.Context, tx ports.Tx) error {
					sealed, err := tx.Connections.Secret(ctx, c.ID)
					if sealed.Text != "" {
						n++
					}
					return err
				})
			}
		}
		if n != *w.SecretsStored {
			add("secrets_stored", n, *w.SecretsStored)
		}
	}
	if w.FoundIn == nil {
		return
	}
	count := func(text string) (n int) {
		for _, secret := range s.secrets() {
			n += strings.Count(text, secret)
		}
		return n
	}
	for _, f := range []struct {
		name string
		want *int
		text string
		left []string // places of other cases
	}{
		{"url", w.FoundIn.URL, strings.Join(s.out.urls, "\n"), []string{"addresses"}}, {"logs", w.FoundIn.Logs, logs, []string{"logs"}},
		{"responses", w.FoundIn.Responses, shown, []string{"pages", "errors", "mails", "export"}},
		{"db_plain", w.FoundIn.DBPlain, stored, []string{"tables", "files", "memory"}},
	} {
		if n := count(f.text) + s.leaksIn(f.left...); f.want != nil && n != *f.want {
			add("found_in."+f.name, n, *f.want)
		}
	}
}

// compareStates compares the state of an authorization, and where it led.
func (s *scene) compareStates(w outsideState, add adder) {
	pass := func() (p domain.Pass, err error) {
		err = s.store.View(s.Context(), ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
			p, err = tx.Passes.ByDigest(ctx, domain.DigestOf(s.lastState))
			return err
		})
		return p, err
	}
	if bool(w.StateUsed) {
		if p, err := pass(); err == nil && p.UsedAt.IsZero() {
			add("state_used", false, true)
		}
	}
	if w.StateStored != nil {
		p, err := pass()
		if err != nil {
			add("state_stored", err, w.StateStored)
		}
		if h := w.StateStored.Hashed; h != nil && *h == strings.Contains(s.everything(), s.lastState) {
			add("state_stored.hashed", !*h, *h)
		}
		if d := time.Duration(w.StateStored.ExpiresIn); d > 0 && p.ExpiresAt.Sub(p.CreatedAt) != d {
			add("state_stored.expires_in", p.ExpiresAt.Sub(p.CreatedAt), d)
		}
		if w.StateStored.Purpose != "" && string(p.Kind) != string(w.StateStored.Purpose) {
			add("state_stored.purpose", p.Kind, w.StateStored.Purpose)
		}
	}
	if w.RedirectTo == nil {
		return
	}
	got, err := url.Parse(s.started)
	s.must(err)
	q := got.Query()
	text := *w.RedirectTo
	for name, value := range map[string]string{
		"$state": q.Get("state"), "$challenge": s.challengeIn(q.Get("code_challenge")), "$client_id": clientID, "$redirect_uri": redirectURI,
	} {
		text = strings.ReplaceAll(text, name, value)
	}
	want, err := url.Parse(text)
	s.must(err)
	if got.Scheme+got.Host+got.Path != want.Scheme+want.Host+want.Path || q.Encode() != want.Query().Encode() {
		add("redirect_to", s.started, text)
	}
}

func (s *scene) challengeIn(c string) string { return cmp.Or(c, "$challenge") }
