package rpc

import (
	"net/http"
	"slices"
	"testing"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func TestApplications_story(t *testing.T) {
	w := newWorld(t)
	c := usherv1connect.NewApplicationServiceClient(http.DefaultClient, w.url)
	granted := func(id, secret string) (token string, err error) {
		token, _, err = w.usher.Applications.Grant(t.Context(), app.Client{ID: domain.ApplicationID(id), Secret: secret}, "")
		return token, err
	}

	asked := &usherv1.CreateApplicationRequest{Name: "my books", Scopes: []string{"view_sales", "edit_products"}}
	made := must(c.CreateApplication(w.keyed(anaAll, "books"), asked))
	id := made.Application.Id
	if a := made.Application; a.Name != "my books" || !slices.Equal(a.Scopes, []string{"edit_products", "view_sales"}) || a.CreatedAt == nil || a.RevokedAt != nil || made.Secret == "" {
		t.Fatalf("made %v", a)
	}
	ctx, replayed := w.again(anaAll, "books")
	if again := must(c.CreateApplication(ctx, asked)); again.Secret != made.Secret || again.Application.Id != id || !replayed() {
		t.Errorf("a repeat under the key made %v", again.Application)
	}
	token := must(granted(id, made.Secret))
	must(w.catalog().ListProducts(w.as(token), &usherv1.ListProductsRequest{}))

	rotated := must(c.RotateApplicationSecret(w.keyed(anaAll, "leaked"), &usherv1.RotateApplicationSecretRequest{Application: id}))
	if rotated.Secret == made.Secret || rotated.Secret == "" || rotated.Application.Id != id {
		t.Errorf("the new secret of %v is the old one, or none", rotated.Application)
	}
	if again := must(c.RotateApplicationSecret(w.keyed(anaAll, "leaked"), &usherv1.RotateApplicationSecretRequest{Application: id})); again.Secret != rotated.Secret {
		t.Error("a repeat under the key made another secret")
	}
	if _, err := granted(id, made.Secret); err == nil {
		t.Error("the old secret gets tokens")
	}
	must(granted(id, rotated.Secret))
	must(w.catalog().ListProducts(w.as(token), &usherv1.ListProductsRequest{}))

	for range 2 {
		if ended := must(c.RevokeApplication(w.as(anaAll), &usherv1.RevokeApplicationRequest{Application: id})); ended.Application.RevokedAt == nil {
			t.Errorf("revoked, it is %v", ended.Application)
		}
	}
	_, err := w.catalog().ListProducts(w.as(token), &usherv1.ListProductsRequest{})
	refused(t, err, connect.CodeUnauthenticated, "unauthenticated", "")
	_, err = c.RotateApplicationSecret(w.as(anaAll), &usherv1.RotateApplicationSecretRequest{Application: id})
	refused(t, err, connect.CodeNotFound, "application_not_found", "")

	must(c.CreateApplication(w.as(anaAll), &usherv1.CreateApplicationRequest{Name: "second", Scopes: []string{"view_sales"}}))
	var names []string
	for token, pages := "", 0; ; pages++ {
		p := must(c.ListApplications(w.as(anaAll), &usherv1.ListApplicationsRequest{PageSize: 1, PageToken: token}))
		for _, a := range p.Applications {
			names = append(names, a.Name)
		}
		if token = p.NextPageToken; token == "" || pages > 2 {
			break
		}
	}
	if want := []string{"my books", "second"}; !slices.Equal(names, want) {
		t.Errorf("lists %q, want %q", names, want)
	}
}

func TestApplications_refusals(t *testing.T) {
	w := newWorld(t)
	c := usherv1connect.NewApplicationServiceClient(http.DefaultClient, w.url)
	anas := must(c.CreateApplication(w.as(anaAll), &usherv1.CreateApplicationRequest{Name: "my books", Scopes: []string{"view_sales"}})).Application.Id
	_, err := c.RotateApplicationSecret(w.as(benAll), &usherv1.RotateApplicationSecretRequest{Application: anas})
	refused(t, err, connect.CodeNotFound, "application_not_found", "")
	_, err = c.RevokeApplication(w.as(benAll), &usherv1.RevokeApplicationRequest{Application: anas})
	refused(t, err, connect.CodeNotFound, "application_not_found", "")
	if got := must(c.ListApplications(w.as(benAll), &usherv1.ListApplicationsRequest{})).Applications; len(got) != 0 {
		t.Errorf("Ben sees %v", got)
	}
	for _, token := range []string{anaEdits, anaSees, anaGives} {
		_, err = c.CreateApplication(w.as(token), &usherv1.CreateApplicationRequest{Name: "more", Scopes: []string{"account"}})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
		_, err = c.ListApplications(w.as(token), &usherv1.ListApplicationsRequest{})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
		_, err = c.RotateApplicationSecret(w.as(token), &usherv1.RotateApplicationSecretRequest{Application: anas})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
		_, err = c.RevokeApplication(w.as(token), &usherv1.RevokeApplicationRequest{Application: anas})
		refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	}
	for _, scopes := range [][]string{nil, {"everything"}} {
		_, err = c.CreateApplication(w.as(anaAll), &usherv1.CreateApplicationRequest{Name: "x", Scopes: scopes})
		refused(t, err, connect.CodeInvalidArgument, "invalid", "scopes")
	}
	_, err = c.CreateApplication(w.as(anaAll), &usherv1.CreateApplicationRequest{Name: " ", Scopes: []string{"view_sales"}})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "name")
}
