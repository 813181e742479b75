package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// watch is a store that looks, after each change, whether the key under which it
// was asked for is there.
type watch struct {
	ports.Store
	mu      sync.Mutex
	key     string // none: it does not look
	changes int
	late    int // changes that were kept without the key
}

func (w *watch) asks(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.key, w.changes, w.late = key, 0, 0
}

func (w *watch) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	err := w.Store.Update(ctx, who, fn)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || w.key == "" {
		return err
	}
	w.changes++
	if w.Store.View(context.Background(), ports.Seller("ana"), func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Commands.ByKey(ctx, w.key)
		return err
	}) != nil {
		w.late++
	}
	return nil
}

// placed is a place in a route, and the name of what is asked for there.
var placed = regexp.MustCompile(`\{(\w+)=(\w+)\}`)

// TestOnce_everyWrite sends every write twice under a key, one thing after the
// other: the first change is kept with the key, and the second time nothing is
// changed and the answer is that of the first.
func TestOnce_everyWrite(t *testing.T) {
	var seen *watch
	c := newClub(t, func(o *options) {
		o.wrap = func(s ports.Store) ports.Store { seen = &watch{Store: s}; return seen }
	})
	bo := c.join("bo@example.com", 4)
	said := map[string]string{"{pen}": "pen", "{member}": bo.membership, "{server}": serverID, "{buyer}": bo.token}
	fill := func(s string) string {
		for name, value := range said {
			s = strings.ReplaceAll(s, name, value)
		}
		return s
	}
	people := func(t *testing.T) []person {
		return read[peopleBody](t, c.ask("GET /api/people?connection="+said["{circle}"], anaSees, "").is(t, 200)).People
	}
	covered := map[string]bool{}
	for i, step := range []struct {
		name, route, body, as string // as anaEdits unless said
		status                int
		then                  func(t *testing.T, body string)
	}{
		{"a card", "PUT /api/memberships/{membership=member}/method", `{"method":"sandbox_pays"}`, "", 200, nil},
		{"a seat", "POST /api/memberships/{membership=member}/seats", `{"email":"cy@example.com"}`, "", 201, func(t *testing.T, body string) {
			said["{seat}"] = string(read[seatBody](t, body).Seat.ID)
		}},
		{"its invitation again", "POST /api/memberships/{membership=member}/seats/{seat=seat}/invite", "", "", 200, func(t *testing.T, _ string) {
			seat := domain.Seat{ID: domain.SeatID(said["{seat}"]), SellerID: "ana", PurchaseID: domain.PurchaseID(bo.purchase), Email: "cy@example.com", Status: domain.SeatInvited}
			invited := domain.NewInvitation("invited", seat, anInvite, noon).State()
			fixture.Fill(t, c.store, invited)
		}},
		{"the seat is claimed", "POST /api/seats/claim", "", anInvite, 200, nil},
		{"the seat is taken back", "DELETE /api/memberships/{membership=member}/seats/{seat=seat}", "", "", 200, nil},
		{"nothing pending is kept", "POST /api/memberships/{membership=member}/keep", "", "", 200, nil},
		{"a cancellation", "POST /api/memberships/{membership=member}/cancel", "", "", 200, nil},
		{"its undoing", "POST /api/memberships/{membership=member}/uncancel", "", "", 200, nil},
		{"an end", "POST /api/memberships/{membership=member}/end", "", "", 200, nil},

		{"a server's link", "POST /api/communities/discord", "", anaAll, 201, nil},
		{"a community", "POST /api/communities/circle", `{"token":"` + clubToken + `","space_group":"43576"}`, "", 201, func(t *testing.T, body string) {
			said["{circle}"] = string(read[offerBody](t, body).Connection.ID)
		}},
		{"its settings", "PATCH /api/communities/{connection=circle}", `{"members_only":true,"calls_limit":5000}`, "", 200, nil},
		{"a token of two", "POST /api/communities/circle", `{"token":"` + manyToken + `"}`, "", 201, func(t *testing.T, body string) {
			said["{two}"] = string(read[offerBody](t, body).Connection.ID)
		}},
		{"one of them", "PUT /api/communities/{connection=two}/community", `{"community":"3513"}`, "", 200, nil},
		{"a check", "POST /api/communities/{connection=circle}/check", "", "", 200, nil},
		{"a product there", "POST /api/products/{product=pen}/attachments", `{"connection":"{circle}"}`, "", 201, func(t *testing.T, body string) {
			said["{attachment}"] = string(read[attachmentBody](t, body).Attachment.ID)
			for i, who := range []string{"di@example.com", "ed@example.com"} {
				c.buys(who, "sale"+string(rune('a'+i)))
				c.circle.RemoveMember(3512, who)
			}
		}},
		{"a comparison", "POST /api/communities/{connection=circle}/reconcile", "", "", 200, func(t *testing.T, _ string) {
			for name, who := range map[string]string{"{di}": "di@example.com", "{ed}": "ed@example.com"} {
				all := people(t)
				said[name] = string(all[slices.IndexFunc(all, func(p person) bool { return p.Email == who })].ID)
			}
		}},
		{"somebody is let in again", "POST /api/people/{claim=di}/invite", "", "", 200, nil},
		{"somebody stays out", "POST /api/people/{claim=ed}/leave-out", "", "", 200, nil},
		{"another try", "POST /api/people/{claim=di}/retry", "", "", 200, nil},
		{"a block", "POST /api/blocks", `{"email":"fi@example.com"}`, "", 200, nil},
		{"its end", "POST /api/blocks/lift", `{"email":"fi@example.com"}`, "", 200, nil},
		{"for everybody", "PUT /api/attachments/{attachment=attachment}", `{"customers":"all"}`, "", 200, nil},
		{"detached", "DELETE /api/attachments/{attachment=attachment}", `{"members":"keep"}`, "", 200, func(t *testing.T, _ string) {
			said["{sale}"], said["{joined}"] = c.joined(t)
		}},
		{"out of a server", "POST /api/sales/{purchase=sale}/communities/{claim=joined}/leave", "", "", 200, nil},
		{"disconnected", "POST /api/communities/{connection=circle}/disconnect", `{"members":"keep"}`, "", 200, nil},
		{"a link to a sale", "POST /api/sales/{purchase=sale}/link", "", "", 201, nil},
		{"another address", "PUT /api/sales/{purchase=sale}/email", `{"email":"gus@example.com"}`, "", 200, nil},
		{"one for all sales", "POST /api/customers/readdress", `{"from":"gus@example.com","to":"gil@example.com"}`, "", 200, nil},
		{"forgotten", "POST /api/customers/erase", `{"email":"gil@example.com"}`, "", 200, nil},

		{"who is told", "POST /api/webhooks", `{"url":"https://hooks.example.com"}`, anaAll, 201, func(t *testing.T, body string) {
			said["{hook}"] = string(read[webhookBody](t, body).Webhook.ID)
		}},
		{"by another name", "PATCH /api/webhooks/{webhook=hook}", `{"name":"my books"}`, anaAll, 200, nil},
		{"another secret of it", "POST /api/webhooks/{webhook=hook}/rotate-secret", "", anaAll, 200, nil},
		{"a pause", "POST /api/webhooks/{webhook=hook}/pause", "", anaAll, 200, nil},
		{"the end of it", "POST /api/webhooks/{webhook=hook}/resume", "", anaAll, 200, nil},
		{"a test", "POST /api/webhooks/{webhook=hook}/test", "", anaAll, 200, func(t *testing.T, _ string) {
			c.work()
			said["{told}"] = string(read[deliveriesBody](t, c.ask("GET /api/deliveries", anaAll, "").is(t, 200)).Deliveries[0].ID)
		}},
		{"that once more", "POST /api/deliveries/{delivery=told}/replay", "", anaAll, 200, nil},
		{"all that failed", "POST /api/webhooks/{webhook=hook}/replay", "", anaAll, 200, nil},
		{"nobody is told", "DELETE /api/webhooks/{webhook=hook}", "", anaAll, 200, nil},
		{"a program", "POST /api/applications", `{"name":"my books","scopes":["view_sales"]}`, anaAll, 201, func(t *testing.T, body string) {
			said["{program}"] = string(read[applicationBody](t, body).Application.ID)
		}},
		{"another secret of that", "POST /api/applications/{application=program}/rotate-secret", "", anaAll, 200, nil},
		{"no program", "DELETE /api/applications/{application=program}", "", anaAll, 200, nil},

		{"some days", "POST /api/clock/advance", `{"by":"3d"}`, "", 200, nil},
	} {
		t.Run(step.name, func(t *testing.T) {
			pattern := placed.ReplaceAllString(step.route, "{$1}")
			what := fill(placed.ReplaceAllString(step.route, "{$2}"))
			covered[pattern] = true
			as, key := step.as, "key-"+strconv.Itoa(i)
			if as == "" {
				as = anaEdits
			}
			watched := key
			if as == anInvite {
				watched = "buyer/invited/" + key
			}
			seen.asks(watched)
			first := c.keyed(what, as, fill(step.body), key)
			first.is(t, step.status)
			if first.header.Get("Idempotent-Replayed") != "" || seen.late > 0 || seen.changes == 0 {
				t.Errorf("the first: %d changes, %d without the key, replayed: %q", seen.changes, seen.late, first.header.Get("Idempotent-Replayed"))
			}
			seen.asks(watched)
			again := c.keyed(what, as, fill(step.body), key)
			if again.is(t, step.status); again.header.Get("Idempotent-Replayed") != "true" || seen.changes > 0 {
				t.Errorf("again: %d changes, replayed: %q", seen.changes, again.header.Get("Idempotent-Replayed"))
			}
			if again.body != first.body && pattern != "POST /api/clock/advance" { // which says how it goes on from where it is
				t.Errorf("again: %s, want %s", again.body, first.body)
			}
			seen.asks("")
			if step.then != nil {
				step.then(t, first.body)
			}
			c.advance(time.Second)
		})
		if t.Failed() {
			return
		}
	}
	for path, does := range routes() {
		for method := range maps.Keys(does) {
			if what := method + " " + path; method != http.MethodGet && !covered[what] && !slices.Contains(keyedOrRead, what) {
				t.Errorf("%s is sent under no key", what)
			}
		}
	}
}

