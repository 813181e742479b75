package cases

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func parseForm(text string) (url.Values, error) { return url.ParseQuery(text) }

// The people that every case knows.
const (
	ana      = "ana@example.com"
	bob      = "bob@example.com"
	anaID    = "800000000000000001"
	bobID    = "800000000000000002"
	ownerID  = "800000000000000099"
	anyToken = "a-token-of-a-given-connection"
)

var accountNames = map[string]string{anaID: "ana", bobID: "bob", ownerID: "anaowner"}
var addresses = map[string]string{anaID: ana, bobID: bob}

// endings are the end actions by their words.
var endings = map[endAction]domain.EndAction{
	"none": domain.EndNone, "remove_roles": domain.EndRoles, "kick": domain.EndKick,
	"remove_from_space_group": domain.EndSpaceGroup, "remove_from_community": domain.EndCommunity,
}

// given is what is being written, in order of making.
type giving struct {
	*scene
	n        int
	attached []domain.Attachment
	tierOf   map[domain.AttachmentID][]string // versions by name; nil: all
	claims   []domain.Claim
	many     bool // sales are written together
	batch    []any
}

// at is the instant of the next thing, each later than the one before, and all
// before the case begins.
func (g *giving) at() time.Time {
	g.n++
	return g.clock.now().Add(-24*time.Hour + time.Duration(g.n)*time.Millisecond)
}

// fill writes what is given into the store, as it stands.
func (s *scene) fill() {
	g := &giving{scene: s, tierOf: map[domain.AttachmentID][]string{}}
	for _, name := range []sellerRef{"S1", "S2"} {
		seller, err := s.front.usher.Sellers.Add(s.Context(), domain.Seller{Name: string(name), Email: strings.ToLower(string(name)) + "@seller.example"})
		s.must(err)
		s.sellers[name], s.products[name] = seller, map[string]domain.ProductID{}
	}
	g.connections()
	for _, e := range s.c.Events { // bundles are made of products that are there first
		if len(e.Contains) > 0 {
			s.bundles[e.Product] = e.Contains
		}
	}
	for _, a := range s.c.Given.Attachments {
		g.attach(a)
	}
	g.sales()
	if t := s.c.Given.Team; t != nil {
		g.makeTeam(*t)
	}
	claims := s.c.Given.Claims
	if claims == nil {
		claims = s.claimsOfRecords()
	}
	for _, c := range *claims {
		g.claim(c)
	}
	g.records()
	s.settleGiven()
}

// claimsOfRecords are the claims of a case that names none: one for each record,
// on the product of the first attachment.
func (s *scene) claimsOfRecords() *[]givenClaim {
	var all []givenClaim
	if s.c.Given.Records == nil || len(s.c.Given.Attachments) == 0 {
		return &all
	}
	for _, r := range s.c.Given.expanded() {
		c := givenClaim{Product: s.c.Given.Attachments[0].Product, State: "active"}
		if strings.Contains(r.Subject, "@") {
			c.Email = r.Subject
		} else {
			c.DiscordUserID, c.Email = r.Subject, cmp.Or(addresses[r.Subject], r.Subject+"@example.com")
		}
		all = append(all, c)
	}
	return &all
}

// expanded writes out records of which there are several.
func (g outsideGiven) expanded() (all []givenRecord) {
	for _, r := range *g.Records {
		if r.Count == 0 {
			all = append(all, r)
		}
		for n := 1; n <= r.Count; n++ {
			one := r
			one.Count, one.MemberID, one.Subject = 0, int64(n), fmt.Sprintf("m%d@example.com", n)
			all = append(all, one)
		}
	}
	return all
}

