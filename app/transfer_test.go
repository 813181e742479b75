package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// TestTransfer_comesBackByteForByte brings a market into an empty store, takes
// it out, brings that into another empty store and takes it out again. Its size
// is set as [transferSize] says; how long each step takes is logged.
func TestTransfer_comesBackByteForByte(t *testing.T) {
	file, lines := marketFile(t, transferSize(t))
	digests := map[string]string{}
	for _, s := range transferStores {
		t.Run(s.name, func(t *testing.T) {
			var out [2]*os.File
			in := file
			for i := range out {
				store := s.open(t)
				began := time.Now()
				if got := imported(t, store, in); got != (app.Imported{Records: lines, New: lines}) {
					t.Errorf("imported %+v, want all of %d", got, lines)
				}
				t.Logf("%d records came in within %v", lines, time.Since(began))
				began = time.Now()
				var err error
				if out[i], err = os.Create(filepath.Join(t.TempDir(), "out.jsonl")); err != nil {
					t.Fatal(err)
				}
				defer out[i].Close()
				n, err := jsonl.Write(out[i], usherOn(t, store).Transfer.Export(t.Context()), jsonl.Options{WithKeys: true})
				if err != nil || n != lines {
					t.Fatalf("exported %d of %d records: %v", n, lines, err)
				}
				t.Logf("%d records went out within %v", lines, time.Since(began))
				in = out[i]
			}
			a, b := digestOfFile(t, out[0]), digestOfFile(t, out[1])
			if a != b {
				t.Errorf("%s and %s differ", out[0].Name(), out[1].Name())
			}
			digests[s.name] = a
		})
	}
	if a, b := digests["memory"], digests["sqlite"]; a != "" && b != "" && a != b {
		t.Error("two stores with the same things export different files")
	}
}

func digestOfFile(t *testing.T, f *os.File) string {
	t.Helper()
	src, err := jsonl.Source(f)
	if err != nil {
		t.Fatal(err)
	}
	return src.Digest
}

// TestTransfer_carriesEverything compares with what was put in, field by field.
func TestTransfer_carriesEverything(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		ana := fixture.Seller("ana", richSeller)
		things := richShop(ana, fixture.Product(ana))
		never := map[reflect.Type][]string{} // the fields that no thing of the type has set
		for _, v := range things {
			typ, unset := reflect.TypeOf(v), fixture.Unset(v)
			was, met := never[typ]
			if !met {
				was = unset
			}
			never[typ] = slices.DeleteFunc(slices.Clone(was), func(name string) bool { return !slices.Contains(unset, name) })
		}
		for _, v := range []any{domain.Seller{}, domain.Variant{}, domain.PurchaseState{}, domain.MembershipState{}, domain.PaymentState{}, domain.Refund{}, domain.TokenState{}} {
			left, met := never[reflect.TypeOf(v)]
			if _, is := v.(domain.TokenState); is { // a seller's has none of these
				left = slices.DeleteFunc(left, func(name string) bool { return name == ".PurchaseID" || name == ".SeatID" || name == ".ApplicationID" })
			}
			if !met || len(left) > 0 {
				t.Errorf("no %T has %v set, which may be lost unseen", v, left)
			}
		}
		imported(t, s, strings.NewReader(fileOf(t, things...)))
		var got []any
		for r, err := range usherOn(t, s).Transfer.Export(t.Context()) {
			if err != nil || r.Line != 0 {
				t.Fatalf("line %d: %v", r.Line, err)
			}
			got = append(got, r.Value)
		}
		for _, want := range things {
			if !slices.Contains(got, want) {
				t.Errorf("missing: %+v", want)
			}
		}
		if len(got) != len(things) {
			t.Errorf("%d things came back, want %d", len(got), len(things))
		}
	})
}

func TestImport_tellsEachSellerOnce(t *testing.T) {
	onStores(t, func(t *testing.T, s ports.Store) {
		file, lines := marketFile(t, 300)
		imported(t, s, file)
		imported(t, s, file)
		var told []ports.Event
		if _, err := s.Dispatch(t.Context(), 1000, fixture.OnlyJobs(func(some []ports.Event) []ports.Job {
			told = slices.Clone(some)
			return nil
		})); err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, e := range told {
			imported := decoded[domain.RecordsImported](t, e)
			sum += imported.Records
			if e.Name != "records.imported" || e.Subject != digestOfFile(t, file) || imported.Source != e.Subject {
				t.Errorf("got %+v", e)
			}
		}
		if len(told) != 2 || told[0].SellerID == told[1].SellerID || sum != lines-2 {
			t.Errorf("%d events of %d records, want one for each of two sellers, of %d in all", len(told), sum, lines-2)
		}
	})
}

// TestImport_closuresMayRunTwice is about databases that run them again.
func TestImport_closuresMayRunTwice(t *testing.T) {
	file, lines := marketFile(t, 700)
	once, twice := memstore.New(nil), memstore.New(nil)
	imported(t, once, file)
	src, err := jsonl.Source(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := usherOn(t, storetest.Rerun(twice)).Transfer.Import(t.Context(), src, false)
	if err != nil || got.New != lines {
		t.Fatalf("imported %+v, %v", got, err)
	}
	if exported(t, twice) != exported(t, once) {
		t.Error("run twice, it brought something else")
	}
	if a, b := progressOf(t, once, file), progressOf(t, twice, file); !slices.Equal(a, b) {
		t.Errorf("run twice, the progress is %+v, not %+v", b, a)
	}
}

// progressOf returns the progress of a file's import, of the system and of each
// seller.
func progressOf(t *testing.T, s ports.Store, file *os.File) (all []ports.Task) {
	t.Helper()
	id := "import:" + digestOfFile(t, file)
	scopes := []ports.Scope{ports.System}
	for r, err := range usherOn(t, s).Transfer.Export(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := r.Value.(domain.Seller); ok {
			scopes = append(scopes, ports.Seller(s.ID))
		}
	}
	for _, who := range scopes {
		err := s.View(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			task, err := tx.Progress.ByID(ctx, id)
			if err == nil {
				all = append(all, task)
			}
			if errors.Is(err, domain.ErrProgressNotFound) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
