package walk

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/walk/oracle"
)

var begin = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// world is all that a walk goes through.
type world struct {
	*rapid.T
	ctx    context.Context
	seen   *tally
	s      *services
	store  ports.Store
	cards  *sandbox.Processor
	keys   *keyring.Keyring
	way    *http.Transport
	random *rand.ChaCha8
	chance sync.Mutex

	now    time.Time // business time
	ahead  time.Duration
	clock  sync.Mutex
	facts  sync.Mutex // of the oracle
	o      *oracle.Oracle
	life   *life
	usher  *app.Usher
	asleep []*sleeper
	closed func() // the store; nil: nothing
	nap    bool   // the process stands still in what it does next
	atOnce int
	sweeps bool

	seller   domain.SellerID
	goods    []good
	conns    []*link
	attached []*attached
	sales    []*sold
	people   []*human
	declines map[string]string // cards that do not pay
	n        int
	said     []string
	tokens   int  // of Circle, made so far
	revoked  bool // the last one is
	wrong    []string
	fresh    [][2]string // whom usher did something to just now
}

// good is a product.
type good struct {
	name     string
	id       domain.ProductID
	monthly  bool
	seats    bool
	variants []domain.VariantID
	prices   []int64
}

// link is a connection, as the walk knows it.
type link struct {
	name    string // the oracle's
	id      domain.ConnectionID
	service domain.Service
	place   string
	dialect string
	only    bool
	leaving bool
	spoilt  bool // its seller stood in the way once
	closed  bool
}

// human is somebody with an address and accounts.
type human struct {
	email    string
	accounts []string
	browser  string
}

// sleeper is a process that stands still with an answer in its hands.
type sleeper struct {
	life  *life
	ended chan struct{}
}

func (w *world) machine() time.Time {
	w.clock.Lock()
	defer w.clock.Unlock()
	return w.now.Add(w.ahead)
}

func (w *world) business() time.Time {
	w.clock.Lock()
	defer w.clock.Unlock()
	return w.now
}

func (w *world) set(at time.Time) {
	w.clock.Lock()
	defer w.clock.Unlock()
	w.now = at
}

// later has so much of the machine's time go by.
func (w *world) later(d time.Duration) {
	w.clock.Lock()
	defer w.clock.Unlock()
	w.ahead += d
}

func (w *world) fill(b []byte) {
	w.chance.Lock()
	defer w.chance.Unlock()
	w.random.Read(b)
}

// upTo draws a number from 0 to most, each as likely: rapid's own ranges favour
// what is small.
func (w *world) upTo(what string, most int) int {
	return rapid.Custom(func(t *rapid.T) int {
		n := 0
		for range bits.Len(uint(most)) + 3 {
			n *= 2
			if rapid.Bool().Draw(t, "bit") {
				n++
			}
		}
		return n % (most + 1)
	}).Draw(w.T, what)
}

// oneIn draws true once in n.
func (w *world) oneIn(what string, n int) bool { return w.upTo(what, n-1) == n-1 }

func (w *world) tell(format string, args ...any) {
	line := w.business().Sub(begin).String() + " " + fmt.Sprintf(format, args...)
	w.said = append(w.said, line)
	w.Log(line)
}

// must ends the walk on what should not fail.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v", err)
	}
}

// known tells the oracle something.
func (w *world) known(tell func(*oracle.Oracle)) {
	w.facts.Lock()
	defer w.facts.Unlock()
	tell(w.o)
}

const leasesEnd = time.Hour // longer than any lease

// start starts a process.
func (w *world) start() {
	w.life = &life{left: -1, way: w.way, arrived: make(chan struct{}), goOn: make(chan struct{})}
	http := &http.Client{Transport: w.life}
	bot, err := discord.New(discord.Config{
		ClientID: clientID, ClientSecret: clientSecret, BotToken: botToken, BotID: botID, RedirectURI: redirectURI,
		AuthorizeURL: w.s.servers[1].URL + "/oauth2/authorize", APIURL: w.s.servers[1].URL + "/api", HTTP: http, Limiter: discord.NewLimiter(w.machine),
	})
	w.must(err)
	rings := circle.New(&circle.Options{BaseURL: w.s.servers[0].URL, HTTP: http, Now: w.business, Machine: w.machine})
	servers := discord.NewCommunity(bot, w.business)
	w.usher, err = app.New(app.Config{
		Store: mortal{w.store, w.life, w.atOnce}, Clock: w.business, Machine: w.machine, Random: w.fill, Sealer: w.keys,
		Charger:     till{w.cards, w.life, w.card, w.paid},
		Communities: map[domain.Service]ports.Community{domain.Circle: rings, domain.Discord: servers}, Circle: rings, Discord: servers,
		NoSweeps: !w.sweeps, NoJitter: true,
	})
	w.must(err)
}

