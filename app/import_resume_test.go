package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var errKilled = errors.New("the process was killed")

// killed returns an usher on s whose process is killed at its n-th Update,
// before it or with its answer.
func killed(t *testing.T, s ports.Store, n int, answered bool) *app.Usher {
	w := &wrapped{Store: s}
	updates := 0
	w.update = func() error {
		if updates++; updates >= n && !answered || updates > n {
			return errKilled
		}
		return nil
	}
	w.updated = func() error {
		if updates == n {
			return errKilled
		}
		return nil
	}
	return usherOn(t, w)
}

// TestImport_goesOnWhereItStopped kills an import at each of its Updates. The
// customers do not wait: what came is used and changed before the import goes
// on, and must be left alone by it.
func TestImport_goesOnWhereItStopped(t *testing.T) {
	file, lines := marketFile(t, 100)
	onStores(t, func(t *testing.T, whole ports.Store) {
		imported(t, whole, file)
		_, slow := whole.(*sqlitestore.Store)
		for n := 1; ; n++ {
			over := false
			for _, answered := range []bool{false, true} {
				if slow && (n != 3 || answered) && (n != 8 || !answered) && n < 12 {
					continue
				}
				src, err := jsonl.Source(file)
				if err != nil {
					t.Fatal(err)
				}
				s := openLike(t, whole)
				if _, err = killed(t, s, n, answered).Transfer.Import(t.Context(), src, false); err == nil {
					over = true
					continue
				}
				var at *app.LineError
				if !errors.Is(err, errKilled) || errors.As(err, &at) {
					t.Fatalf("killed at Update %d: %v", n, err)
				}
				before := strings.Count(exported(t, s), "\n")
				changes := liveOn(t, s)
				src, err = jsonl.Source(file)
				if err != nil {
					t.Fatal(err)
				}
				got, err := usherOn(t, s).Transfer.Import(t.Context(), src, false)
				finished := len(progressOf(t, s, file)) == 3 && before == int(lines)+1
				if err != nil || got.Records != lines || got.New != lines+1-int64(before) || got.Before && !finished {
					t.Fatalf("killed at Update %d with %d lines there, it goes on to %+v, %v", n, before, got, err)
				}
				want := openLike(t, whole)
				imported(t, want, file)
				changes(want)
				if exported(t, s) != exported(t, want) {
					t.Errorf("killed at Update %d, it came out otherwise", n)
				}
				if a, b := progressOf(t, s, file), progressOf(t, want, file); !slices.Equal(a, b) {
					t.Errorf("killed at Update %d, the progress is %+v, want %+v", n, a, b)
				}
				if got := imported(t, s, file); got != (app.Imported{Records: lines, Before: true}) {
					t.Errorf("and once more: %+v", got)
				}
			}
			if over {
				if n < 10 {
					t.Errorf("the whole import is %d Updates, so that little was tested", n-1)
				}
				return
			}
		}
	})
}

// openLike opens an empty store of the same sort.
func openLike(t *testing.T, s ports.Store) ports.Store {
	t.Helper()
	if _, ok := s.(*memstore.Store); ok {
		return transferStores[0].open(t)
	}
	return transferStores[1].open(t)
}

