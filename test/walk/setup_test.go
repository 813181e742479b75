package walk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/walk/oracle"
)

// newWorld draws a world: a seller, products, communities, people.
func newWorld(t *rapid.T, ctx context.Context, seen *tally, store func(*world) ports.Store) *world {
	w := &world{T: t, ctx: ctx, seen: seen, o: oracle.New(), now: begin, declines: map[string]string{}, atOnce: 1}
	var seed [32]byte
	seed[0] = byte(w.upTo("seed", 255))
	w.random = rand.NewChaCha8(seed)
	if w.oneIn("all at once", 6) {
		w.atOnce = 64
	}
	w.sweeps = w.oneIn("sweeps", 5)
	w.store = store(w)
	w.s = openServices(w.machine)
	w.way = &http.Transport{}
	w.s.saw = w.happened
	var err error
	w.cards, err = sandbox.Open(sandbox.Options{Now: w.business})
	w.must(err)
	secret, err := keyring.Generate(1)
	w.must(err)
	w.keys, err = keyring.New(secret)
	w.must(err)
	w.start()
	seller, err := w.usher.Sellers.Add(ctx, domain.Seller{Name: "Ann", Email: "ann@seller.example"})
	w.must(err)
	w.seller = seller.ID
	for i := range 5 {
		h := &human{email: fmt.Sprintf("p%d@example.com", i), browser: fmt.Sprintf("browser-%d", i)}
		for j := range 2 {
			id := fmt.Sprintf("80000000000000%d0%d", j+1, i)
			h.accounts = append(h.accounts, id)
			w.s.discord.SetUser(discordtest.User{ID: id, Username: fmt.Sprintf("user%d-%d", i, j)})
		}
		w.people = append(w.people, h)
	}
	w.stock()
	return w
}

func (w *world) close() {
	for _, z := range w.asleep {
		close(z.life.goOn)
		<-z.ended
	}
	w.way.CloseIdleConnections()
	w.s.close()
	if w.closed != nil {
		w.closed()
	}
}

// stock makes the products.
func (w *world) stock() {
	add := func(name string, p domain.Product, prices ...int64) {
		p.Name, p.Price, p.Licensed, p.Published = name, domain.Money{Amount: prices[0], Currency: "usd"}, true, true
		made, err := w.usher.Catalog.AddProduct(w.ctx, w.seller, p)
		w.must(err)
		g := good{name: name, id: made.ID, monthly: p.Kind == domain.MembershipKind, seats: p.Multiseat, prices: prices}
		if len(prices) > 1 {
			for i, price := range prices {
				v := domain.Variant{ProductID: made.ID, Category: "Size", Name: fmt.Sprintf("%s %d", name, i), Price: price}
				if g.monthly {
					v.Category, v.Price, v.Prices = domain.TierCategory, 0, domain.Prices{}.With(domain.Monthly, price)
				}
				v, err := w.usher.Catalog.AddVariant(w.ctx, w.seller, v)
				w.must(err)
				g.variants = append(g.variants, v.ID)
			}
		}
		w.goods = append(w.goods, g)
	}
	monthly := func(price int64) domain.Product {
		return domain.Product{Kind: domain.MembershipKind, Prices: domain.Prices{}.With(domain.Monthly, price)}
	}
	add("book", domain.Product{}, 1000, 2000)
	add("club", monthly(1000), 1000, 2000)
	team := monthly(1000)
	team.Multiseat = true
	add("team", team, 1000)
	w.work()
}

// token makes a token of the Circle community and forgets the others.
func (w *world) token(dialect string) string {
	w.tokens++
	secret := fmt.Sprintf("secret-token-of-circle-%d", w.tokens)
	for n := 1; n < w.tokens; n++ {
		w.s.circle.RevokeToken(fmt.Sprintf("secret-token-of-circle-%d", n))
	}
	w.revoked = false
	w.s.circle.SetToken(circletest.Token{Secret: secret, Kind: circletest.Dialect(dialect), Communities: []int64{circleID}})
	return secret
}

// connectCircle connects the community, or gives its connection another token.
func (w *world) connectCircle(dialect string) bool {
	token := w.token(dialect)
	var conn domain.Connection
	err := w.asks(func(u *app.Usher) error {
		offer, err := u.Communities.ConnectCircle(w.ctx, w.seller, token, dialect)
		if err == nil && offer.Connection.RemoteID == "" {
			offer, err = u.Communities.ChooseCommunity(w.ctx, w.seller, offer.Connection.ID, offer.Communities[0].ID)
		}
		conn = offer.Connection
		return err
	})
	if w.notNow(err) {
		w.revoked = true // the new one is known to nobody
		return false
	}
	w.linked(conn, theCircle)
	return true
}

// connectDiscord connects a server, or connects it again.
func (w *world) connectDiscord(guild string) bool {
	var conn domain.Connection
	err := w.asks(func(u *app.Usher) error {
		address, err := u.Communities.StartDiscord(w.ctx, w.seller, "ann's browser")
		if err != nil {
			return err
		}
		back, err := w.agrees(address, discordtest.Consent{UserID: owner, GuildID: guild})
		if err != nil {
			return err
		}
		conn, err = u.Communities.FinishDiscord(w.ctx, w.seller, "ann's browser", back)
		return err
	})
	if w.notNow(err) {
		return false
	}
	w.linked(conn, guild)
	return true
}

// agrees is what a person does at Discord, and what comes back.
func (w *world) agrees(address string, c discordtest.Consent) (back app.Callback, err error) {
	to := ""
	w.s.byHand(func() { to, err = w.s.discord.Agree(address, c) })
	if err != nil {
		return back, err
	}
	at, err := url.Parse(to)
	if err != nil {
		return back, err
	}
	return app.Callback{State: at.Query().Get("state"), Code: at.Query().Get("code")}, nil
}

// linked tells of a connection that is new, or that is there.
func (w *world) linked(conn domain.Connection, place string) *link {
	for _, l := range w.conns {
		if l.id == conn.ID {
			return l
		}
	}
	w.n++
	l := &link{name: fmt.Sprintf("%s-%d", strings.TrimLeft(place, "90"), w.n), id: conn.ID, service: conn.Service, place: place, dialect: conn.Dialect}
	if w.oneIn("members only", 4) {
		l.only = true
		w.must(w.asks(func(u *app.Usher) error {
			_, err := u.Communities.SetMembersOnly(w.ctx, w.seller, l.id, true)
			return err
		}))
	}
	w.conns = append(w.conns, l)
	w.tell("%s is connected as %s, members only %v, %s", place, l.name, l.only, l.dialect)
	w.known(func(o *oracle.Oracle) {
		o.Connected(oracle.Conn{ID: l.name, Place: place, Invites: l.service == domain.Circle, Silent: l.dialect == "v1", MembersOnly: l.only, Owner: string(conn.AccountID)})
	})
	return l
}
