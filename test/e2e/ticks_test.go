package e2e

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/luck"
)

// moody is a processor whose cards have their days: most renewals are paid at
// once, of some the answer is lost, some are declined for now or for good. The
// key of an order decides, so two runs of the same year meet the same.
type moody struct{ ports.Charger }

func (m moody) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	if strings.Contains(o.Key, "/renew/") {
		h := fnv.New32a()
		h.Write([]byte(o.Key))
		switch n := h.Sum32() % 100; {
		case n < 5:
			o.Method = sandbox.LosesAnswer
		case n < 10:
			o.Method = sandbox.Declines
		case n < 12:
			o.Method = sandbox.DeclinesHard
		}
	}
	return m.Charger.Charge(ctx, o)
}

// TestTicks lets several processes do the work of a year at once, two on one
// file and four on one PostgreSQL, and one process the same work on a copy: they
// come to the same memberships, sales and payments, and every renewal is charged
// once.
//
// It is about 200 memberships, or a hundred times USHER_TEST_RUNS, and an eighth
// of them on PostgreSQL, where each step of the work takes longer.
func TestTicks(t *testing.T) {
	n := 100 * luck.Runs(t, 2)
	for _, on := range []struct {
		name    string
		copies  func(t *testing.T, fill func(place)) func() place
		n       int
		workers int
	}{
		{"sqlite", sqliteCopies, n, 2},
		{"postgres", postgresCopies, n / 8, 4},
	} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			var seller domain.SellerID
			next := on.copies(t, func(at place) { seller = filled(t, at, on.n) })
			one, many := next(), next()
			ticks(newYear(t, one, seller, 1), newYear(t, many, seller, on.workers))
		})
	}
}

// filled fills a place with n memberships, and returns whose they are.
func filled(t *testing.T, at place, n int) (seller domain.SellerID) {
	t.Helper()
	filler := start(t, "filler", fillerIs{at, n})
	if !filler.hear(&seller) {
		_ = filler.gone()
		t.Fatalf("nothing was filled in\n%s", filler.stderr)
	}
	filler.end()
	return seller
}

// ticks lives the same year twice, with one process and with many.
func ticks(one, many *year) {
	t := one.T
	one.live()
	many.live()
	for i, jobs := range many.jobs {
		if jobs == 0 {
			t.Errorf("of %d processes, number %d did no job: %v", len(many.jobs), i, many.jobs)
		}
	}
	a, b := one.books(), many.books()
	status := map[domain.MembershipStatus]int{}
	for i, m := range a.memberships {
		status[m.Status]++
		if i < len(b.memberships) && m != b.memberships[i] {
			t.Errorf("a membership came to\n%+v with one process and to\n%+v with many", m, b.memberships[i])
		}
	}
	if !reflect.DeepEqual(a.purchases, b.purchases) {
		t.Error("the sales are not the same with many processes as with one")
	}
	same(t, "payment", keyed(a.payments), keyed(b.payments))
	same(t, "charge", charged(one.book), charged(many.book))
	t.Logf("%d memberships, %d payments: %v; one process did %d jobs at %d instants, many did %v at %d",
		len(a.memberships), len(a.payments), status, one.jobs[0], one.stops, many.jobs, many.stops)
}

// same compares what two runs have under each key.
func same[A comparable](t *testing.T, what string, one, two map[string]A) {
	t.Helper()
	for key, a := range one {
		if b, ok := two[key]; !ok || a != b {
			t.Errorf("the %s %s is\n%+v with one process and\n%+v with many", what, key, a, b)
		}
	}
	for key, b := range two {
		if _, ok := one[key]; !ok {
			t.Errorf("the %s %s is only there with many processes: %+v", what, key, b)
		}
	}
}

// keyed returns payments by their keys, without the ids that chance gave them.
func keyed(all []domain.PaymentState) map[string]domain.PaymentState {
	by := map[string]domain.PaymentState{}
	for _, p := range all {
		p.ID = ""
		by[p.Key] = p
	}
	return by
}

