package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// products lists what a seller can attach.
func (v *visit) products() error {
	seller, err := v.seller()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	var all []domain.Product
	for p, err := range app.Paged(func(after ports.Cursor, n int) ([]domain.Product, error) {
		return v.usher.Catalog.Products(ctx, seller, after, n)
	}, func(p domain.Product) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} }) {
		if err != nil {
			return err
		}
		if p.DeletedAt.IsZero() {
			all = append(all, p)
		}
	}
	v.show(http.StatusOK, "products", map[string]any{"Title": "Products", "Products": all})
	return nil
}

// attachedTo is one attachment on a product's page.
type attachedTo struct {
	app.Attached
	Community string
	For       string // which variants, by name
	Gives     string // which roles or space group, by id
	AtTheEnd  string
}

// product returns the seller's product of the path.
func (v *visit) product() (domain.Product, error) {
	seller, err := v.seller()
	if err != nil {
		return domain.Product{}, err
	}
	if !domain.Storable(v.r.PathValue("product")) {
		return domain.Product{}, errGone
	}
	return v.usher.Catalog.Product(v.r.Context(), seller, v.r.PathValue("product"))
}

// attachments shows which communities come with a product. It asks no service.
func (v *visit) attachments() error {
	p, err := v.product()
	if err != nil {
		return err
	}
	return v.showAttachments(http.StatusOK, "", p)
}

func (v *visit) showAttachments(status int, says string, p domain.Product) error {
	ctx := v.r.Context()
	open, err := v.connections(p.SellerID)
	if err != nil {
		return err
	}
	all, err := v.usher.Communities.Attachments(ctx, p.SellerID, p.ID)
	if err != nil {
		return err
	}
	variants, err := v.usher.Catalog.Variants(ctx, p.SellerID, p.ID)
	if err != nil {
		return err
	}
	var shown []attachedTo
	for _, a := range all {
		to := attachedTo{Attached: a, AtTheEnd: endings[a.EndAction]}
		for _, c := range open {
			if c.ID == a.ConnectionID {
				to.Community = c.Name
			}
		}
		var names, gives []string
		for _, one := range variants {
			if slices.Contains(slices.Collect(a.Variants.All()), one.ID) {
				names = append(names, one.Name)
			}
		}
		for t := range a.Targets.All() {
			gives = append(gives, string(t))
		}
		to.For, to.Gives = strings.Join(names, ", "), strings.Join(gives, ", ")
		shown = append(shown, to)
	}
	open = slices.DeleteFunc(open, func(c domain.Connection) bool { return !c.Open() || c.RemoteID == "" })
	v.show(status, "attachments", map[string]any{"Title": p.Name, "Says": says, "Product": p, "Attached": shown, "Connections": open})
	return nil
}

// detach ends one of a product's attachments.
func (v *visit) detach() error {
	p, err := v.product()
	if err != nil {
		return err
	}
	if _, err := v.posted("members"); err != nil {
		return v.attachmentsAgain(err, p)
	}
	ctx := v.r.Context()
	a, err := v.usher.Communities.Attachment(ctx, p.SellerID, domain.AttachmentID(v.r.PathValue("attachment")))
	if err != nil {
		return err
	}
	if a.ProductID != p.ID {
		return errGone
	}
	if err := v.usher.Communities.Detach(ctx, p.SellerID, a.ID, domain.Leaving(v.r.PostFormValue("members"))); err != nil {
		return v.attachmentsAgain(err, p)
	}
	return v.to(pathOf(p))
}

func (v *visit) attachmentsAgain(err error, p domain.Product) error {
	if status, says, ok := mendable(err); ok {
		return v.showAttachments(status, says, p)
	}
	return err
}

func pathOf(p domain.Product) string { return "/admin/products/" + string(p.ID) + "/communities" }
