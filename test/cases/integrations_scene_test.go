package cases

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/web"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/leaktest"
)

// scene is where one case of integrations is played: usher on a store of its own,
// with the real adapters, and a world outside that says what the case lists.
type scene struct {
	*testing.T
	c       *outsideCase
	open    opener
	others  []lineOf[outsideCase] // of the same file
	clock   *clock
	skew    atomic.Int64 // how far the machine's clock is ahead of business time
	store   ports.Store
	out     *theOutside
	tills   *tills
	keys    *seals
	mail    *postbox
	procs   map[workerName]*process
	front   *process // carries out what people do
	stopped bool

	acts     sellerRef
	sellers  map[sellerRef]domain.Seller
	products map[sellerRef]map[string]domain.ProductID
	tiers    map[domain.ProductID]map[string]domain.VariantID
	conns    map[connectionRef]domain.Connection
	bundles  map[string][]string
	planted  map[plantedName]string
	pending  map[string]domain.PurchaseID // sales that wait, by product and address
	team     domain.MembershipID
	order    int64

	mu          sync.Mutex
	challenges  map[string]bool
	verifier    string
	anyVerifier bool // the page that made it was opened before the case begins
	lastState   string
	started     string // the address that a flow began with
	said        lastAnswer
	statuses    []int
	callsAfter  []int
	answers     []string // all that was shown
	exports     []string
	states      []string
	pageTokens  []string
	cookies     []string
	adminLinks  []string
	logs        []*lines // of all processes, dead ones too
	leaks       []leaktest.Found
	drift       app.Drift
	preview     int
	offer       app.CircleOffer
	choices     []ports.Choice
	before      string
	lastSeller  sellerRef
}

// lastAnswer is what the last event answered.
type lastAnswer struct {
	says string
	err  error
}

// process is one usher with a worker, as good as a process of its own.
type process struct {
	name    workerName
	usher   *app.Usher
	pages   http.Handler
	limiter *discord.Limiter
	log     *lines
	dead    atomic.Bool
	paused  chan struct{} // closed when it may go on; nil: it does not stand still
	ended   chan error    // of a Tick that stands still
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// postbox keeps the mails that are handed on, and what the operator hears.
type postbox struct {
	mu     sync.Mutex
	mails  []domain.Mail
	alarms []domain.Cause
}

func (p *postbox) Send(_ context.Context, m domain.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, was := range p.mails {
		if was.Cause == m.Cause && was.SellerID == m.SellerID {
			return nil
		}
	}
	p.mails = append(p.mails, m)
	return nil
}

func (p *postbox) alarm(c domain.Cause) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.alarms, c) {
		p.alarms = append(p.alarms, c)
	}
}

// seals is a keyring whose secrets are changed while usher runs.
type seals struct {
	mu   sync.Mutex
	keys *keyring.Keyring
	was  []keyring.Secret

	drawn []string // what they are
}

func newSeals() (*seals, error) {
	s := &seals{}
	return s, s.begin(1, false)
}

// begin seals with a new secret from now on; alone withdraws all before it.
func (s *seals) begin(number int, alone bool) error {
	random := make([]byte, keyring.Size)
	rand.Read(random)
	s.drawn = append(s.drawn, string(random))
	secret, err := keyring.NewSecret(number, random)
	if err != nil {
		return err
	}
	s.was = append([]keyring.Secret{secret}, s.was...)
	return s.use(alone)
}

func (s *seals) use(alone bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if alone {
		s.was = s.was[:1]
	}
	keys, err := keyring.New(s.was...)
	s.keys = keys
	return err
}

func (s *seals) Seal(aad, plain []byte) ([]byte, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys.Seal(aad, plain)
}

func (s *seals) Open(number int, aad, sealed []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys.Open(number, aad, sealed)
}

var caseStart = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

func newScene(t *testing.T, c *outsideCase, open opener) *scene {
	s := &scene{
		T: t, c: c, open: open, clock: &clock{time: caseStart}, out: newOutside(c), mail: &postbox{}, acts: "S1",
		procs: map[workerName]*process{}, sellers: map[sellerRef]domain.Seller{}, products: map[sellerRef]map[string]domain.ProductID{},
		tiers: map[domain.ProductID]map[string]domain.VariantID{}, conns: map[connectionRef]domain.Connection{}, bundles: map[string][]string{},
		planted: map[plantedName]string{"bot_token": botToken, "client_secret": clientSecret}, pending: map[string]domain.PurchaseID{}, challenges: map[string]bool{}, order: 1000,
	}
	if c.Given.Now != nil {
		s.clock.time = c.Given.Now.Time
	}
	if c.Given.Seller != "" {
		s.acts = c.Given.Seller
	}
	s.lastSeller = s.acts
	for name, text := range c.Given.Planted {
		s.planted[name] = cmp.Or(text, plantedTexts[name])
	}
	var err error
	s.keys, err = newSeals()
	s.must(err)
	s.tills, err = openTills(s.clock)
	s.must(err)
	s.store = open(t, s.machine)
	s.out.clock, s.out.vars = s.machine, s.stands
	s.out.meanwhile = func(d time.Duration) { s.skew.Add(int64(d)) }
	s.start("A")
	if c.Given.Workers > 1 {
		s.start("B")
	}
	s.front = s.procs["A"]
	s.fill()
	s.before = s.dump()
	return s
}