// liveOn uses and changes what is there, and returns how to do the same to
// another store.
func liveOn(t *testing.T, s ports.Store) func(ports.Store) {
	t.Helper()
	var changes []func(*app.Usher) error
	var renamed []domain.Seller
	for r, err := range usherOn(t, s).Transfer.Export(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		switch v := r.Value.(type) {
		case domain.Seller:
			v.Name += "!"
			renamed = append(renamed, v)
		case domain.Product:
			name := v.Name + "!"
			changes = append(changes, func(u *app.Usher) error {
				_, err := u.Catalog.EditProduct(t.Context(), v.SellerID, v.ID, app.ProductEdit{Name: &name})
				return err
			})
		case domain.PurchaseState:
			if v.MembershipID == "" && !v.FullyRefunded() {
				changes = append(changes, func(u *app.Usher) error {
					_, err := u.Sales.Revoke(t.Context(), v.SellerID, v.ID)
					return err
				})
			}
		case ports.CountedLicense:
			what := domain.Lookup{Key: v.License.Key, ProductID: v.License.ProductID}
			changes = append(changes, func(u *app.Usher) error {
				if _, err := u.Licensing.Decrement(t.Context(), v.License.SellerID, what); err != nil && !errors.Is(err, domain.ErrAccessRevoked) {
					return err
				}
				return nil
			})
		case domain.TokenState:
			changes = append(changes, func(u *app.Usher) error {
				_, err := u.Tokens.Revoke(t.Context(), v.SellerID, v.ID)
				return err
			})
		}
	}
	apply := func(s ports.Store) {
		u := usherOn(t, s)
		for _, change := range slices.Backward(changes) { // uses before the end of access
			if err := change(u); err != nil {
				t.Fatal(err)
			}
		}
		for _, v := range renamed {
			err := s.Update(t.Context(), ports.Seller(v.ID), func(ctx context.Context, tx ports.Tx) error { return tx.Sellers.Save(ctx, v) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	apply(s)
	return apply
}

func TestImport_twiceIsOnce(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		file, lines := marketFile(t, 50)
		imported(t, s, file)
		liveOn(t, s)
		before := exported(t, s)
		updates := 0
		u := usherOn(t, &wrapped{Store: s, update: func() error { updates++; return nil }})
		for _, dry := range []bool{true, false} {
			src, err := jsonl.Source(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := u.Transfer.Import(t.Context(), src, dry)
			if err != nil || got != (app.Imported{Records: lines, Before: true}) {
				t.Errorf("dry %v: got %+v, %v", dry, got, err)
			}
		}
		if updates != 0 || exported(t, s) != before {
			t.Errorf("%d updates, and something changed", updates)
		}
	})
}

// TestImport_overlapping brings a second file, which begins with what the first
// one had.
func TestImport_overlapping(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		ana := fixture.Seller("ana")
		shop := richShop(ana, fixture.Product(ana))
		pencil := fixture.Product(ana)
		for j := range 300 {
			p := plainSale(pencil, 0, j)
			shop = append(shop, p)
			if j == 0 {
				shop = slices.Insert(shop, len(shop)-1, any(pencil))
			}
			shop = append(shop, plainLicense(p, 0, j))
		}
		imported(t, s, strings.NewReader(fileOf(t, shop[:400]...)))
		if _, err := usherOn(t, s).Licensing.Verify(t.Context(), domain.Lookup{Key: plainKey(0, 7), ProductID: pencil.ID}, true); err != nil {
			t.Fatal(err)
		}
		before := exported(t, s)

		other := slices.Clone(shop)
		line := slices.IndexFunc(other, func(v any) bool { l, ok := v.(ports.CountedLicense); return ok && l.License.Key == plainKey(0, 99) })
		l := other[line].(ports.CountedLicense)
		l.License.DisabledAt = fixture.T0
		other[line] = l
		src, err := jsonl.Source(strings.NewReader(fileOf(t, other...)))
		if err != nil {
			t.Fatal(err)
		}
		var at *app.LineError
		if _, err = usherOn(t, s).Transfer.Import(t.Context(), src, false); !errors.As(err, &at) || at.Line != line+2 || !errors.Is(err, domain.ErrExists) {
			t.Errorf("with another row in line %d: %v", line+2, err)
		}
		if exported(t, s) != before {
			t.Error("what was refused changed something")
		}

		got := imported(t, s, strings.NewReader(fileOf(t, shop...)))
		if want := (app.Imported{Records: int64(len(shop)), New: int64(len(shop)) - 400}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		want := openLike(t, s)
		imported(t, want, strings.NewReader(fileOf(t, shop...)))
		if _, err := usherOn(t, want).Licensing.Verify(t.Context(), domain.Lookup{Key: plainKey(0, 7), ProductID: pencil.ID}, true); err != nil {
			t.Fatal(err)
		}
		if exported(t, s) != exported(t, want) {
			t.Error("two files came out otherwise than one")
		}
	})
}

func TestImport_dry(t *testing.T) {
	file, lines := marketFile(t, 50)
	onStores(t, func(t *testing.T, s ports.Store) {
		updates := 0
		u := usherOn(t, &wrapped{Store: s, update: func() error { updates++; return nil }})
		src, err := jsonl.Source(file)
		if err != nil {
			t.Fatal(err)
		}
		var carried []int64
		src.Carried = func(n int64) { carried = append(carried, n) }
		got, err := u.Transfer.Import(t.Context(), src, true)
		if err != nil || got != (app.Imported{Records: lines, New: lines}) {
			t.Errorf("got %+v, %v", got, err)
		}
		if updates != 0 || exported(t, s) != `{"usher":1}`+"\n" || len(progressOf(t, s, file)) != 0 {
			t.Errorf("%d updates in a dry run", updates)
		}
		if int64(len(carried)) != lines || carried[lines-1] != lines {
			t.Errorf("told of %d records, the last %v", len(carried), carried[max(0, len(carried)-1):])
		}
		if got := imported(t, s, file); got.New != lines {
			t.Errorf("and then: %+v", got)
		}
	})
}

// TestImport_mixed interleaves two sellers line by line, and the file is not in
// the order of an export.
func TestImport_mixed(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		ana, bob := fixture.Seller("ana"), fixture.Seller("bob")
		a, b := richShop(ana, fixture.Product(ana)), richShop(bob, fixture.Product(bob, func(p *domain.Product) { p.CustomPermalink = "b" }))
		var mixed []any
		for i := range a {
			mixed = append(mixed, b[i], a[i])
		}
		if got := imported(t, s, strings.NewReader(fileOf(t, mixed...))); got.New != int64(len(mixed)) {
			t.Errorf("got %+v", got)
		}
		apart := openLike(t, s)
		imported(t, apart, strings.NewReader(fileOf(t, slices.Concat(a, b)...)))
		if exported(t, s) != exported(t, apart) {
			t.Error("mixed sellers came out otherwise than one after the other")
		}
	})
}

