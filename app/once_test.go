package app_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/storetest"
)

// asks is a command of the till's seller.
func (s *till) asks(key, what string, mods ...func(*app.Command)) app.Command {
	c := app.Command{Seller: s.seller, Key: key, Asked: what}
	for _, mod := range mods {
		mod(&c)
	}
	return c
}

func repeatable(c *app.Command) { c.Repeatable = true }

// makes returns what makes a product and answers with its name.
func makes(u *app.Usher, seller domain.SellerID, name string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		p, err := u.Catalog.AddProduct(ctx, seller, domain.Product{Name: name, Price: domain.Money{Amount: 100, Currency: "usd"}})
		return p.Name, err
	}
}

// called returns how many of the till's products have a name.
func (s *till) called(name string) (n int) {
	s.t.Helper()
	for _, p := range must(s.Catalog.Products(s.t.Context(), s.seller, ports.Cursor{}, 100)) {
		if p.Name == name {
			n++
		}
	}
	return n
}

func TestCommands_Once(t *testing.T) {
	changes := func(s *till, answer string, err error) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			_, made := makes(s.Usher, s.seller, "done")(ctx)
			return answer, errors.Join(err, made)
		}
	}
	reads := func(_ *till, answer string, err error) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return answer, err }
	}
	for name, does := range map[string]func(*till, string, error) func(context.Context) (string, error){
		"what changes something": changes, "what changes nothing": reads,
	} {
		t.Run(name, func(t *testing.T) {
			s := newTill(t)
			is := func(what, want string, replay bool, c app.Command, do func(context.Context) (string, error)) {
				t.Helper()
				got, again, err := s.Commands.Once(t.Context(), c, do)
				if err != nil || got != want || again != replay {
					t.Errorf("%s: %q, %v, %v", what, got, again, err)
				}
			}
			is("without a key", "a", false, s.asks("", "x"), does(s, "a", nil))
			is("without a key again", "b", false, s.asks("", "x"), does(s, "b", nil))
			is("under a key", "c", false, s.asks("k", "x"), does(s, "c", nil))
			is("under it again", "c", true, s.asks("k", "x"), does(s, "d", nil))
			_, _, err := s.Commands.Once(t.Context(), s.asks("k", "y"), does(s, "d", nil))
			if !errors.Is(err, domain.ErrKeyReused) {
				t.Errorf("something else under it: %v", err)
			}
			_, _, err = s.Commands.Once(t.Context(), s.asks("k2", "x"), does(s, "", domain.ErrSeatTaken))
			if !errors.Is(err, domain.ErrSeatTaken) {
				t.Errorf("refused: %v", err)
			}
			is("what was refused, in another way", "e", false, s.asks("k2", "y"), does(s, "e", nil))
			_, _, err = s.Commands.Once(t.Context(), s.asks("\xff", "x"), does(s, "", nil))
			if !errors.Is(err, domain.ErrInvalid) {
				t.Errorf("a key that is no text: %v", err)
			}
		})
	}
}

// The same command comes while it is carried out: the slower one meets what the
// quicker one did and is answered as it was, whatever it makes of that itself.
func TestCommands_Once_meetsTheQuicker(t *testing.T) {
	for name, does := range map[string]func(context.Context, *till) (string, error){
		"it is refused before it changes anything": func(context.Context, *till) (string, error) { return "", domain.ErrSeatTaken },
		"it has nothing to change":                 func(context.Context, *till) (string, error) { return "slow", nil },
		"it changes the same":                      func(ctx context.Context, s *till) (string, error) { return makes(s.Usher, s.seller, "slow")(ctx) },
		"it makes light of not being let": func(ctx context.Context, s *till) (string, error) {
			for range 2 {
				_, _ = makes(s.Usher, s.seller, "slow")(ctx)
			}
			return "slow", nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTill(t)
			got, again, err := s.Commands.Once(t.Context(), s.asks("k", "x"), func(ctx context.Context) (string, error) {
				if _, _, err := s.Commands.Once(t.Context(), s.asks("k", "x"), makes(s.Usher, s.seller, "quick")); err != nil {
					t.Error(err)
				}
				return does(ctx, s)
			})
			if got != "quick" || !again || err != nil || s.called("slow") != 0 || s.called("quick") != 1 {
				t.Errorf("%q, %v, %v; %d and %d were made", got, again, err, s.called("quick"), s.called("slow"))
			}
		})
	}
}

// Who asked goes away after the change: the answer is kept for when they ask again.
func TestCommands_Once_nobodyWaits(t *testing.T) {
	s := newTill(t)
	ctx, leave := context.WithCancel(t.Context())
	_, _, _ = s.Commands.Once(ctx, s.asks("k", "x"), func(ctx context.Context) (string, error) {
		defer leave()
		return makes(s.Usher, s.seller, "cup")(ctx)
	})
	got, again, err := s.Commands.Once(t.Context(), s.asks("k", "x"), makes(s.Usher, s.seller, "cup"))
	if got != "cup" || !again || err != nil || s.called("cup") != 1 {
		t.Errorf("%q, %v, %v; %d were made", got, again, err, s.called("cup"))
	}
}