func charged(b sandbox.Book) map[string]sandbox.Charge {
	by := map[string]sandbox.Charge{}
	for _, c := range b.Charges {
		c.PaymentID = ""
		by[c.Key] = c
	}
	return by
}

// year is a place at which a year goes by, with one or more processes that do
// what is due.
type year struct {
	*testing.T
	at      place
	seller  domain.SellerID
	is      usherIs
	workers []*child
	jobs    []int // that each has done
	stops   int
	book    sandbox.Book
}

// newYear starts so many processes at a place that was filled.
func newYear(t *testing.T, at place, seller domain.SellerID, workers int) *year {
	t.Helper()
	y := &year{T: t, at: at, seller: seller, jobs: make([]int, workers)}
	y.is = usherIs{At: at, Seller: seller, Moody: true}
	y.is.Processor = startProcessor(t, processorIs{Book: filepath.Join(at.Folder, "book.jsonl"), Now: begun})
	for range workers {
		y.workers = append(y.workers, start(t, "usher", y.is))
	}
	return y
}

// visits is how often buyers look whether they owe something: before grace is
// over, and before the year is.
const visits = 108 * time.Hour

var yearEnd = begun.AddDate(1, 0, 20)

// live lets a year go by, from one instant at which something is due to the
// next. At each visit half of those who are past due pay.
func (y *year) live() {
	y.Helper()
	y.all("tick") // what is left from filling it
	for visit := begun.Add(visits); visit.Before(yearEnd); {
		next := y.one(task{Do: "next due"}).At
		if next.IsZero() || !next.Before(visit) {
			next = visit
		}
		y.one(task{Do: "sleep", To: next})
		y.all("tick")
		y.stops++
		if next.Equal(visit) {
			y.one(task{Do: "pay what is overdue"})
			visit = visit.Add(visits)
		}
	}
	for _, w := range y.workers {
		w.end()
	}
	bank, err := sandbox.Dial(y.Context(), y.is.Processor, 0)
	if err == nil {
		y.book, err = bank.Book(y.Context())
	}
	if err != nil {
		y.Fatal(err)
	}
}

// one has one of the processes do a task.
func (y *year) one(k task) told {
	y.Helper()
	y.workers[0].tell(k)
	return y.answer(y.workers[0])
}

// all has all processes do the same at once, until nobody finds anything to do.
func (y *year) all(what string) {
	y.Helper()
	for found := true; found; {
		found = false
		for _, w := range y.workers {
			w.tell(task{Do: what})
		}
		for i, w := range y.workers {
			got := y.answer(w)
			y.jobs[i] += got.Jobs
			found = found || got.Jobs > 0
		}
	}
}

func (y *year) answer(w *child) (got told) {
	y.Helper()
	if !w.hear(&got) || got.Code != "" || got.Broken != "" {
		y.Fatalf("a process answers %+v\n%s", got, w.stderr)
	}
	return got
}

// payOverdue has every second buyer who is past due pay.
func (u *opened) payOverdue(ctx context.Context, seller domain.SellerID) error {
	all, err := membershipsOf(pages{ctx, u.store, seller})
	for i, m := range all {
		if m.Status != domain.PastDue || i%2 == 1 || err != nil {
			continue
		}
		_, err = u.Memberships.PayNow(ctx, seller, m.ID, domain.Request{}, fmt.Sprintf("pay-%s-%d", m.ID, m.Cycle))
		if domain.KindOf(err) == domain.Precondition {
			err = nil
		}
	}
	return err
}

// books returns what has become of the year, which must be whole.
func (y *year) books() books {
	y.Helper()
	wantWhole(y.T, y.at)
	b := readBooks(y.T, y.at, y.seller)
	wantSameMoney(y.T, b, y.book)
	wantNobodyStuck(y.T, b, yearEnd.Add(-visits))
	wantSeatsPaidFor(y.T, b)
	return b
}

