package memstore

import (
	"context"
	"errors"
	"slices"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var errOver = errors.New("memstore: the transaction is over")

// tx is one transaction: who it works for, and how to undo what it wrote.
type tx struct {
	*Store
	seller   domain.SellerID // empty: not a seller's
	system   bool
	readOnly bool
	over     bool
	undo     []func()
}

func begin(s *Store, who ports.Scope) *tx {
	seller, _ := who.Seller()
	return &tx{Store: s, seller: seller, system: who.IsSystem()}
}

func (t *tx) repositories() ports.Tx {
	return ports.Tx{
		Sellers: sellers{t}, Products: products{t}, Variants: variants{t}, Purchases: purchases{t},
		Memberships: memberships{t}, Payments: payments{t}, Refunds: refunds{t}, Disputes: disputes{t}, Seats: seats{t}, Licenses: licenses{t}, Tokens: tokens{t},
		Connections: connections{t}, Attachments: attachments{t}, Claims: claims{t}, Grants: grants{t}, Passes: passes{t}, Blocks: blocks{t},
		Events: events{t}, Commands: commands{t}, Mails: mails{t}, Progress: progress{t},
		Applications: applications{t}, Webhooks: webhooks{t}, Deliveries: deliveries{t},
	}
}

func (t *tx) rollback() {
	for _, back := range slices.Backward(t.undo) {
		back()
	}
}

// reading is asked by every method that reads.
func (t *tx) reading(ctx context.Context) error {
	if t.over {
		return errOver
	}
	return ctx.Err()
}

// writing is asked by every method that writes.
func (t *tx) writing(ctx context.Context) error {
	if !t.over && t.readOnly {
		return domain.ErrReadOnly
	}
	return t.reading(ctx)
}

// reaches reports whether the transaction works for that seller.
func (t *tx) reaches(owner domain.SellerID) bool { return owner != "" && owner == t.seller }

// inserting is asked by every method that inserts what belongs to owner.
func (t *tx) inserting(ctx context.Context, owner domain.SellerID) error {
	if err := t.writing(ctx); err != nil {
		return err
	}
	if !t.reaches(owner) {
		return domain.ErrScope
	}
	return nil
}

// set is m[k] = v, noted.
func set[K comparable, V any](t *tx, m map[K]V, k K, v V) {
	old, had := m[k]
	t.undo = append(t.undo, func() {
		if had {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
	m[k] = v
}

// unset is delete(m, k), noted.
func unset[K comparable, V any](t *tx, m map[K]V, k K) {
	if old, had := m[k]; had {
		t.undo = append(t.undo, func() { m[k] = old })
		delete(m, k)
	}
}

// link adds v to the list under k, noted.
func link[K, V comparable](t *tx, m map[K][]V, k K, v V) {
	set(t, m, k, append(slices.Clip(m[k]), v))
}

// unlink takes v from the list under k, noted.
func unlink[K, V comparable](t *tx, m map[K][]V, k K, v V) {
	i := slices.Index(m[k], v)
	switch {
	case i < 0:
	case len(m[k]) == 1:
		unset(t, m, k)
	default:
		set(t, m, k, slices.Delete(slices.Clone(m[k]), i, i+1))
	}
}
