package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/leaktest"
)

// The secrets that cases name by short words are played as long ones, so that
// they can be looked for.
const (
	codeOne  = "code-1-of-the-runner"
	tokenOne = "at-1-the-consent-of-ana"
)

var longer = strings.NewReplacer(
	`"code-1"`, `"`+codeOne+`"`, `"code-2"`, `"code-2-of-the-runner"`, `"old"`, `"old-code-of-the-runner"`,
	`"at-1"`, `"`+tokenOne+`"`, `"at-2"`, `"at-2-the-consent-of-bob"`, `"rt-1"`, `"rt-1-refreshes-ana"`,
)

// parsePlayed is parseOutside with those.
func parsePlayed(data []byte) lineOf[outsideCase] {
	return parseOutside([]byte(longer.Replace(string(data))))
}

// plantedTexts are what secrets are that a case plants without saying.
var plantedTexts = map[plantedName]string{
	"circle_token": "a-planted-token/of+circle=", "bot_token": "a-planted.bot-token", "client_secret": "a-planted+client/secret",
	"customer_access_token": "a-planted-consent-of-ana",
}

// holds is what may be found after a case, and why.
var holds = []leaktest.Allowed{
	{Place: "pages", Kind: "state", Why: "the Join and Connect buttons lead to Discord with it"},
	{Place: "pages", Kind: "page token", Why: "the form behind Leave has its own page's address"},
	{Place: "mails", Kind: "license key", Why: "a receipt shows the buyer's key"},
	{Place: "memory", Kind: "license key", Why: "nothing in it leaves the process"},
	{Place: "export", Kind: "license key", Why: "it was asked for with keys"},
}

// hunt looks for every secret of a case in all that it left.
type hunt struct{ leaktest.Search }

// leavings has everything looked through that a played case left behind.
func (s *scene) leavings() *hunt {
	h := &hunt{}
	for kind, values := range s.huntedFor() {
		for _, v := range values {
			h.Plant(kind, v)
		}
	}
	s.mu.Lock()
	pages, exports := strings.Join(s.answers, "\n"), strings.Join(s.exports, "\n")
	h.Look("pages", pages+s.said.says)
	if s.said.err != nil {
		h.Look("errors", fmt.Sprintf("%v %+v", s.said.err, s.said.err))
	}
	s.mu.Unlock()
	h.Look("export", exports)
	for _, log := range s.logs {
		h.Look("logs", log.String())
	}
	s.mail.mu.Lock()
	for _, m := range s.mail.mails {
		h.Look("mails", fmt.Sprintf("%+v", m))
	}
	s.mail.mu.Unlock()
	s.out.mu.Lock()
	h.Look("addresses", strings.Join(s.out.urls, "\n"))
	s.out.mu.Unlock()
	if _, kept := places.Load(s.store); kept {
		h.Look("tables", rawText(s.T, s.store))
		h.Look("files", rawFiles(s.T, s.store))
	} else {
		h.Look("memory", strings.Join(textsIn(s.store), "\n"))
	}
	return h
}

