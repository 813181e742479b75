package api

import (
	"net/http"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// applicationRoutes are those that programs with tokens of their own are about, by
// path.
func applicationRoutes() map[string]actions {
	return map[string]actions{
		"/api/applications":                             {http.MethodGet: listApplications, http.MethodPost: createApplication},
		"/api/applications/{application}":               {http.MethodDelete: revokeApplication},
		"/api/applications/{application}/rotate-secret": {http.MethodPost: rotateApplicationSecret},
	}
}

type application struct {
	ID        domain.ApplicationID `json:"id"` // OAuth's client_id
	Name      string               `json:"name"`
	Scopes    []domain.Scope       `json:"scopes"` // the most that its tokens may do
	CreatedAt time.Time            `json:"created_at"`
	RevokedAt *time.Time           `json:"revoked_at"`
}

type (
	applicationsBody struct {
		Applications []application `json:"applications"`
		Next         *string       `json:"next"`
	}
	applicationBody struct {
		Application application `json:"application"`
	}
	applicationSecretBody struct {
		Application application `json:"application"`
		Secret      string      `json:"secret"` // OAuth's client_secret
	}
)

func applicationOf(a domain.Application) application {
	return application{a.ID, a.Name, append([]domain.Scope{}, a.Scopes.All()...), a.CreatedAt.UTC(), when(a.RevokedAt)}
}

// listApplications shows a page of a seller's applications, revoked ones too.
func listApplications(c *call) (answer, error) {
	seller, err := c.seller(domain.AccountScope)
	if err != nil {
		return answer{}, err
	}
	limit, mark, err := c.query(nil)
	if err != nil {
		return answer{}, err
	}
	after, err := ports.PlaceAt(mark)
	if err != nil {
		return answer{}, err
	}
	all, err := c.usher.Applications.List(c.r.Context(), seller, after, limit+1)
	if err != nil {
		return answer{}, err
	}
	body := applicationsBody{Applications: []application{}}
	all, body.Next = page(all, limit, func(o domain.Application) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} })
	for _, o := range all {
		body.Applications = append(body.Applications, applicationOf(o))
	}
	return answer{body: body}, nil
}

// createApplication makes an application, and shows its secret.
func createApplication(c *call) (answer, error) {
	seller, err := c.seller(domain.AccountScope)
	if err != nil {
		return answer{}, err
	}
	var name string
	var names []string
	if err := c.read(fields{"name": &name, "scopes": &names}); err != nil {
		return answer{}, err
	}
	asked := make([]domain.Scope, len(names))
	for i, s := range names {
		asked[i] = domain.Scope(s)
	}
	most, err := domain.MakeScopes(asked...)
	if err != nil {
		return answer{}, err
	}
	return c.once(seller, func() (answer, error) {
		secret, made, err := c.usher.Applications.Create(c.r.Context(), seller, name, most)
		return answer{status: http.StatusCreated, body: applicationSecretBody{applicationOf(made), secret}}, err
	})
}

// application returns the application of the path.
func (c *call) application() (domain.Application, error) {
	return owned(c, domain.AccountScope, "application", domain.ErrApplicationNotFound, func(seller domain.SellerID, id string) (domain.Application, error) {
		return c.usher.Applications.Get(c.r.Context(), seller, domain.ApplicationID(id))
	})
}

// rotateApplicationSecret makes another secret; the one before is nothing at once.
func rotateApplicationSecret(c *call) (answer, error) {
	of, err := c.application()
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.once(of.SellerID, func() (answer, error) {
		secret, of, err := c.usher.Applications.RotateSecret(c.r.Context(), of.SellerID, of.ID)
		return answer{body: applicationSecretBody{applicationOf(of), secret}}, err
	})
}

// revokeApplication ends an application with all of its tokens, also the one that
// asks.
func revokeApplication(c *call) (answer, error) {
	of, err := c.application()
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(of.SellerID, func() (answer, error) {
		of, err := c.usher.Applications.Revoke(c.r.Context(), of.SellerID, of.ID)
		return answer{body: applicationBody{applicationOf(of)}}, err
	})
}
