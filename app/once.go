package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Once has something done once under a key, for commands that take none because
// twice changes nothing: what they answered the first time is kept, and a repeat
// gets it. Without a key it is only done. Another command under the key is
// [domain.ErrKeyReused]; one that fails has not used it up.
func (m *Memberships) Once(ctx context.Context, seller domain.SellerID, key string, asked any, do func() (string, error)) (answer string, replayed bool, err error) {
	if key == "" {
		answer, err = do()
		return answer, false, err
	}
	request := digestOf(asked)
	if was, known, err := m.remembered(ctx, seller, key, request, ""); known || err != nil {
		return was, known, err
	}
	if answer, err = do(); err != nil {
		if was, known, again := m.remembered(ctx, seller, key, request, ""); known && again == nil {
			return was, true, nil // the same command was quicker, and this one met what it did
		}
		return "", false, err
	}
	was, known, err := m.remembered(ctx, seller, key, request, answer)
	if known {
		return was, true, err
	}
	return answer, false, unseen(err)
}

// errNew says that a key is new, so that it is not taken either.
var errNew = errors.New("app: the key is new")

// remembered returns what was answered under a key. If there is none it keeps
// this answer, unless that is empty.
func (m *Memberships) remembered(ctx context.Context, seller domain.SellerID, key string, request domain.Digest, answer string) (was string, known bool, err error) {
	at := m.at()
	err = m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		kept, fresh, err := m.begin(ctx, tx, key, request, at)
		was, known = kept, err == nil && !fresh
		switch {
		case err != nil || known:
			return err
		case answer == "":
			return errNew
		}
		return m.finish(ctx, tx, key, answer)
	})
	if errors.Is(err, errNew) {
		err = nil
	}
	return was, known, err
}