// keyedOrRead are the other writes: those whose commands have keys of their own,
// and those that change nothing.
var keyedOrRead = []string{
	"POST /api/sales", "POST /api/sales/{purchase}/refund", "POST /api/memberships/{membership}/change", "POST /api/memberships/{membership}/restart",
	"POST /api/memberships/{membership}/pay", "POST /api/memberships/{membership}/refund", "POST /api/memberships/{membership}/seats/grant",
	"POST /api/sales/quote", "POST /api/memberships/{membership}/quote",
}

// joined lets who buys a pen into the server, as the join of a browser would, and
// returns the sale and the claim.
func (c *club) joined(t *testing.T) (sale, claim string) {
	t.Helper()
	c.keyed("POST /api/products/pen/attachments", anaEdits, `{"connection":"`+serverID+`"}`, "server").is(t, 201)
	gus := c.buys("gus@example.com", "gus")
	places := read[placesBody](t, c.ask("GET /api/sales/"+gus.purchase+"/communities", gus.token, "").is(t, 200)).Places
	g, _ := c.discord.Guild(anasServer)
	g.Members = append(g.Members, discordtest.Member{UserID: "800000000000000001"})
	c.discord.SetGuild(g)
	one, err := c.usher.Communities.Person(t.Context(), "ana", places[0].ID)
	if err != nil {
		t.Fatal(errors.Join(err, errors.New("nobody is to be let in")))
	}
	one.Subject, one.Name, one.State = "800000000000000001", "gus", domain.ClaimActive
	c.save(one, fixture.Grant(domain.Connection{ID: serverID, SellerID: "ana"}, one.Subject, func(g *domain.GrantState) { g.In, g.Origin = true, domain.AddedByUs }))
	return gus.purchase, string(one.ID)
}