func (g *giving) connections() {
	all := g.c.Given.Connections
	membersOnly, secret, calls := false, "", quota{}
	if c := g.c.Given.Connection; c != nil {
		all = append(all, givenOfSeveral{"C1", g.acts, c.Service, c.Dialect, c.CommunityID, c.SpaceGroupID, c.GuildID, c.GuildName, c.Health})
		membersOnly, secret, calls = c.RemovePreexisting, c.Secret, c.Quota
	}
	for _, c := range all {
		d := domain.Connection{
			SellerID: g.seller(cmp.Or(c.Seller, "S1")), Service: domain.Service(c.Service), Dialect: string(c.Dialect), RemoteID: c.GuildID, Name: c.GuildName,
			Health: domain.Health(cmp.Or(c.Health, "ok")), Causes: toldOf[c.Health], MembersOnly: membersOnly, Quota: calls.Limit, CreatedAt: g.at(),
		}
		d.ID = domain.ConnectionID(newID(d.CreatedAt))
		if d.Service == domain.Circle {
			d.RemoteID, d.Name, d.Target = shownID(c.CommunityID), "Community", domain.TargetID(shownID(c.SpaceGroupID))
		} else {
			d.Account, d.AccountID = accountNames[ownerID], ownerID
		}
		token := ""
		if d.Service == domain.Circle {
			token = cmp.Or(secret, g.planted["circle_token"], anyToken+"-"+string(cmp.Or(c.ID, "C1")))
			d.SecretEnd, d.SecretSetAt = domain.SecretEnd(token), d.CreatedAt
		}
		fixture.Fill(g.T, g.store, d)
		g.update(d.SellerID, func(ctx context.Context, tx ports.Tx) error {
			if token != "" {
				sealed, number := g.keys.Seal([]byte("connection:"+string(d.SellerID)+":"+string(d.ID)), []byte(token))
				if err := tx.Connections.SetSecret(ctx, d.ID, ports.Sealed{Text: base64.StdEncoding.EncodeToString(sealed), Number: number}); err != nil {
					return err
				}
			}
			if calls.Used == 0 {
				return nil
			}
			_, err := tx.Connections.AddCalls(ctx, d.ID, g.clock.now().Format("2006-01"), calls.Used)
			return err
		})
		g.conns[cmp.Or(c.ID, "C1")] = d
	}
}

// toldOf is what a seller was told of a connection that is not well.
var toldOf = map[health]domain.Causes{
	"warning": domain.Causes(domain.CauseMissingPermission), "bot_missing": domain.Causes(domain.CauseBotMissing), "token_invalid": domain.Causes(domain.CauseTokenInvalid),
}

