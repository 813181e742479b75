package e2e

import (
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// play is one shop whose ushers die again and again, while its clients and its
// processor live on, and the other ushers if there are more.
type play struct {
	*testing.T
	*rand.Rand
	at     place
	seller domain.SellerID
	stock  []domain.Product // one that is bought once, and memberships
	url    string           // of the processor
	bank   *sandbox.Client
	ushers []*child // nil: that one is not up
	lives  int      // of usher so far
	now    time.Time

	kills   map[step]int
	done    []kept // tasks with a key that were answered
	gone    int    // clients that never came back
	outages int    // days on which no usher was up
	answers map[string]int

	members []domain.MembershipID
	takings []domain.PaymentID // that a client heard of
}

// kept is a task whose answer is kept under its key.
type kept struct {
	task task
	told told
}

// quiet is a log that nobody reads.
var quiet = slog.New(slog.DiscardHandler)

// begun is when the play begins: the months that follow it are too short for
// its day.
var begun = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)

func newPlay(t *testing.T, at place, seed uint64) *play {
	t.Helper()
	p := &play{
		T: t, Rand: rand.New(rand.NewPCG(seed, 1)), at: at, now: begun,
		ushers: make([]*child, at.processes()), kills: map[step]int{}, answers: map[string]int{},
	}
	store, _, err := at.open(t.Context(), opening{TestClock: p.now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	u, err := app.New(app.Config{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	ana, err := u.Sellers.Add(t.Context(), domain.Seller{Name: "Ana", Email: "ana@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	p.seller = ana.ID
	prices := domain.Prices{}.With(domain.Monthly, 1000).With(domain.Quarterly, 2700).With(domain.Yearly, 10000)
	yen := domain.Prices{}.With(domain.Monthly, 1400).With(domain.Yearly, 14999)
	for _, of := range []domain.Product{
		{Name: "Inkwell", Price: domain.Money{Amount: 2900, Currency: "usd"}},
		{Name: "Club", Kind: domain.MembershipKind, Multiseat: true, Prices: prices},
		{Name: "Atelier", Kind: domain.MembershipKind, Multiseat: true, Prices: yen, Price: domain.Money{Currency: "jpy"}},
		{Name: "Trial club", Kind: domain.MembershipKind, Multiseat: true, Prices: prices, FreeTrial: 7 * 24 * time.Hour},
	} {
		of.Licensed, of.Published = true, true
		made, err := u.Catalog.AddProduct(t.Context(), p.seller, of)
		if err != nil {
			t.Fatal(err)
		}
		p.stock = append(p.stock, made)
	}
	p.url = startProcessor(t, processorIs{Book: filepath.Join(at.Folder, "book.jsonl"), Now: p.now})
	if p.bank, err = sandbox.Dial(t.Context(), p.url, time.Minute); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.bank.Close() })
	return p
}

// up returns an usher that is up, and starts it if it is not.
func (p *play) up() (i int, u *child) {
	p.Helper()
	i = p.IntN(len(p.ushers))
	if p.ushers[i] == nil {
		p.lives++
		p.ushers[i] = start(p.T, "usher", usherIs{At: p.at, Processor: p.url, Seller: p.seller})
	}
	return i, p.ushers[i]
}

// close lets all ushers end.
func (p *play) close() {
	p.Helper()
	for i, u := range p.ushers {
		if u != nil {
			u.end()
		}
		p.ushers[i] = nil
	}
}

// total is how often usher has died so far.
func (p *play) total() (n int) {
	for _, k := range p.kills {
		n += k
	}
	return n
}

// chance is true so often in a hundred.
func (p *play) chance(percent int) bool { return p.IntN(100) < percent }

// try has an usher do a task, and reports false if it died of it.
// One that is killed at a moment of chance may have answered before.
func (p *play) try(k task) (got told, ok bool) {
	p.Helper()
	i, u := p.up()
	k.Later = time.Duration(p.total()) * 2 * time.Minute
	u.tell(k)
	killed := false
	for passed := 0; ; {
		got = told{}
		if ok = u.hear(&got); !ok || !got.Passed {
			break
		}
		if passed++; k.Die == anywhere && passed == k.Nth {
			_ = u.cmd.Process.Kill()
			killed = true
		}
	}
	if ok {
		p.check(u, k, got)
	}
	if ok && !killed {
		return got, true
	}
	err := u.gone()
	if code := u.cmd.ProcessState.ExitCode(); k.Nth == 0 || code == failed || code == panicked {
		p.Fatalf("usher ended by itself, of %+v: %v\n%s", k, err, u.stderr)
	}
	p.kills[k.Die]++
	p.ushers[i] = nil
	return got, ok
}

// armed returns the task with a place to die, which is one where usher has died
// the least, of those that it may come to.
func (p *play) armed(k task) task {
	places := []step{anywhere}
	switch {
	case k.Do == "advance":
		places = append(places, beforeIntent, afterIntent, beforeAsked, unread, afterAnswer, beforeResult, afterResult, beforeFinish)
	case k.moves():
		places = append(places, beforeIntent, afterIntent, beforeAsked, unread, afterAnswer, beforeResult, afterResult)
	case !p.chance(20):
		return k
	}
	k.Die = places[p.IntN(len(places))]
	for range 3 {
		if s := places[p.IntN(len(places))]; p.kills[s] < p.kills[k.Die] {
			k.Die = s
		}
	}
	k.Nth = 1
	if k.Die == anywhere {
		k.Nth += p.IntN(12)
	} else if k.Do == "advance" {
		k.Nth += p.IntN(3)
	}
	return k
}

// moves reports whether the task may move money.
func (k task) moves() bool {
	switch k.Do {
	case "buy", "buy quoted", "seats", "every", "change", "pay now", "restart", "refund", "refund period":
		return true
	}
	return false
}

// do has a task done, as a client does who is told nothing when usher dies: it
// comes back with the same key, at once or later, or never does. It reports
// false for one that is not told in the end.
func (p *play) do(k task) (told, bool) {
	p.Helper()
	for try := range 100 {
		armed := k
		if try == 0 && p.chance(80) || p.chance(25) {
			armed = p.armed(k)
		}
		got, ok := p.try(armed)
		if ok {
			p.note(k, got)
			return got, true
		}
		if p.chance(6) { // longer than a processor remembers a key
			p.now = p.now.AddDate(0, 0, 1+p.IntN(3))
			p.must(task{Do: "sleep", To: p.now})
			p.outages++
		}
		switch {
		case k.Do == "advance":
			k.To = p.now
		case p.chance(20):
			p.gone++
			return told{}, false
		case p.chance(25):
			p.advance(p.now.Add(16 * time.Minute)) // then a buyer counts as gone
		}
	}
	p.Fatalf("%+v was never answered", k)
	return told{}, false
}

// advance moves the clock, whatever happens on the way.
func (p *play) advance(to time.Time) {
	p.Helper()
	p.now = to
	p.do(task{Do: "advance", To: to})
}

// note keeps what was answered. Who asks again under the same key is told the
// same.
func (p *play) note(k task, got told) {
	p.Helper()
	what := k.Do + ": " + string(got.Result)
	if got.Code != "" {
		what = k.Do + ": " + got.Code
	}
	p.answers[what]++
	if got.Payment != "" {
		p.takings = append(p.takings, got.Payment)
	}
	if k.Key == "" || got.Code != "" && got.Code != domain.ErrPaymentDeclined.Code {
		return
	}
	p.done = append(p.done, kept{k, got})
	if p.chance(30) {
		p.again(kept{k, got})
	}
}

// again asks for a task that was answered once more: the answer is the same,
// unless the first one was that nobody knows yet.
func (p *play) again(was kept) {
	p.Helper()
	got, _ := p.try(was.task)
	open := was.told.Result == domain.Unanswered || was.told.Result == domain.AwaitsAction
	declined := got.Code == domain.ErrPaymentDeclined.Code && (open || was.told.Code == got.Code)
	same := got.Replayed && got.Code == was.told.Code && got.Payment == was.told.Payment && got.Purchase == was.told.Purchase
	if !declined && !(same && (open || got.Result == was.told.Result)) {
		p.Errorf("%+v was answered %+v, and then, under the same key, %+v", was.task, was.told, got)
	}
}

// check refuses an answer that nobody should get.
func (p *play) check(u *child, k task, got told) {
	p.Helper()
	if got.Broken != "" {
		p.Fatalf("%+v broke: %s\n%s", k, got.Broken, u.stderr)
	}
	switch got.Code {
	case domain.ErrKeyReused.Code, domain.ErrInvalid.Code, domain.ErrUnavailable.Code,
		domain.ErrNested.Code, domain.ErrExists.Code, domain.ErrScope.Code, domain.ErrMembershipNotFound.Code, domain.ErrPaymentNotFound.Code:
		p.Fatalf("%+v was refused: %s\n%s", k, got.Code, u.stderr)
	}
}
