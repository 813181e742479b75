package jsonl_test

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

const begin = `{"usher":1}` + "\n"

// every is one record of each kind, with every field set.
func every() []any {
	return []any{
		fixture.Distinct(domain.Seller{}),
		fixture.Distinct(domain.Product{}),
		fixture.Distinct(domain.Variant{}),
		fixture.Distinct(domain.PurchaseState{}),
		fixture.Distinct(domain.MembershipState{}),
		fixture.Distinct(domain.MembershipRecord{}),
		fixture.Distinct(domain.PaymentState{}),
		fixture.Distinct(domain.Refund{}),
		fixture.Distinct(domain.Dispute{}),
		fixture.Distinct(domain.Seat{}),
		fixture.Distinct(ports.CountedLicense{}),
		sellersToken(),
	}
}

// sellersToken has every field that a seller's token has.
func sellersToken() domain.TokenState {
	k := fixture.Distinct(domain.TokenState{})
	k.PurchaseID, k.SeatID, k.ApplicationID = "", "", ""
	return k
}

func records(values ...any) iter.Seq2[app.Record, error] {
	return func(yield func(app.Record, error) bool) {
		for _, v := range values {
			if !yield(app.Record{Value: v}, nil) {
				return
			}
		}
	}
}

func write(t *testing.T, o jsonl.Options, values ...any) string {
	t.Helper()
	var b strings.Builder
	n, err := jsonl.Write(&b, records(values...), o)
	if err != nil || n != int64(len(values)) {
		t.Fatalf("wrote %d of %d records: %v", n, len(values), err)
	}
	return b.String()
}

func read(text string) (got []app.Record, err error) {
	for r, err := range jsonl.Read(strings.NewReader(text)) {
		if err != nil {
			return got, err
		}
		got = append(got, r)
	}
	return got, nil
}

func same(t *testing.T, got []app.Record, want ...any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d records, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Value != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i].Value, want[i])
		}
	}
}

func TestWrite_losesNothing(t *testing.T) {
	all := every()
	for _, v := range all {
		left := fixture.Unset(v)
		if _, is := v.(domain.TokenState); is {
			left = slices.DeleteFunc(left, func(name string) bool { return name == ".PurchaseID" || name == ".SeatID" || name == ".ApplicationID" })
		}
		if len(left) > 0 {
			t.Fatalf("%T: %v are zero, so that they may be lost unseen", v, left)
		}
	}
	text := write(t, jsonl.Options{WithKeys: true}, all...)
	got, err := read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	same(t, got, all...)
	for i, r := range got {
		if r.Line != i+2 {
			t.Errorf("record %d is of line %d, want %d", i, r.Line, i+2)
		}
	}
}

