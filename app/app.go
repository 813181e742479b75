package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Config is what usher is made of. Store is required; for the rest the zero
// value means the default.
type Config struct {
	Store   ports.Store
	Clock   ports.Clock   // business time; TestClock of the store
	Machine ports.Clock   // machine time, of sessions and authorizations; the machine's
	Random  ports.Random  // crypto/rand
	Logger  *slog.Logger  // no log
	Cutoff  domain.Cutoff // after which products are verified by id only; 9 January 2023

	// Charger takes the money of sales and memberships. Without one every payment
	// is declined.
	Charger ports.Charger
	Holder  ports.Holder // remembers that charges are held; the store, if it is one
	Mailer  ports.Mailer // hands mails on; without one nobody is told anything
	Sealer  ports.Sealer // seals quotes, tokens of communities and secrets of webhooks; a secret of this process's own

	// Poster tells webhooks what happens, as EventBody and PingBody write it.
	// Without one what they are to be told waits for a process that has one.
	Poster    ports.Poster
	EventBody ports.EventBody
	PingBody  ports.PingBody

	// Communities are the services that people are let into; without one its
	// connections wait. What sets a service up may be the same adapter.
	Communities map[domain.Service]ports.Community
	Circle      ports.CircleSetup
	Discord     ports.DiscordSetup
	// PublicURL is the address under which the world reaches the pages, without a
	// slash at its end, for links to them. Empty: nobody is given one.
	PublicURL string
	// NoSweeps leaves out what is done every day without being asked: checks of
	// connections, comparisons of who is in.
	NoSweeps bool
	// NoJitter makes every wait as long as it can be, instead of leaving a part
	// of it to chance.
	NoJitter bool
	// Alarm hears of what only the operator of this server can mend; the log, too.
	Alarm func(domain.Cause)
}

// Usher is every use case.
type Usher struct {
	Sellers      *Sellers
	Catalog      *Catalog
	Sales        *Sales
	Memberships  *Memberships
	Commands     *Commands
	Payments     *Payments
	Licensing    *Licensing
	Tokens       *Tokens
	Applications *Applications
	Mails        *Mails
	Communities  *Communities
	Access       *Access
	Sessions     *Sessions
	Webhooks     *Webhooks
	Transfer     *Transfer
	Holding      *Holding
	Clock        *Clock
	Worker       *Worker
}

// New wires the use cases. It has no effects.
func New(c Config) (*Usher, error) {
	if c.Store == nil {
		return nil, errors.New("app: Config.Store is missing")
	}
	k := &core{store: c.Store, standing: newStanding(c.Store), own: c.Clock, machine: c.Machine, random: c.Random, log: c.Logger, cutoff: c.Cutoff,
		charger: c.Charger, holder: c.Holder, mailer: c.Mailer, sealer: c.Sealer,
		poster: c.Poster, eventBody: ports.Body(c.EventBody), pingBody: ports.Body(c.PingBody),
		communities: c.Communities, circle: c.Circle, discord: c.Discord, public: c.PublicURL, noSweeps: c.NoSweeps, noJitter: c.NoJitter, alarm: c.Alarm}
	if k.machine == nil {
		k.machine = machineClock
	}
	if k.random == nil {
		k.random = machineRandom
	}
	if k.charger == nil {
		k.charger = noCharger{}
	}
	if k.holder == nil {
		k.holder, _ = c.Store.(ports.Holder)
	}
	if k.sealer == nil {
		k.sealer = newSealer(machineRandom)
	}
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	u := k.usher()
	u.Licensing.facts = newFactsCache(cacheBytes)
	k.wake = u.Worker.Wake
	return u, nil
}

// usher makes the use cases.
func (c *core) usher() *Usher {
	w := newWorker(c)
	return &Usher{
		Sellers:      &Sellers{c},
		Catalog:      &Catalog{c},
		Sales:        &Sales{c},
		Memberships:  &Memberships{c},
		Commands:     &Commands{c},
		Payments:     &Payments{c},
		Licensing:    &Licensing{core: c},
		Tokens:       &Tokens{c},
		Applications: &Applications{c},
		Mails:        &Mails{c},
		Communities:  &Communities{c},
		Access:       &Access{c},
		Sessions:     &Sessions{c},
		Webhooks:     &Webhooks{c},
		Transfer:     &Transfer{c},
		Holding:      &Holding{c},
		Clock:        &Clock{w},
		Worker:       w,
	}
}

// core is what the use cases share.
type core struct {
	store    ports.Store
	standing *standing   // the store's test clock, if it has one
	own      ports.Clock // nil: the store's
	machine  ports.Clock
	random   ports.Random
	log      *slog.Logger
	cutoff   domain.Cutoff
	charger  ports.Charger
	holder   ports.Holder // nil: charges are never held
	mailer   ports.Mailer // nil: nobody is told anything
	sealer   ports.Sealer
	wake     func()

	poster    ports.Poster // nil: webhooks wait
	eventBody ports.Body
	pingBody  ports.Body

	within bool // the store works in a transaction of the caller's

	communities map[domain.Service]ports.Community
	circle      ports.CircleSetup
	discord     ports.DiscordSetup
	public      string // where the pages are; empty: nobody has said
	noSweeps    bool
	noJitter    bool
	alarm       func(domain.Cause)
}

// at reads the business clock. A use case reads it once and passes it on.
func (c *core) at() time.Time {
	if c.own != nil {
		return domain.Instant(c.own())
	}
	return domain.Instant(c.standing.now())
}

func (c *core) newID(at time.Time) string {
	var b [10]byte
	c.random(b[:])
	return domain.NewID(at, b)
}

func (c *core) number() uint64 {
	var b [8]byte
	c.random(b[:])
	var n uint64
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return n
}

func (c *core) newKey() domain.LicenseKey {
	var b [16]byte
	c.random(b[:])
	return domain.NewLicenseKey(b)
}

// update runs one seller's closure and wakes the worker when it is kept.
func (c *core) update(ctx context.Context, seller domain.SellerID, fn func(context.Context, ports.Tx) error) error {
	err := c.updateQuietly(ctx, seller, fn)
	if err == nil {
		c.wake()
	}
	return err
}

// updateQuietly runs one seller's closure, which leaves the worker nothing to do.
// The command that is carried out takes its key in the first of them.
func (c *core) updateQuietly(ctx context.Context, seller domain.SellerID, fn func(context.Context, ports.Tx) error) error {
	p := pendingIn(ctx, seller)
	err := c.store.Update(ctx, ports.Seller(seller), p.before(fn))
	if err == nil {
		p.kept()
	}
	return err
}

// unseen is why a command that was done cannot be answered, as its caller is told:
// [domain.ErrUnavailable] would say that nothing was done.
func unseen(err error) error {
	if !errors.Is(err, domain.ErrUnavailable) {
		return err
	}
	e := *domain.ErrUnavailable
	e.Msg = "it was done, and cannot be shown just now; look again in a moment"
	return e.Because(err)
}

// load reads one thing of a seller's.
func load[T any](ctx context.Context, c *core, seller domain.SellerID, read func(context.Context, ports.Tx) (T, error)) (T, error) {
	var got T
	err := c.store.View(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) (err error) {
		got, err = read(ctx, tx)
		return err
	})
	return got, err
}
