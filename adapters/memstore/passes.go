package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

type passes struct{ *tx }

// ofSystem refuses everybody but the system.
func (r passes) ofSystem(err error) error {
	if err == nil && !r.system {
		return domain.ErrScope
	}
	return err
}

func (r passes) ByDigest(ctx context.Context, d domain.Digest) (domain.Pass, error) {
	if err := r.ofSystem(r.reading(ctx)); err != nil {
		return domain.Pass{}, err
	}
	p, ok := r.passes[d]
	if !ok {
		return domain.Pass{}, domain.ErrPassNotFound
	}
	return p, nil
}

func (r passes) Insert(ctx context.Context, p domain.Pass) error {
	if err := r.ofSystem(r.writing(ctx)); err != nil {
		return err
	}
	if _, there := r.passes[p.Digest]; there {
		return domain.ErrExists
	}
	r.put(p)
	return nil
}

func (r passes) Save(ctx context.Context, p domain.Pass) error {
	if err := r.ofSystem(r.writing(ctx)); err != nil {
		return err
	}
	old, ok := r.passes[p.Digest]
	if !ok {
		return domain.ErrPassNotFound
	}
	r.take(old)
	r.put(p)
	return nil
}

func (r passes) Expire(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := r.ofSystem(r.writing(ctx)); err != nil {
		return 0, err
	}
	var old []domain.Pass
	for e := range r.expiring.after(first) {
		if len(old) >= limit || e.at >= before.UnixMicro() {
			break
		}
		old = append(old, r.passes[domain.Digest([]byte(e.id))])
	}
	for _, p := range old {
		r.take(p)
	}
	return len(old), nil
}

// expiry is where a pass stands among those that expire.
func expiry(p domain.Pass) place { return placeOf(p.ExpiresAt, string(p.Digest[:])) }

func (r passes) put(p domain.Pass) {
	set(r.tx, r.passes, p.Digest, p)
	r.add(r.expiring, expiry(p))
}

func (r passes) take(p domain.Pass) {
	unset(r.tx, r.passes, p.Digest)
	r.remove(r.expiring, expiry(p))
}