// The process dies between the change and its answer.
func TestCommands_Once_dies(t *testing.T) {
	buy := func(s *till) domain.Lookup {
		b := must(s.buy(of(s.pen, 1), sandbox.Pays, "pen"))
		what := domain.Lookup{Key: b.License.Key, ProductID: s.pen.ID}
		for range 3 {
			must(s.Licensing.Verify(s.t.Context(), what, true))
		}
		return what
	}
	for _, row := range []struct {
		name  string
		c     func(*app.Command)
		dying func(*till) *app.Usher
		dead  error // what the first one is told
		again error // what a repeat is told
		made  int   // in the end
		uses  int64
	}{
		{"before its answer was kept, and twice is not once", func(*app.Command) {}, (*till).dyingAfter, nil, domain.ErrAnswerLost, 1, 2},
		{"before its answer was kept, and twice is once", repeatable, (*till).dyingAfter, nil, nil, 2, 1},
		{"before anything was changed", func(*app.Command) {}, (*till).dyingBefore, domain.ErrUnavailable, nil, 1, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTill(t)
				repeat := func(first, again *app.Usher, key string, do func(*app.Usher) func(context.Context) (string, error)) {
					t.Helper()
					_, _, err := first.Commands.Once(t.Context(), s.asks(key, "x", row.c), do(first))
					if !errors.Is(err, row.dead) {
						t.Errorf("the first is told %v", err)
					}
					_, replay, err := again.Commands.Once(t.Context(), s.asks(key, "x", row.c), do(again))
					if !errors.Is(err, row.again) || replay {
						t.Errorf("a repeat is told %v, %v", replay, err)
					}
					if _, _, err := again.Commands.Once(t.Context(), s.asks(key, "y", row.c), do(again)); !errors.Is(err, domain.ErrKeyReused) {
						t.Errorf("something else is told %v", err)
					}
				}
				repeat(row.dying(s), s.Usher, "cup", func(u *app.Usher) func(context.Context) (string, error) { return makes(u, s.seller, "cup") })
				if n := s.called("cup"); n != row.made {
					t.Errorf("%d were made", n)
				}
				what := buy(s)
				repeat(row.dying(s), s.Usher, "uses", func(u *app.Usher) func(context.Context) (string, error) {
					return func(ctx context.Context) (string, error) {
						_, err := u.Licensing.Decrement(ctx, s.seller, what)
						return "decremented", err
					}
				})
				if uses := must(s.Licensing.Verify(t.Context(), what, false)).Uses; uses != row.uses {
					t.Errorf("%d uses, want %d", uses, row.uses)
				}
			})
		})
	}
}

// A use that cannot be taken back now has not used the key up.
func TestCommands_Once_turnedAway(t *testing.T) {
	s := newTill(t)
	b := must(s.buy(of(s.pen, 1), sandbox.Pays, "pen"))
	what := domain.Lookup{Key: b.License.Key, ProductID: s.pen.ID}
	must(s.Licensing.Verify(t.Context(), what, true))
	u := s.over(&hooks{Store: s.store, count: once(1, func() error { return domain.ErrUnavailable })})
	decrement := func(ctx context.Context) (string, error) {
		v, err := u.Licensing.Decrement(ctx, s.seller, what)
		return string(rune('0' + v.Uses)), err
	}
	if _, _, err := u.Commands.Once(t.Context(), s.asks("k", "x"), decrement); !errors.Is(err, domain.ErrUnavailable) {
		t.Errorf("the first is told %v", err)
	}
	for _, replay := range []bool{false, true} {
		if got, again, err := u.Commands.Once(t.Context(), s.asks("k", "x"), decrement); got != "0" || again != replay || err != nil {
			t.Errorf("%q, %v, %v", got, again, err)
		}
	}
}

func (s *till) over(h *hooks) *app.Usher {
	u, err := app.New(app.Config{Store: h, Clock: s.clock.now, Charger: s.processor})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// dyingAfter returns an usher whose process is killed when the answer of its first
// command is about to be kept: the second time that it writes.
func (s *till) dyingAfter() *app.Usher {
	h := &hooks{Store: s.store}
	h.update = once(2, func() error { h.dead.Store(true); return domain.ErrUnavailable })
	return s.over(h)
}

// dyingBefore returns one whose process is killed when it is about to write.
func (s *till) dyingBefore() *app.Usher {
	h := &hooks{Store: storetest.Rerun(s.store)}
	h.update = func() error { h.dead.Store(true); return domain.ErrUnavailable }
	return s.over(h)
}