// fillerIs are the conditions of who fills a place with n memberships.
type fillerIs struct {
	At place
	N  int
}

// beFiller sells memberships on twelve days, and an hour later has their buyers
// change what they have: more seats, fewer from the next period on, none after
// it. It says whose they are.
func beFiller(p *pipe) error {
	var is fillerIs
	if err := p.in.Decode(&is); err != nil {
		return err
	}
	ctx, first := context.Background(), begun.AddDate(0, 0, -11)
	store, _, err := is.At.open(ctx, opening{TestClock: first})
	if err != nil {
		return err
	}
	defer store.Close()
	bank, err := sandbox.Open(sandbox.Options{Now: app.TestClock(store), File: filepath.Join(is.At.Folder, "book.jsonl")})
	if err != nil {
		return err
	}
	defer bank.Close()
	u, err := app.New(app.Config{Store: store, Charger: bank})
	if err != nil {
		return err
	}
	ana, err := u.Sellers.Add(ctx, domain.Seller{Name: "Ana", Email: "ana@example.com"})
	if err != nil {
		return err
	}
	club, err := u.Catalog.AddProduct(ctx, ana.ID, domain.Product{
		Name: "Club", Kind: domain.MembershipKind, Licensed: true, Multiseat: true, Published: true,
		Prices: domain.Prices{}.With(domain.Monthly, 1000).With(domain.Quarterly, 2700).With(domain.Yearly, 9999),
	})
	if err != nil {
		return err
	}
	members := make([]domain.MembershipID, is.N)
	for day := range 12 {
		for hour, do := range []func(int) error{
			func(i int) (err error) { members[i], err = subscribe(ctx, u, ana.ID, club.ID, i); return err },
			func(i int) error { return adjust(ctx, u, ana.ID, members[i], i) },
		} {
			if err := store.MoveTestClock(ctx, first.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour)); err != nil {
				return err
			}
			const clerks = 8
			var all sync.WaitGroup
			failures := make([]error, clerks)
			for clerk := range clerks {
				all.Go(func() {
					for i := day + 12*clerk; i < is.N && failures[clerk] == nil; i += 12 * clerks {
						failures[clerk] = do(i)
					}
				})
			}
			all.Wait()
			if err := errors.Join(failures...); err != nil {
				return err
			}
		}
	}
	return p.say(ana.ID)
}

// subscribe sells the ith membership.
func subscribe(ctx context.Context, u *app.Usher, seller domain.SellerID, club domain.ProductID, i int) (domain.MembershipID, error) {
	key := fmt.Sprintf("member-%d", i)
	what := domain.SaleRequest{
		ProductID: club, Quantity: 1 + i%7,
		Recurrence: []domain.Recurrence{domain.Yearly, domain.Monthly, domain.Quarterly, domain.Yearly, domain.Quarterly}[i%5],
	}
	b, err := u.Sales.Buy(ctx, seller, what, app.Buyer{Email: key + "@example.com", Method: sandbox.Pays}, key)
	return b.Membership.ID, err
}

// adjust has the ith buyer do what the number says.
func adjust(ctx context.Context, u *app.Usher, seller domain.SellerID, m domain.MembershipID, i int) (err error) {
	key, seats := fmt.Sprintf("member-%d", i), 1+i%7
	if i%3 == 0 {
		seats += 2
		_, err = u.Memberships.Ask(ctx, seller, m, domain.AskSeats(seats), key+"-more")
	}
	if err == nil && i%4 == 1 && seats > 1 {
		_, err = u.Memberships.Ask(ctx, seller, m, domain.AskSeats(seats-1), key+"-fewer")
	}
	if err == nil && i%11 == 5 {
		_, err = u.Memberships.Cancel(ctx, seller, m, domain.Buyer)
	}
	return err
}
