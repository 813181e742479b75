package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Applications are programs of a seller's that get access tokens of their own,
// with a secret.
type Applications struct{ *core }

// Create makes an application whose tokens may do at most that, and returns its
// secret, which is kept nowhere and cannot be shown again.
func (a *Applications) Create(ctx context.Context, seller domain.SellerID, name string, most domain.Scopes) (secret string, made domain.Application, err error) {
	secret = a.newSecret()
	at := a.at()
	made, err = domain.NewApplication(domain.ApplicationID(a.newID(at)), seller, name, secret, most, at)
	if err != nil {
		return "", domain.Application{}, err
	}
	err = a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if _, err := tx.Sellers.ByID(ctx, seller); err != nil {
			return err
		}
		return tx.Applications.Insert(ctx, made)
	})
	return secret, made, err
}

// Get returns an application, a revoked one too: [domain.ErrApplicationNotFound]
// if the seller has none with that id.
func (a *Applications) Get(ctx context.Context, seller domain.SellerID, id domain.ApplicationID) (domain.Application, error) {
	return load(ctx, a.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Application, error) {
		return tx.Applications.ByID(ctx, id)
	})
}

// List returns the seller's applications after a cursor, oldest first.
func (a *Applications) List(ctx context.Context, seller domain.SellerID, after ports.Cursor, limit int) ([]domain.Application, error) {
	return load(ctx, a.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Application, error) {
		return tx.Applications.List(ctx, after, limit)
	})
}

// RotateSecret gives an application another secret, which is shown this once;
// the old one is nothing at once, and its tokens stay. Each call makes another.
func (a *Applications) RotateSecret(ctx context.Context, seller domain.SellerID, id domain.ApplicationID) (secret string, of domain.Application, err error) {
	secret = a.newSecret()
	of, err = a.change(ctx, seller, id, func(of *domain.Application) error { return of.Rotate(secret) })
	if err != nil {
		return "", of, err
	}
	return secret, of, nil
}

// Revoke ends an application and all of its tokens at once. Twice is once.
func (a *Applications) Revoke(ctx context.Context, seller domain.SellerID, id domain.ApplicationID) (domain.Application, error) {
	at := a.at()
	return a.change(ctx, seller, id, func(of *domain.Application) error {
		of.Revoke(at)
		return nil
	})
}

func (a *Applications) change(ctx context.Context, seller domain.SellerID, id domain.ApplicationID, do func(*domain.Application) error) (of domain.Application, err error) {
	err = a.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		got, err := tx.Applications.ByID(ctx, id)
		if err != nil {
			return err
		}
		if err := do(&got); err != nil {
			return err
		}
		of = got
		return tx.Applications.Save(ctx, got)
	})
	return of, err
}

// Client is who a program says it is.
type Client struct {
	ID     domain.ApplicationID
	Secret string
}

// Grant makes a token for an application that proves who it is: with the scopes
// asked for, or with all that it may have if none are. It is
// [domain.ErrUnauthenticated] if the application is unknown, revoked or has
// another secret, and [domain.ErrForbidden] if it may not have those scopes. Each
// call makes another token.
func (a *Applications) Grant(ctx context.Context, by Client, asked domain.Scopes) (secret string, made domain.TokenState, err error) {
	of, err := a.admit(ctx, by)
	if err != nil {
		return "", made, err
	}
	at, secret := a.at(), a.newSecret()
	token, err := of.Grant(domain.TokenID(a.newID(at)), secret, asked, at)
	if err != nil {
		return "", made, err
	}
	err = a.update(ctx, of.SellerID, func(ctx context.Context, tx ports.Tx) error {
		now, err := tx.Applications.ByID(ctx, of.ID)
		if err != nil {
			return err
		}
		if err := now.Admit(by.Secret); err != nil { // revoked meanwhile
			return err
		}
		return tx.Tokens.Insert(ctx, token)
	})
	if err != nil {
		return "", made, err
	}
	return secret, token.State(), nil
}

// GiveUp ends a token of an application that proves who it is, as [Applications.Grant]
// says. Of anybody else's token, and of none, it does nothing: twice is once.
func (a *Applications) GiveUp(ctx context.Context, by Client, secret string) error {
	of, err := a.admit(ctx, by)
	if err != nil {
		return err
	}
	token, err := (&Tokens{a.core}).Holder(ctx, secret)
	if errors.Is(err, domain.ErrUnauthenticated) || err == nil && token.State().ApplicationID != of.ID {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = (&Tokens{a.core}).Revoke(ctx, of.SellerID, token.State().ID)
	return err
}

// admit returns the application that a program is, if it proves it.
func (a *Applications) admit(ctx context.Context, by Client) (of domain.Application, err error) {
	err = a.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		of, err = tx.Applications.ByClient(ctx, by.ID)
		return err
	})
	if errors.Is(err, domain.ErrApplicationNotFound) {
		return of, domain.ErrUnauthenticated
	}
	if err != nil {
		return of, err
	}
	return of, of.Admit(by.Secret)
}