// TestWrite_losesNoZeros is about what has another default than zero.
func TestWrite_losesNoZeros(t *testing.T) {
	at := fixture.T0
	all := []any{
		domain.Seller{ID: "s", CreatedAt: at},
		domain.Product{ID: "p", Kind: domain.OneTime, CreatedAt: at},
		domain.Variant{ID: "v", CreatedAt: at},
		domain.PurchaseState{ID: "b", Status: domain.Pending, Quantity: 0, CreatedAt: at},
		domain.PurchaseState{ID: "b", Status: domain.Successful, Quantity: 1, CreatedAt: at},
		domain.PurchaseState{ID: "b", Status: domain.Successful, Quantity: 1, Price: domain.Money{Amount: 7, Currency: "usd"}, CreatedAt: at},
		domain.PurchaseState{ID: "b", Status: domain.Successful, Quantity: 1, Price: domain.Money{Amount: 7, Currency: "usd"}, Original: domain.Money{Currency: "usd"}, CreatedAt: at},
		domain.MembershipState{ID: "m", AnchorAt: at, CreatedAt: at},
		domain.MembershipState{ID: "m", AnchorAt: at, CreatedAt: at, Pending: domain.PendingChange{Tier: "t", Priced: true}},
		domain.MembershipState{ID: "m", AnchorAt: at, CreatedAt: at, Ledger: domain.Ledger{Settled: 1}},
		domain.MembershipState{ID: "m", AnchorAt: at, CreatedAt: at, InFlight: domain.InFlight{PricedAt: at}},
		domain.MembershipState{ID: "m", AnchorAt: at, CreatedAt: at, Notice: domain.PriceNotice{EffectiveAt: at}},
		domain.MembershipState{ID: "m", AnchorAt: at, CreatedAt: at, Outstanding: domain.Outstanding{DueAt: at}},
		domain.MembershipRecord{ID: "m", StartedAt: at, CreatedAt: at},
		domain.PaymentState{ID: "y", CreatedAt: at},
		domain.Refund{ID: "r", CreatedAt: at},
		domain.Dispute{ID: "d", OpenedAt: at},
		domain.Seat{ID: "e", CreatedAt: at},
		ports.CountedLicense{License: domain.LicenseState{ID: "l", Key: "k", CreatedAt: at}},
		domain.TokenState{ID: "t", Scopes: "account", CreatedAt: at},
		domain.Product{ID: "p", Kind: domain.MembershipKind, CreatedAt: at, Prices: domain.Prices{}.With(domain.Yearly, 0)},
	}
	got, err := read(write(t, jsonl.Options{WithKeys: true}, all...))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, all...)
}