func (s *scene) machine() time.Time { return s.clock.now().Add(time.Duration(s.skew.Load())) }

// must ends the case on a failure of what the runner itself needed.
func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// stands returns what a placeholder of a call stands for.
func (s *scene) stands(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch name {
	case "verifier":
		return s.verifier
	case "state":
		return s.lastState
	case "client_id":
		return clientID
	case "redirect_uri":
		return redirectURI
	case "bot_token":
		return s.planted["bot_token"]
	case "client_secret":
		return s.planted["client_secret"]
	}
	return "$" + name
}

// tagged is the way out of one process: a dead one has none.
type tagged struct {
	p *process
	s *scene
}

func (t tagged) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.p.dead.Load() {
		return nil, errKilled
	}
	if r.Body != nil && r.GetBody != nil && strings.HasSuffix(r.URL.Path, "/oauth2/token") {
		t.s.noteVerifier(r)
	}
	return t.s.out.RoundTrip(r)
}

// noteVerifier remembers a verifier whose challenge a page of usher's sent.
func (s *scene) noteVerifier(r *http.Request) {
	body, err := r.GetBody()
	if err != nil {
		return
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(body); err != nil {
		return
	}
	form, err := parseForm(b.String())
	if err != nil {
		return
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.anyVerifier || s.challenges[base64.RawURLEncoding.EncodeToString(sum[:])] {
		s.verifier = form.Get("code_verifier")
	}
}

// mortal is the store of a process: for a dead one nothing is there any more.
type mortal struct {
	ports.Store
	p *process
}

func (m mortal) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if m.p.dead.Load() {
		return errKilled
	}
	return m.Store.View(ctx, who, fn)
}

func (m mortal) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if m.p.dead.Load() {
		return errKilled
	}
	return m.Store.Update(ctx, who, fn)
}

func (m mortal) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	if m.p.dead.Load() {
		return 0, errKilled
	}
	return m.Store.Dispatch(ctx, n, plan)
}

func (m mortal) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	if m.p.dead.Load() {
		return nil, errKilled
	}
	return m.Store.Claim(ctx, now, kinds, lease, n)
}

func (m mortal) Finish(ctx context.Context, done ...ports.Done) error {
	if m.p.dead.Load() {
		return errKilled
	}
	return m.Store.Finish(ctx, done...)
}

func (m mortal) Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error) {
	if m.p.dead.Load() {
		return 0, false, errKilled
	}
	return m.Store.Lease(ctx, name, fence, d)
}

// start starts a process, in place of the one of that name.
func (s *scene) start(name workerName) {
	p := &process{name: name, log: &lines{}, limiter: discord.NewLimiter(s.machine)}
	way := &http.Client{Transport: tagged{p, s}}
	bot, err := discord.New(discord.Config{
		ClientID: clientID, ClientSecret: s.planted["client_secret"], BotToken: s.planted["bot_token"], BotID: botID, RedirectURI: redirectURI,
		HTTP: way, Limiter: p.limiter,
	})
	s.must(err)
	rings := circle.New(&circle.Options{HTTP: way, Now: s.clock.now, Machine: s.machine})
	servers := discord.NewCommunity(bot, s.clock.now)
	log := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p.usher, err = app.New(app.Config{
		Store: mortal{s.store, p}, Clock: s.clock.now, Machine: s.machine, Charger: s.tills, Logger: log, Mailer: s.mail, Sealer: s.keys,
		Communities: map[domain.Service]ports.Community{domain.Circle: rings, domain.Discord: servers}, Circle: rings, Discord: servers,
		PublicURL: pagesURL, NoSweeps: true, NoJitter: true, Alarm: s.mail.alarm,
	})
	s.must(err)
	p.pages = web.Handler(p.usher, &web.Options{PublicURL: pagesURL, Logger: log})
	s.procs[name] = p
	s.logs = append(s.logs, p.log)
}