func shownID(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// product returns the id of a product, which is made when a case first names it;
// of the seller who acts, unless only the other one has it.
func (s *scene) product(name string, of sellerRef) (domain.SellerID, domain.ProductID) {
	s.Helper()
	if of == "" {
		of = s.acts
		for _, other := range []sellerRef{"S1", "S2"} {
			if _, mine := s.products[of][name]; !mine && s.products[other][name] != "" {
				of = other
			}
		}
	}
	seller := s.sellers[of].ID
	if id := s.products[of][name]; id != "" {
		return seller, id
	}
	made := s.clock.now().Add(-30 * 24 * time.Hour)
	p := domain.Product{
		ID: domain.ProductID(newID(made)), SellerID: seller, Kind: domain.OneTime, Name: name, Permalink: domain.NewPermalink(number()),
		Price: domain.Money{Amount: 1000, Currency: "usd"}, Licensed: true, Published: true, CreatedAt: made,
	}
	s.products[of][name] = p.ID
	var includes []domain.BundleLine
	for _, part := range s.bundles[name] {
		_, id := s.product(part, "")
		includes = append(includes, domain.BundleLine{ProductID: id, Quantity: 1})
	}
	for _, e := range s.c.Events {
		switch {
		case e.Product != name:
		case e.Type == "preorder_authorized":
			p.Preorder = true
		case e.Type == "free_trial_started":
			p.FreeTrial = 7 * 24 * time.Hour
		}
	}
	var tiers []any
	switch {
	case len(includes) > 0:
		p.Kind, p.Includes, p.Licensed = domain.Bundle, domain.MakeBundleLines(includes...), false
	case strings.HasPrefix(name, "M"), strings.HasPrefix(name, "T"):
		p.Kind, p.Prices, p.Multiseat = domain.MembershipKind, domain.Prices{}.With(domain.Monthly, 1000), strings.HasPrefix(name, "T")
		s.tiers[p.ID] = map[string]domain.VariantID{}
		for i, t := range s.c.Given.Tiers {
			v := domain.Variant{
				ID: domain.VariantID(newID(made)), SellerID: seller, ProductID: p.ID, Category: domain.TierCategory, Name: t.name, Position: i,
				Prices: domain.Prices{}.With(domain.Monthly, t.is), CreatedAt: made,
			}
			s.tiers[p.ID][t.name] = v.ID
			tiers = append(tiers, v)
		}
	}
	fixture.Fill(s.T, s.store, append([]any{p}, tiers...)...)
	return seller, p.ID
}

func (g *giving) attach(a givenAttachment) {
	conn := g.conns[cmp.Or(a.Connection, "C1")]
	var of sellerRef
	for name, seller := range g.sellers {
		if seller.ID == conn.SellerID {
			of = name
		}
	}
	_, product := g.product(a.Product, cmp.Or(a.Seller, of))
	d := domain.Attachment{
		SellerID: conn.SellerID, ConnectionID: conn.ID, Service: conn.Service, ProductID: product, AllVariants: ptr(a.AllVersions, true),
		EndAction: endings[a.EndAction], CreatedAt: g.at(),
	}
	d.ID = domain.AttachmentID(newID(d.CreatedAt))
	if d.EndAction == "" {
		d.EndAction = conn.Service.DefaultEnd()
	}
	var targets []domain.TargetID
	for _, r := range a.Roles {
		targets = append(targets, domain.TargetID(r))
	}
	if conn.Service == domain.Circle {
		if id := cmp.Or(shownID(a.SpaceGroupID), string(conn.Target)); id != "" {
			targets = append(targets, domain.TargetID(id))
		}
	}
	d.Targets = domain.MakeTargets(targets...)
	if !d.AllVariants {
		g.tierOf[d.ID] = a.Versions
		var ids []domain.VariantID
		for _, name := range a.Versions {
			ids = append(ids, g.tiers[product][name])
		}
		d.Variants = domain.ChosenVariants(ids...)
	}
	for _, p := range g.c.Given.Purchases { // customers of before are left out
		if p.Product == a.Product {
			d.FromAt = g.clock.now()
		}
	}
	fixture.Fill(g.T, g.store, d)
	g.attached = append(g.attached, d)
}

// sale writes one live sale, with its membership if its product is one.
func (g *giving) sale(of sellerRef, product, tier, email string, mods ...func(*domain.PurchaseState, *domain.MembershipState)) domain.PurchaseState {
	seller, id := g.product(product, of)
	at := g.at()
	g.order++
	p := domain.PurchaseState{
		ID: domain.PurchaseID(newID(at)), SellerID: seller, ProductID: id, OrderNumber: g.order, Status: domain.Successful, Email: domain.NormalizeEmail(email),
		Quantity: 1, Price: domain.Money{Amount: 1000, Currency: "usd"}, CanContact: true, Multiseat: strings.HasPrefix(product, "T"), CreatedAt: at,
	}
	if p.Email == ana {
		p.FullName = g.c.Given.CustomerName
	}
	if len(g.c.Given.Tiers) > 0 && g.tiers[id] != nil {
		name := cmp.Or(tier, g.c.Given.Tiers[0].name)
		p.Variants = domain.ChosenVariants(g.tiers[id][name])
		p.Price.Amount, _ = g.c.Given.Tiers.get(name)
	}
	var m domain.MembershipState
	renews := strings.HasPrefix(product, "M") || strings.HasPrefix(product, "T")
	for _, mod := range mods {
		mod(&p, nil)
	}
	if renews && p.MembershipID == "" {
		p.MembershipID = domain.MembershipID(newID(at))
		m = domain.MembershipRecord{
			ID: p.MembershipID, SellerID: seller, ProductID: id, PurchaseID: p.ID, Recurrence: domain.Monthly, StartedAt: at, CreatedAt: at,
		}.Adopt(p)
		if m.Elsewhere = g.elsewhere(); !m.Elsewhere {
			m.Method = "card of " + product
		}
		for _, mod := range mods {
			mod(&p, &m)
		}
	}
	key := domain.LicenseState{ID: domain.LicenseID(newID(at)), SellerID: seller, ProductID: id, PurchaseID: p.ID, Key: newKey(), CreatedAt: at}
	all := []any{p}
	if m.ID != "" {
		all = append(all, m)
	}
	if !p.GiftGiven {
		all = append(all, key)
	}
	if g.batch = append(g.batch, all...); !g.many || len(g.batch) >= 1000 {
		g.flush()
	}
	if m.ID != "" && !m.NextDue().IsZero() {
		g.waits(m)
	}
	return p
}

// elsewhere reports whether the memberships of the case are charged by another
// system, which numbers what it tells, or tells what only it can know.
func (s *scene) elsewhere() bool {
	return slices.ContainsFunc(s.c.Events, func(e happening) bool {
		return e.Seq != 0 || e.Reason == "failed" || e.Reason == "completed"
	})
}

// waits has somebody look at a membership when it falls due.
func (s *scene) waits(m domain.MembershipState) {
	due := domain.MembershipDue{MembershipID: m.ID, PurchaseID: m.PurchaseID, DueAt: m.NextDue(), At: s.clock.now()}
	payload, err := json.Marshal(due)
	s.must(err)
	s.update(m.SellerID, func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{
			ID: domain.EventID(newID(due.At)), Subject: due.EventSubject(), Name: due.EventName(), Payload: string(payload), At: due.At,
		})
	})
}