func TestWrite_leavesOutWhatIsZero(t *testing.T) {
	at := time.Date(2026, 4, 2, 10, 0, 0, 250_000_000, time.UTC)
	got := write(t, jsonl.Options{}, domain.PurchaseState{
		ID: "<b&1>", SellerID: "s1", ProductID: "p1", OrderNumber: 7, Status: domain.Successful, Email: "a@example.com",
		Quantity: 1, Price: domain.Money{Currency: "usd"}, CreatedAt: at,
	})
	want := begin + `{"kind":"purchase","id":"<b&1>","seller":"s1","product":"p1","order_number":7,"email":"a@example.com","currency":"usd","created_at":"2026-04-02T10:00:00.25Z"}` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWrite_carriesKeysOnlyWhenAsked(t *testing.T) {
	l := fixture.Distinct(ports.CountedLicense{})
	text := write(t, jsonl.Options{}, l)
	if strings.Contains(text, string(l.License.Key)) {
		t.Errorf("the key is in %s", text)
	}
	if _, err := read(text); err == nil || !strings.Contains(err.Error(), "line 2: key: ") || !strings.Contains(err.Error(), "--with-keys") {
		t.Errorf("reading it says %v, want it to name the line, the key and --with-keys", err)
	}
	if text := write(t, jsonl.Options{WithKeys: true}, l); !strings.Contains(text, `"key":"`+string(l.License.Key)+`"`) {
		t.Errorf("no key in %s", text)
	}
}

func TestWrite_fails(t *testing.T) {
	broken := errors.New("broken")
	s := fixture.Seller("ana")
	one := func(err error) iter.Seq2[app.Record, error] {
		return func(yield func(app.Record, error) bool) {
			if yield(app.Record{Value: s}, nil) && yield(app.Record{}, err) {
				t.Error("asked for more after an error")
			}
		}
	}
	if n, err := jsonl.Write(io.Discard, one(broken), jsonl.Options{}); n != 1 || err != broken {
		t.Errorf("a failing export: wrote %d, %v", n, err)
	}
	if _, err := jsonl.Write(failing{}, records(s), jsonl.Options{}); err == nil {
		t.Error("a full disk was not noticed")
	}
	for what, v := range map[string]any{
		"a record of no kind":         s.ID,
		"a trial of half a second":    fixture.Product(s, func(p *domain.Product) { p.FreeTrial = time.Second / 2 }),
		"a line of more than 1 MiB":   fixture.Product(s, func(p *domain.Product) { p.Name = strings.Repeat("x", 1<<20) }),
		"a time that RFC 3339 lacks":  fixture.Product(s, func(p *domain.Product) { p.CreatedAt = p.CreatedAt.AddDate(9000, 0, 0) }),
		"a time in the trial's place": time.Now(),
		"a buyer's token":             domain.TokenState{ID: "t", PurchaseID: "b", CreatedAt: fixture.T0},
		"an application's token":      domain.TokenState{ID: "t", Scopes: "account", ApplicationID: "a", CreatedAt: fixture.T0},
		"an invitation to a seat":     domain.TokenState{ID: "t", SeatID: "e", CreatedAt: fixture.T0},
	} {
		if n, err := jsonl.Write(io.Discard, records(s, v), jsonl.Options{}); n != 1 || err == nil {
			t.Errorf("%s: wrote %d, %v", what, n, err)
		}
	}
}

// TestWrite_hasRoomForWhateverTheDomainAccepts fills the longest states with
// what takes most room in JSON.
func TestWrite_hasRoomForWhateverTheDomainAccepts(t *testing.T) {
	ana := fixture.Seller("ana")
	long := func(n int) string { return strings.Repeat("\x01", n) }
	id := long(255)
	var fields []domain.CustomField
	for range 49_000 / 200 {
		fields = append(fields, domain.CustomField{Name: long(96), Value: long(96)})
	}
	var chosen []domain.VariantID
	var lines []domain.BundleLine
	for range 49_000 / 4 {
		chosen = append(chosen, "\x01")
	}
	for range 49_000 / 7 {
		lines = append(lines, domain.BundleLine{ProductID: "\x01", Quantity: 1})
	}
	text := long(2000)
	p := fixture.Distinct(fixture.Purchase(fixture.Product(ana), func(p *domain.PurchaseState) {
		p.ID, p.SellerID, p.ProductID = domain.PurchaseID(id), domain.SellerID(id), domain.ProductID(id)
		p.MembershipID, p.GiftOf, p.BundleOf, p.PreorderOf = domain.MembershipID(id), domain.PurchaseID(id), domain.PurchaseID(id), domain.PurchaseID(id)
		p.FullName, p.Referrer, p.Country, p.Card.Visual, p.Card.Type, p.OfferCode.Code, p.Affiliate.Email = text, text, text, text, text, text, text
		p.TrackingURL = "https://example.com/" + strings.Repeat("<", 1900)
		p.OfferCode.Percent, p.Refunded = 5, 5
		p.Variants, p.CustomFields = domain.ChosenVariants(chosen...), domain.MakeCustomFields(fields...)
	}))
	bundle := fixture.Product(ana, func(p *domain.Product) {
		p.Kind, p.Name, p.Includes = domain.Bundle, long(499)+"x", domain.MakeBundleLines(lines...)
	})
	tier := domain.VariantID(id)
	goal := domain.Target{Tier: tier}
	member := fixture.Distinct(fixture.Membership(p, func(m *domain.MembershipState) {
		m.Status, m.EndReason, m.Before, m.Terms.Discount.Kind = domain.Ended, domain.Chargeback, domain.PastDue, domain.PerSeat
		m.Terms.Tier, m.Pending.Tier, m.Notice.Tier = tier, tier, tier
		m.InFlight = domain.InFlight{PaymentID: domain.PaymentID(id), Target: goal}
	}))
	payment := fixture.Distinct(fixture.Payment(p, func(p *domain.PaymentState) {
		p.ID, p.MembershipID, p.Key, p.ProcessorRef, p.Target = domain.PaymentID(id), domain.MembershipID(id), id, id, goal
	}))
	for _, check := range []error{p.Check(), bundle.Check()} {
		if check != nil {
			t.Fatal(check)
		}
	}
	got, err := read(write(t, jsonl.Options{}, p, bundle, member, payment))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, p, bundle, member, payment)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space left") }