// again starts another process in place of one that is dead.
func (w *world) again() {
	w.tell("the process is dead; another one starts")
	w.seen.did("crash")
	w.doubts()
	w.later(leasesEnd)
	w.start()
}

// doubts tells whom the process that is no more may not have heard of.
func (w *world) doubts() {
	w.known(func(o *oracle.Oracle) {
		for _, at := range w.fresh {
			o.Doubt(at[0], at[1])
		}
	})
}

// asks has usher do something, again in another process if the one dies in it.
func (w *world) asks(do func(*app.Usher) error) error {
	for {
		err := do(w.usher)
		if !w.life.dead.Load() {
			return err
		}
		w.again()
	}
}

// work does what is due now, until nothing is.
func (w *world) work() {
	w.Helper()
	w.known(func(o *oracle.Oracle) {
		o.At(w.business())
		w.fresh = nil
	})
	if w.nap {
		w.stalls()
	}
	for {
		n, err := w.usher.Worker.Tick(w.ctx)
		switch {
		case w.life.dead.Load():
			w.again()
		case err != nil:
			w.Fatalf("the worker: %v", err)
		case n == 0:
			return
		}
	}
}

// moveTo moves the clock, and does what falls due on the way, each at its time.
func (w *world) moveTo(to time.Time) {
	w.Helper()
	for stops := 0; ; stops++ {
		w.work()
		if !w.business().Before(to) {
			return
		}
		due, waits, err := w.store.NextDue(w.ctx, kinds)
		w.must(err)
		switch {
		case waits && !due.After(w.business()):
			w.later(leasesEnd) // a process that stands still holds it
			if stops > 5000 {
				w.Fatalf("work that was due at %s is not done at %s", due, w.business())
			}
			continue
		case !waits || due.After(to):
			due = to
		}
		w.set(due)
	}
}

// kinds are the kinds of work that a process does here.
var kinds = []string{"circle_access", "discord_access", "entitle", "attachment", "disconnect", "resume", "sweep", "membership", "payment", "void", "refund", "past_sales", "product_ended", "import_due"}

// tried are those that must have nothing to do once all is well.
var tried = []string{"circle_access", "discord_access", "entitle", "attachment", "disconnect", "resume"}

// card says what a card does.
func (w *world) card(o ports.Order) ports.Order {
	w.facts.Lock()
	defer w.facts.Unlock()
	how := w.declines[o.Method]
	if how == "" {
		how = sandbox.Pays
	}
	o.Method = how
	return o
}

// paid tells that a card has paid.
func (w *world) paid(o ports.Order) {
	w.known(func(k *oracle.Oracle) {
		k.Charged(strings.TrimPrefix(o.Method, "card of "))
	})
}

// happened is what the communities saw.
func (w *world) happened(s oracle.Seen) {
	by := "by hand"
	if s.ByUs {
		by = "by usher"
	}
	w.facts.Lock()
	defer w.facts.Unlock()
	if s.ByUs {
		w.fresh = append(w.fresh, [2]string{s.Place, s.Who})
	}
	w.said = append(w.said, fmt.Sprintf("%s   %s: %s %v%v -> %v%v %s", w.now.Sub(begin), s.Place, s.Who, s.WasIn, s.Before, s.In, s.After, by))
	w.wrong = append(w.wrong, w.o.Saw(s)...)
}

// fine ends the walk if something went wrong in a community.
func (w *world) fine() {
	w.Helper()
	w.facts.Lock()
	defer w.facts.Unlock()
	if len(w.wrong) > 0 {
		w.fail(w.wrong)
	}
}

func (w *world) fail(wrong []string) {
	w.Helper()
	w.Logf("%s", strings.Join(w.said, "\n"))
	w.Fatalf("%s", strings.Join(wrong, "\n"))
}

var errNotNow = errors.New("not now")

// refusedFor reports whether err is one of the refusals.
func refusedFor(err error, by ...error) bool {
	return slices.ContainsFunc(by, func(e error) bool { return errors.Is(err, e) })
}