// TestImport_whileKeysAreVerified verifies a key that is there from beginning to
// end of an import. No answer may fail, and no use be lost.
func TestImport_whileKeysAreVerified(t *testing.T) {
	file, _ := marketFile(t, 1000)
	onStores(t, func(t *testing.T, s ports.Store) {
		eva := fixture.Seller("eva")
		pen := fixture.Product(eva)
		sale := fixture.Purchase(pen)
		license := fixture.License(sale)
		fixture.Fill(t, s, eva, pen, sale, license)
		what := domain.Lookup{Key: license.Key, ProductID: pen.ID}
		u := usherOn(t, s)

		done := make(chan struct{})
		counted := make([]int64, 2)
		var verifying sync.WaitGroup
		for i := range counted {
			verifying.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					if _, err := u.Licensing.Verify(context.Background(), what, true); err != nil {
						t.Errorf("after %d uses: %v", counted[i], err)
						return
					}
					counted[i]++
				}
			})
		}
		imported(t, s, file)
		close(done)
		verifying.Wait()
		got, err := u.Licensing.Verify(t.Context(), what, false)
		if err != nil || got.Uses != counted[0]+counted[1] || got.Uses == 0 {
			t.Errorf("%d uses, %v; %d were answered", got.Uses, err, counted[0]+counted[1])
		}
	})
}

