package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type application struct{ domain.Application }

func (a application) place() (domain.SellerID, time.Time, string) {
	return a.SellerID, a.CreatedAt, string(a.ID)
}

type applications struct{ *tx }

func (r applications) ByID(ctx context.Context, id domain.ApplicationID) (domain.Application, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Application{}, err
	}
	a, ok := find(r.tx, r.applications, string(id))
	if !ok {
		return domain.Application{}, domain.ErrApplicationNotFound
	}
	return a.Application, nil
}

func (r applications) ByClient(ctx context.Context, id domain.ApplicationID) (domain.Application, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Application{}, err
	}
	if !r.system {
		return domain.Application{}, domain.ErrScope
	}
	a, ok := r.applications.rows[string(id)]
	if !ok {
		return domain.Application{}, domain.ErrApplicationNotFound
	}
	return a.Application, nil
}

func (r applications) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Application, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Application
	for _, a := range list(r.applications, r.applications.pages[r.seller], after, limit, nil) {
		found = append(found, a.Application)
	}
	return found, nil
}

func (r applications) Insert(ctx context.Context, a domain.Application) error {
	if err := r.inserting(ctx, a.SellerID); err != nil {
		return err
	}
	if _, there := r.applications.rows[string(a.ID)]; there {
		return domain.ErrExists
	}
	put(r.tx, r.applications, application{a})
	return nil
}

func (r applications) Save(ctx context.Context, a domain.Application) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.applications, string(a.ID))
	if !ok || a.SellerID != old.SellerID {
		return domain.ErrApplicationNotFound
	}
	put(r.tx, r.applications, application{a})
	return nil
}