// work does what is due at this instant, until nothing is, unless somebody
// stands still.
func (s *scene) work() {
	s.Helper()
	if s.stopped || s.front.paused != nil || s.front.dead.Load() {
		return
	}
	for {
		var wg sync.WaitGroup
		var n atomic.Int64
		for _, p := range s.procs {
			wg.Go(func() {
				done, err := p.usher.Worker.Tick(s.Context())
				n.Add(int64(done))
				if err != nil {
					s.Errorf("worker %s: %v", p.name, err)
				}
			})
		}
		wg.Wait()
		if n.Load() == 0 || s.Failed() {
			return
		}
	}
}

// workWithFault has worker A do what is due, until the first answer of a
// service, and then die or stand still.
func (s *scene) workWithFault(f fault) {
	p := s.procs["A"]
	arrived, goOn := make(chan struct{}), make(chan struct{})
	s.out.mu.Lock()
	s.out.fault = func() error {
		if f == "killed_after_reply" {
			p.dead.Store(true)
			return errKilled
		}
		close(arrived)
		<-goOn
		return nil
	}
	s.out.mu.Unlock()
	ended := make(chan error, 1)
	go func() {
		_, err := p.usher.Worker.Tick(context.WithoutCancel(s.Context()))
		ended <- err
	}()
	select {
	case err := <-ended:
		if !p.dead.Load() {
			s.Errorf("no call was made in which something could happen: %v", err)
		}
	case <-arrived:
		p.paused, p.ended = goOn, ended
		s.Cleanup(func() { s.resume(p) })
	}
}

func (s *scene) resume(p *process) {
	if p.paused == nil {
		return
	}
	close(p.paused)
	if err := <-p.ended; err != nil {
		s.Errorf("worker %s: %v", p.name, err)
	}
	p.paused = nil
}

// next does what is due now, and returns when something falls due again.
func (s *scene) next() (time.Time, bool) {
	s.Helper()
	s.work()
	if s.stopped || s.front.paused != nil || s.front.dead.Load() {
		return time.Time{}, false
	}
	due, waits, err := s.front.usher.Worker.NextDue(s.Context())
	s.must(err)
	if waits && !due.After(s.clock.now()) {
		s.Fatalf("work that was due at %s is not done at %s", due, s.clock.now())
	}
	return due, waits
}

// moveTo moves the clock, and does what falls due on the way, each at its time.
func (s *scene) moveTo(to time.Time) {
	s.Helper()
	for s.clock.now().Before(to) {
		due, waits := s.next()
		if s.Failed() {
			return
		}
		if !waits || due.After(to) {
			due = to
		}
		s.clock.set(due)
	}
	s.work()
}

// tried are the kinds of jobs by which services are asked, or people looked for
// who may be in.
var tried = []string{"circle_access", "discord_access", "entitle", "attachment", "disconnect"}

func (s *scene) nextTry() time.Time {
	s.Helper()
	s.work()
	due, waits, err := s.store.NextDue(s.Context(), tried)
	s.must(err)
	if !waits {
		s.Fatal("no try is scheduled")
	}
	return due
}

// seller returns who acts in an event.
func (s *scene) seller(of sellerRef) domain.SellerID {
	if of == "" {
		of = s.acts
	}
	return s.sellers[of].ID
}

func (s *scene) view(who ports.Scope, fn func(context.Context, ports.Tx) error) {
	s.Helper()
	s.must(s.store.View(s.Context(), who, fn))
}

func (s *scene) update(seller domain.SellerID, fn func(context.Context, ports.Tx) error) {
	s.Helper()
	s.must(s.store.Update(s.Context(), ports.Seller(seller), fn))
}

// dump shows all that is stored of communities and sales; two that are equal
// mean that nothing has changed.
func (s *scene) dump() string {
	var all string
	for _, name := range []sellerRef{"S1", "S2"} {
		var b strings.Builder
		seller := s.sellers[name].ID
		s.view(ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
			b.Reset()
			conns, err := tx.Connections.List(ctx, ports.Cursor{}, 1000)
			if err != nil {
				return err
			}
			for _, c := range conns {
				fmt.Fprintf(&b, "%+v\n", c)
				grants, err := tx.Grants.List(ctx, c.ID, ports.Cursor{}, 1000)
				if err != nil {
					return err
				}
				attached, err := tx.Attachments.ByConnection(ctx, c.ID)
				if err != nil {
					return err
				}
				secret, err := tx.Connections.Secret(ctx, c.ID)
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%+v\n%+v\n%+v\n", grants, attached, secret)
			}
			claims, err := tx.Claims.List(ctx, ports.ClaimQuery{})
			if err != nil {
				return err
			}
			sales, err := tx.Purchases.List(ctx, ports.PurchaseQuery{})
			fmt.Fprintf(&b, "%+v\n%+v\n", claims, sales)
			return err
		})
		all += b.String()
	}
	return all
}