// TestImport_byTwoProcessesAtOnce: they do the work once between them.
func TestImport_byTwoProcessesAtOnce(t *testing.T) {
	file, lines := marketFile(t, 200)
	onStores(t, func(t *testing.T, s ports.Store) {
		text := exportedOf(t, s, file)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				src, err := jsonl.Source(strings.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := usherOn(t, s).Transfer.Import(context.Background(), src, false); err != nil || got.Records != lines {
					t.Errorf("got %+v, %v", got, err)
				}
			})
		}
		both.Wait()
		if exported(t, s) != text {
			t.Error("it came out otherwise")
		}
		if told := toldOf(t, s); told != lines-2 {
			t.Errorf("the events tell of %d records, want %d", told, lines-2)
		}
	})
}

// toldOf is of how many records the sellers were told since the last call.
func toldOf(t *testing.T, s ports.Store) (told int64) {
	t.Helper()
	_, err := s.Dispatch(t.Context(), 1000, fixture.OnlyJobs(func(some []ports.Event) []ports.Job {
		told = 0
		for _, e := range some {
			told += decoded[domain.RecordsImported](t, e).Records
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// exportedOf is a file in the order in which a store would export it.
func exportedOf(t *testing.T, like ports.Store, file interface {
	Read([]byte) (int, error)
	Seek(int64, int) (int64, error)
}) string {
	t.Helper()
	s := openLike(t, like)
	imported(t, s, file)
	return exported(t, s)
}

// TestImport_whatAppearsMeanwhile puts something into the store between the two
// readings: the same is fine, another thing of that name stops the import there.
func TestImport_whatAppearsMeanwhile(t *testing.T) {
	ana := fixture.Seller("ana")
	mug := fixture.Product(ana)
	sale := fixture.Purchase(mug)
	license := ports.CountedLicense{License: fixture.License(sale), Uses: 2}
	token := fixture.Token(ana, "x")
	things := []any{ana, mug, fixture.Variant(mug), sale, license, token}
	onStores(t, func(t *testing.T, s ports.Store) {
		for _, tt := range []struct {
			name    string
			appears []any
			line    int   // where it stops; 0: nowhere
			told    int64 // records that the seller is told of
		}{
			{"the same, all of it", things, 0, 0},
			{"the same, used and revoked", []any{ana, mug, sale, ports.CountedLicense{License: license.License, Uses: 9}, mod(token, func(k *domain.TokenState) { k.RevokedAt = fixture.T0 })}, 0, 1},
			{"another seller of that id", []any{mod(ana, func(s *domain.Seller) { s.Name = "Anna" })}, 2, 0},
			{"another product of that permalink", []any{ana, fixture.Product(ana, func(p *domain.Product) { p.Permalink = mug.Permalink })}, 3, 0},
			{"another sale of that number", []any{ana, mug, fixture.Purchase(mug, func(p *domain.PurchaseState) { p.OrderNumber = sale.OrderNumber })}, 5, 0},
			{"another license of that sale", []any{ana, mug, sale, fixture.License(sale)}, 6, 0},
			{"the license, with another key", []any{ana, mug, sale, mod(license.License, func(l *domain.LicenseState) { l.Key = "other" })}, 6, 0},
			{"another token of that secret", []any{ana, fixture.Token(ana, "x")}, 7, 0},
		} {
			t.Run(tt.name, func(t *testing.T) {
				s := openLike(t, s)
				src := sourceOf(t, things...)
				readings := 0
				records := src.Records
				src.Records = func(yield func(app.Record, error) bool) {
					if readings++; readings == 2 {
						fixture.Fill(t, s, tt.appears...)
					}
					records(yield)
				}
				_, err := usherOn(t, s).Transfer.Import(t.Context(), src, false)
				var at *app.LineError
				switch {
				case tt.line == 0 && err != nil:
					t.Errorf("stopped with %v", err)
				case tt.line != 0 && (!errors.As(err, &at) || at.Line != tt.line || domain.KindOf(err) != domain.Conflict):
					t.Errorf("got %v, want it to stop at line %d", err, tt.line)
				}
				if got := toldOf(t, s); got != tt.told {
					t.Errorf("told of %d records, want %d", got, tt.told)
				}
			})
		}
	})
}

// TestImport_overtaken lets life go on between the two readings, with what came
// from another file that had the same, or with what another process carried of
// this very file meanwhile.
func TestImport_overtaken(t *testing.T) {
	file, lines := marketFile(t, 100)
	onStores(t, func(t *testing.T, s ports.Store) {
		text := exportedOf(t, s, file)
		t.Run("by another file", func(t *testing.T) {
			s := openLike(t, s)
			imported(t, s, strings.NewReader(text+"\n"))
			overtaken(t, s, text, lines, nil)
		})
		t.Run("by another process", func(t *testing.T) {
			s := openLike(t, s)
			overtaken(t, s, text, lines, func() { imported(t, s, strings.NewReader(text)) })
		})
	})
}

func overtaken(t *testing.T, s ports.Store, text string, lines int64, meanwhile func()) {
	src, err := jsonl.Source(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	records, readings, before := src.Records, 0, ""
	src.Records = func(yield func(app.Record, error) bool) {
		if readings++; readings == 2 {
			if meanwhile != nil {
				meanwhile()
			}
			liveOn(t, s)
			before = exported(t, s)
		}
		records(yield)
	}
	if got, err := usherOn(t, s).Transfer.Import(t.Context(), src, false); err != nil || got.Records != lines {
		t.Errorf("got %+v, %v", got, err)
	}
	if exported(t, s) != before {
		t.Error("it took back what happened since")
	}
}

func TestImport_streams(t *testing.T) {
	file, lines := marketFile(t, 1000)
	src, err := jsonl.Source(file)
	if err != nil {
		t.Fatal(err)
	}
	updates, readings := 0, 0
	records := src.Records
	src.Records = func(yield func(app.Record, error) bool) {
		readings++
		n := int64(0)
		for r, err := range records {
			if n++; readings == 2 && n == lines/2 && updates < 5 {
				t.Errorf("half of the second reading, and only %d updates: it is kept in memory", updates)
			}
			if !yield(r, err) {
				return
			}
		}
	}
	last := int64(0)
	src.Carried = func(n int64) {
		if n <= last {
			t.Errorf("told of %d records after %d", n, last)
		}
		last = n
	}
	u := usherOn(t, &wrapped{Store: memstore.New(nil), update: func() error { updates++; return nil }})
	if _, err := u.Transfer.Import(t.Context(), src, false); err != nil || readings != 2 || last != 2*lines {
		t.Errorf("%d readings, told of %d of 2 * %d records: %v", readings, last, lines, err)
	}
}

func TestImport_fails(t *testing.T) {
	ana := fixture.Seller("ana")
	things := []any{ana, fixture.Product(ana)}
	t.Run("without a digest", func(t *testing.T) {
		src := sourceOf(t, things...)
		src.Digest = ""
		if _, err := usherOn(t, memstore.New(nil)).Transfer.Import(t.Context(), src, false); err == nil {
			t.Error("it was taken")
		}
	})
	t.Run("when the source says so", func(t *testing.T) {
		broken := errors.New("broken")
		src := sourceOf(t)
		src.Records = func(yield func(app.Record, error) bool) { yield(app.Record{}, broken) }
		if _, err := usherOn(t, memstore.New(nil)).Transfer.Import(t.Context(), src, false); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("when the second reading is longer", func(t *testing.T) { unsteady(t, things[:1], things) })
	t.Run("when the second reading is shorter", func(t *testing.T) { unsteady(t, things, things[:1]) })
	t.Run("on what is no record", func(t *testing.T) {
		if _, err := usherOn(t, memstore.New(nil)).Transfer.Import(t.Context(), sourceOf(t, ana.ID), false); err == nil {
			t.Error("it was taken")
		}
	})
	t.Run("on tokens that are no seller's", func(t *testing.T) {
		sale := fixture.Purchase(things[1].(domain.Product))
		seat := fixture.Seat(sale)
		for what, token := range map[string]domain.TokenState{"a buyer's": fixture.SaleToken(sale, "x"), "an invitation": fixture.Invitation(seat, "y")} {
			src := sourceOf(t)
			src.Records = func(yield func(app.Record, error) bool) {
				for i, v := range append(slices.Clone(things), sale, seat, token) {
					if !yield(app.Record{Line: i + 2, Value: v}, nil) {
						return
					}
				}
			}
			s := memstore.New(nil)
			_, err := usherOn(t, s).Transfer.Import(t.Context(), src, false)
			if err == nil || !strings.Contains(err.Error(), "line 6") || !strings.Contains(err.Error(), "only tokens that sellers made are imported") {
				t.Errorf("%s: got %v", what, err)
			}
		}
	})
	t.Run("when the store does not answer", func(t *testing.T) {
		eva := fixture.Seller("eva")
		calls := 0
		for n := 1; ; n++ {
			s := memstore.New(nil)
			fixture.Fill(t, s, eva)
			calls = 0
			down := func() error {
				if calls++; calls == n {
					return domain.ErrUnavailable
				}
				return nil
			}
			src := sourceOf(t, ana, things[1], fixture.Purchase(things[1].(domain.Product)))
			_, err := usherOn(t, &wrapped{Store: s, view: down, update: down}).Transfer.Import(t.Context(), src, false)
			if err == nil {
				break
			}
			var at *app.LineError
			if !errors.Is(err, domain.ErrUnavailable) || errors.As(err, &at) {
				t.Errorf("without call %d: %v", n, err)
			}
		}
		if calls < 8 {
			t.Errorf("an import makes %d calls", calls)
		}
	})
}

// unsteady reads first one and then the other.
func unsteady(t *testing.T, first, second []any) {
	src := sourceOf(t)
	readings := 0
	src.Records = func(yield func(app.Record, error) bool) {
		if readings++; readings == 1 {
			sourceOf(t, first...).Records(yield)
		} else {
			sourceOf(t, second...).Records(yield)
		}
	}
	s := memstore.New(nil)
	if got, err := usherOn(t, s).Transfer.Import(t.Context(), src, false); err == nil {
		t.Errorf("it was taken: %+v", got)
	}
}

// TestImport_keepsALineTogether imports lines that each come to many things, cut
// short at every Update: what a line comes to is there whole, or not at all.
func TestImport_keepsALineTogether(t *testing.T) {
	ana := fixture.Seller("ana")
	pencil := fixture.Product(ana)
	src := app.Source{Digest: t.Name(), Records: func(yield func(app.Record, error) bool) {
		if !yield(app.Record{Line: 1, Value: ana}, nil) || !yield(app.Record{Line: 2, Value: pencil}, nil) {
			return
		}
		for i := range 240 { // 60 sales on each of four lines
			if !yield(app.Record{Line: 3 + i/60, Value: plainSale(pencil, 0, i)}, nil) {
				return
			}
		}
	}}
	whole := memstore.New(nil)
	if got, err := usherOn(t, whole).Transfer.Import(t.Context(), src, false); err != nil || got.New != 242 {
		t.Fatalf("got %+v, %v", got, err)
	}
	want := exported(t, whole)
	if n := strings.Count(want, `"kind":"purchase"`); n != 240 {
		t.Fatalf("%d of 240 sales were kept", n)
	}
	for n := 1; ; n++ {
		s := memstore.New(nil)
		_, err := killed(t, s, n, false).Transfer.Import(t.Context(), src, false)
		if err == nil {
			if n < 6 {
				t.Errorf("an import makes %d updates", n-1)
			}
			break
		}
		if kept := strings.Count(exported(t, s), `"kind":"purchase"`); kept%60 != 0 {
			t.Errorf("killed at Update %d with %d sales: a line was torn apart", n, kept)
		}
		if _, err := usherOn(t, s).Transfer.Import(t.Context(), src, false); err != nil || exported(t, s) != want {
			t.Errorf("killed at Update %d, it does not go on to all of it: %v", n, err)
		}
	}
}