// flush writes what was held back, to be written together.
func (g *giving) flush() {
	fixture.Fill(g.T, g.store, g.batch...)
	g.batch = nil
}

func (g *giving) sales() {
	g.many = !slices.ContainsFunc(g.c.Given.Purchases, func(p givenPurchase) bool { return !strings.HasPrefix(p.Product, "P") })
	defer func() { g.many = false }()
	defer g.flush()
	for _, p := range g.c.Given.Purchases {
		for n := 1; n <= max(p.Count, 1); n++ {
			email := p.Email
			if p.Count > 0 {
				email = fmt.Sprintf("c%d@example.com", n)
			}
			g.sale(p.Seller, p.Product, p.Tier, email)
		}
	}
}

func (g *giving) makeTeam(t givenTeam) {
	assigned := 0
	if g.c.Given.Claims != nil {
		for _, c := range *g.c.Given.Claims {
			if c.Seat > 0 {
				assigned++
			}
		}
	}
	p := g.sale("", t.Product, "", cmp.Or(t.Owner, "boss@example.com"), func(p *domain.PurchaseState, m *domain.MembershipState) {
		p.Quantity = max(t.Seats, 1)
		if m == nil {
			p.Price.Amount *= int64(p.Quantity)
			return
		}
		m.Assigned = assigned
	})
	g.team = p.MembershipID
}

// claim writes a claim with the sale or seat that it hangs on.
func (g *giving) claim(c givenClaim) {
	email := cmp.Or(c.Email, ana)
	conn, a := g.connectionFor(c)
	over := c.State == "removed" || c.State == "kept" || c.State == "removing"
	var p domain.PurchaseState
	var seat domain.SeatID
	switch {
	case c.Seat > 0:
		p = g.teamSale()
		seat = g.seat(p, email)
	case c.GiftFrom != "":
		giver := g.sale("", c.Product, c.Tier, c.GiftFrom, func(p *domain.PurchaseState, _ *domain.MembershipState) { p.GiftGiven = true })
		p = g.sale("", c.Product, c.Tier, email, func(p *domain.PurchaseState, _ *domain.MembershipState) {
			p.GiftOf, p.MembershipID, p.Status, p.Price.Amount = giver.ID, giver.MembershipID, domain.GiftReceived, 0
		})
	default:
		p = g.sale("", c.Product, c.Tier, email, func(p *domain.PurchaseState, m *domain.MembershipState) {
			if m == nil {
				return
			}
			if p.Multiseat {
				m.Assigned = 1
			}
			if over {
				m.Status, m.EndReason, m.CancelledBy = domain.Ended, domain.Cancelled, domain.Buyer
				m.CancelRequestedAt, m.CancelledAt, m.DeactivatedAt = p.CreatedAt, p.CreatedAt, p.CreatedAt
			}
		})
		if p.Multiseat {
			seat = g.seat(p, email)
		}
	}
	d := domain.Claim{
		SellerID: p.SellerID, ConnectionID: conn.ID, Service: conn.Service, PurchaseID: p.ID, SeatID: seat, ProductID: p.ProductID,
		Email: domain.NormalizeEmail(email), Targets: a.Targets, EndAction: a.EndAction, State: domain.ClaimState(cmp.Or(c.State, "active")), CreatedAt: g.at(),
	}
	d.ID = domain.ClaimID(newID(d.CreatedAt))
	if conn.Service == domain.Circle {
		d.Subject = domain.Subject(d.Email)
	} else {
		d.Subject, d.Name = domain.Subject(c.DiscordUserID), accountNames[c.DiscordUserID]
	}
	if over {
		d.EndedAt = d.CreatedAt
	}
	fixture.Fill(g.T, g.store, d)
	g.claims = append(g.claims, d)
}

