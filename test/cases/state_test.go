package cases

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// resolver resolves references to the things of this stage.
func (s *stage) resolver() resolver {
	return func(ref reference) (string, error) {
		switch ref.attr {
		case "":
			v, ok := s.saved[ref.name]
			if !ok {
				return "", fmt.Errorf("nothing was saved as %s", ref.name)
			}
			return v, nil
		case "id":
			t, err := s.named(ref.name, aProduct, aPurchase, aSubscription, aUser)
			return t.id, err
		case "user_id":
			t, err := s.named(ref.name, aSeller)
			return t.id, err
		case "key":
			t, err := s.named(ref.name, aLicense)
			return string(t.key), err
		}
		t, err := s.named(ref.name, aPurchase)
		if err != nil {
			return "", err
		}
		return s.keyOf(t)
	}
}

// keyOf returns the key of a purchase's licence as it is now.
func (s *stage) keyOf(p thing) (key string, err error) {
	err = s.store.View(s.Context(), ports.Seller(p.seller), func(ctx context.Context, tx ports.Tx) error {
		l, err := tx.Licenses.ByPurchase(ctx, domain.PurchaseID(cmp.Or(p.renews, p.id)), "")
		if err == nil {
			key = string(l.State().Key)
		}
		return err
	})
	return key, err
}

// states compares words of the state with the store.
func (s *stage) states(want object) (wrong []string) {
	s.Helper()
	if len(want) == 0 {
		return nil
	}
	licenses := s.licenses()
	for _, m := range want {
		got, err := s.state(m.key, m.value, licenses)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("state %s: %v", m.key, err))
			continue
		}
		wrong = append(wrong, s.resolver().differences("state "+m.key, m.value, got, true)...)
	}
	return wrong
}

// licenses returns all licences of both sellers.
func (s *stage) licenses() (all []ports.CountedLicense) {
	s.Helper()
	for _, seller := range s.sellers {
		after := ports.Cursor{}
		for {
			var some []ports.CountedLicense
			s.view(seller.ID, func(ctx context.Context, tx ports.Tx) (err error) {
				some, err = tx.Licenses.List(ctx, after, 1000)
				return err
			})
			all = append(all, some...)
			if len(some) < 1000 {
				break
			}
			last := some[len(some)-1].License
			after = ports.Cursor{At: last.CreatedAt, ID: string(last.ID)}
		}
	}
	return all
}

// state returns what a word of the state says now. Of several names of one thing
// it says the wanted one.
func (s *stage) state(word string, want any, licenses []ports.CountedLicense) (any, error) {
	switch word {
	case "emails_sent":
		return number0, nil // nothing sends any yet
	case "webhooks_sent":
		return count(len(s.receiver.got)), nil
	case "licenses.count":
		return count(len(licenses)), nil
	}
	if name, ok := strings.CutPrefix(word, "licenses.for."); ok {
		p, err := s.named(name, aPurchase)
		n := 0
		for _, l := range licenses {
			if string(l.License.PurchaseID) == p.id {
				n++
			}
		}
		return count(n), err
	}
	name, of, _ := strings.Cut(word, ".")
	if t, err := s.named(name, aSubscription); err == nil {
		return s.stateOfMembership(t, of)
	}
	t, err := s.named(name, aLicense)
	if err != nil {
		return nil, err
	}
	for _, l := range licenses {
		if string(l.License.ID) == t.id {
			return s.stateOfLicense(l, of, want)
		}
	}
	return nil, domain.ErrLicenseNotFound
}

const number0 = json.Number("0")

func count(n int) json.Number { return json.Number(strconv.Itoa(n)) }

func (s *stage) stateOfLicense(l ports.CountedLicense, word string, want any) (any, error) {
	switch word {
	case "uses":
		return json.Number(strconv.FormatInt(l.Uses, 10)), nil
	case "disabled":
		return !l.License.DisabledAt.IsZero(), nil
	case "purchase":
		names := []any{}
		for name, t := range s.things {
			if t.is == aPurchase && t.id == string(l.License.PurchaseID) {
				names = append(names, name)
			}
		}
		if slices.Contains(names, want) {
			return want, nil
		}
		return names, nil
	}
	return nil, errors.New("no such word")
}

func (s *stage) stateOfMembership(t thing, word string) (any, error) {
	var m domain.MembershipState
	s.view(t.seller, func(ctx context.Context, tx ports.Tx) (err error) {
		kept, err := tx.Memberships.ByID(ctx, domain.MembershipID(t.id))
		if err == nil {
			m = kept.State()
		}
		return err
	})
	switch word {
	case "cancelled_at":
		return shownTime(m.CancelledAt), nil
	case "user_requested_cancellation_at":
		return shownTime(m.CancelRequestedAt), nil
	case "pending_quantity":
		if m.Pending.Seats == 0 {
			return nil, nil
		}
		return count(m.Pending.Seats + m.Complimentary), nil
	}
	return nil, errors.New("no such word")
}

// shownTime writes a time as cases do, or null for never.
func shownTime(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.Format(timeForm)
}