// huntedFor are the secrets of a case, by kind.
func (s *scene) huntedFor() map[string][]string {
	all := map[string][]string{
		"bot token": {s.planted["bot_token"]}, "client secret": {s.planted["client_secret"]},
		"Circle token": append(s.secrets(), s.planted["circle_token"], anyToken),
		"consent":      {s.planted["customer_access_token"]},
	}
	for _, l := range s.c.Calls {
		for kind, key := range map[string]string{"consent": "access_token", "refresh token": "refresh_token"} {
			if t, ok := at1(l.Reply.Body, key); ok {
				all[kind] = append(all[kind], fmt.Sprint(t))
			}
		}
	}
	all["code"] = append(all["code"], codeOne)
	for _, e := range s.c.Events {
		all["code"] = append(all["code"], e.Code)
		if e.Query != nil && e.Query.Code != nil {
			all["code"] = append(all["code"], *e.Query.Code)
		}
	}
	s.mu.Lock()
	all["state"], all["verifier"] = slices.Clone(s.states), []string{s.verifier}
	all["page token"], all["cookie"], all["admin link"] = slices.Clone(s.pageTokens), slices.Clone(s.cookies), slices.Clone(s.adminLinks)
	s.mu.Unlock()
	s.keys.mu.Lock()
	all["server's secret"] = slices.Clone(s.keys.drawn)
	s.keys.mu.Unlock()
	for _, seller := range s.sellers {
		s.view(ports.Seller(seller.ID), func(ctx context.Context, tx ports.Tx) error {
			sales, err := tx.Purchases.List(ctx, ports.PurchaseQuery{})
			for _, p := range sales {
				l, err := tx.Licenses.ByPurchase(ctx, p.ID, "")
				if errors.Is(err, domain.ErrLicenseNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				all["license key"] = append(all["license key"], string(l.State().Key))
			}
			return err
		})
	}
	return all
}

// rawFiles are the files of a database, byte by byte; empty: it is a server's.
func rawFiles(t *testing.T, store ports.Store) string {
	t.Helper()
	place, _ := places.Load(store)
	file, ok := strings.CutPrefix(place.(string), "sqlite ")
	if !ok {
		return ""
	}
	var all strings.Builder
	for _, end := range []string{"", "-wal", "-journal"} {
		b, err := os.ReadFile(file + end)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// textsIn returns every text that can be reached from a value.
func textsIn(v any) (all []string) {
	seen := map[uintptr]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			all = append(all, v.String())
		case reflect.Pointer:
			if !v.IsNil() && !seen[v.Pointer()] {
				seen[v.Pointer()] = true
				walk(v.Elem())
			}
		case reflect.Interface:
			walk(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(k)
				walk(v.MapIndex(k))
			}
		case reflect.Slice, reflect.Array:
			if v.Type().Elem().Kind() == reflect.Uint8 {
				b := make([]byte, v.Len())
				for i := range b {
					b[i] = byte(v.Index(i).Uint())
				}
				all = append(all, string(b))
				return
			}
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(v))
	return all
}

// usedPlaces are the allowed places that cases of one store needed.
type usedPlaces struct {
	mu   sync.Mutex
	used map[leaktest.Allowed]bool
	n    int // cases that were judged
}

// judge fails a case for each secret that is found where none may be.
func (n *usedPlaces) judge(t *testing.T, h *hunt) {
	t.Helper()
	leaks, unused := h.Judge(holds...)
	for _, l := range leaks {
		t.Errorf("a secret is left behind: %s", l)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.n++
	if n.used == nil {
		n.used = map[leaktest.Allowed]bool{}
	}
	for _, a := range holds {
		if !slices.Contains(unused, a) {
			n.used[a] = true
		}
	}
}

// all fails the test of a store if a place is allowed that no case needed. Of less
// than so many cases, all of the project's, that says nothing.
func (n *usedPlaces) all(t *testing.T, of int, whole bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !whole || n.n < of || t.Failed() {
		return
	}
	for _, a := range holds {
		if a.Place == "export" { // no case of the project's sells something before its export
			continue
		}
		if files := a.Place == "memory"; !n.used[a] && files == strings.HasSuffix(t.Name(), "/memory") {
			t.Errorf("no case leaves a %s in %s: it need not be allowed", a.Kind, a.Place)
		}
	}
}

// runAll plays the other cases of the file with the secrets that this one
// plants, and looks through all that they leave.
func (s *scene) runAll() error {
	if len(s.others) == 0 {
		return errors.New("there is no other case")
	}
	planted := map[plantedName]string{}
	for name, text := range plantedTexts {
		planted[name] = cmp.Or(s.c.Given.Planted[name], text)
	}
	for _, other := range s.others {
		c := other.says
		c.Calls = exchanged(c.Calls, pairs{{tokenOne, planted["customer_access_token"]}})
		c.Exchangeable = slices.Clone(c.Exchangeable)
		for i, pair := range c.Exchangeable {
			for j, text := range pair {
				c.Exchangeable[i][j] = strings.ReplaceAll(text, tokenOne, planted["customer_access_token"])
			}
		}
		c.Given.Planted = planted
		s.T.Run(other.id, func(t *testing.T) {
			one := newScene(t, &c, s.open)
			for _, wrong := range one.play() {
				t.Error(wrong)
			}
			leaks, _ := one.leavings().Judge(holds...)
			for _, l := range leaks {
				t.Logf("a secret is left behind: %s", l)
				s.leaks = append(s.leaks, l)
			}
		})
	}
	return nil
}

// leaksIn counts what the other cases left in those places.
func (s *scene) leaksIn(where ...string) (n int) {
	for _, l := range s.leaks {
		if slices.Contains(where, l.Place) {
			n++
		}
	}
	return n
}