// connectionFor returns where a claim is to: of the attachment that gives it.
// What several attachments give comes together.
func (g *giving) connectionFor(c givenClaim) (domain.Connection, domain.Attachment) {
	_, product := g.product(c.Product, "")
	var sum domain.Attachment
	var at domain.Connection
	for _, conn := range g.conns {
		for _, a := range g.attached {
			tiers, some := g.tierOf[a.ID]
			tier := c.Tier
			if tier == "" && len(g.c.Given.Tiers) > 0 {
				tier = g.c.Given.Tiers[0].name
			}
			switch {
			case a.ConnectionID != conn.ID, a.ProductID != product, c.Service != "" && string(c.Service) != string(conn.Service),
				some && !slices.Contains(tiers, tier), at.ID != "" && at.ID != conn.ID:
				continue
			case at.ID == "":
				at, sum = conn, a
			default:
				sum.Targets = sum.Targets.With(a.Targets)
			}
		}
	}
	if at.ID == "" {
		for _, conn := range g.conns {
			if c.Service == "" || string(c.Service) == string(conn.Service) {
				return conn, domain.Attachment{EndAction: conn.Service.DefaultEnd()}
			}
		}
	}
	return at, sum
}

func (s *scene) teamSale() (p domain.PurchaseState) {
	s.Helper()
	seller := s.seller("")
	s.view(ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
		m, err := tx.Memberships.ByID(ctx, s.team)
		if err != nil {
			return err
		}
		kept, err := tx.Purchases.ByID(ctx, m.State().PurchaseID)
		if err == nil {
			p = kept.State()
		}
		return err
	})
	return p
}

func (g *giving) seat(p domain.PurchaseState, email string) domain.SeatID {
	at := g.at()
	d := domain.Seat{ID: domain.SeatID(newID(at)), SellerID: p.SellerID, PurchaseID: p.ID, Email: domain.NormalizeEmail(email), Status: domain.SeatActive, ClaimedAt: at, CreatedAt: at}
	fixture.Fill(g.T, g.store, d)
	return d.ID
}

// records writes who is in, and a grant for everybody else whom a claim knows.
func (g *giving) records() {
	made := map[domain.ConnectionID]map[domain.Subject]bool{}
	put := func(conn domain.Connection, s domain.GrantState) {
		if made[conn.ID] == nil {
			made[conn.ID] = map[domain.Subject]bool{}
		}
		if made[conn.ID][s.Subject] {
			return
		}
		made[conn.ID][s.Subject] = true
		fixture.Fill(g.T, g.store, s)
	}
	grant := func(conn domain.Connection, who domain.Subject) domain.GrantState {
		at := g.at()
		s := domain.NewGrant(domain.GrantID(newID(at)), conn, who, at).State()
		s.Name = accountNames[string(who)]
		return s
	}
	conns := map[domain.ConnectionID]domain.Connection{}
	for _, c := range g.conns {
		conns[c.ID] = c
	}
	if g.c.Given.Records != nil {
		for _, r := range g.c.Given.expanded() {
			conn := g.conns[cmp.Or(r.Connection, "C1")]
			s := grant(conn, domain.Subject(r.Subject))
			s.In, s.Origin, s.MemberID = true, domain.Origin(cmp.Or(r.Origin, "added_by_us")), shownID(r.MemberID)
			var ids []domain.TargetID
			for _, id := range append(slices.Clone(r.GivenSpaceGroups), r.GivenRoles...) {
				ids = append(ids, domain.TargetID(id))
			}
			s.Given = domain.MakeTargets(ids...)
			s.Held = g.wantedBy(conn, s.Subject).Without(s.Given)
			put(conn, s)
		}
	}
	for _, c := range g.claims {
		if c.Subject == "" {
			continue
		}
		conn := conns[c.ConnectionID]
		s := grant(conn, c.Subject)
		if g.c.Given.Records == nil && c.State == domain.ClaimActive {
			s.In, s.Origin, s.Held = true, domain.AddedByUs, g.wantedBy(conn, c.Subject)
		}
		put(conn, s)
	}
}

// wantedBy is what the claims of somebody give: one that is active and whose
// record says that nothing was given has it from before.
func (g *giving) wantedBy(conn domain.Connection, who domain.Subject) (all domain.Targets) {
	for _, c := range g.claims {
		if c.ConnectionID == conn.ID && c.Subject == who && c.State == domain.ClaimActive {
			all = all.With(c.Targets)
		}
	}
	return all
}

// settleGiven turns what was told of memberships into work, which is not due yet.
func (s *scene) settleGiven() {
	_, err := s.front.usher.Worker.Tick(s.Context())
	s.must(err)
}
