package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/usherhq/usher/domain"
)

// endings say what the end actions do.
var endings = map[domain.EndAction]string{
	domain.EndNone:       "They stay, with all that they were given",
	domain.EndRoles:      "They lose the roles that usher gave",
	domain.EndKick:       "They are removed from the server",
	domain.EndSpaceGroup: "They lose the space group that usher gave",
	domain.EndCommunity:  "They are removed from the community",
}

// endingsOf are those of a service, the usual one first.
func endingsOf(s domain.Service) []domain.EndAction {
	if s == domain.Discord {
		return []domain.EndAction{domain.EndKick, domain.EndRoles, domain.EndNone}
	}
	return []domain.EndAction{domain.EndCommunity, domain.EndSpaceGroup, domain.EndNone}
}

// option is one of several to choose from.
type option struct {
	ID, Name string
	Refused  string // why it cannot be chosen; empty: it can
	Chosen   bool
}

// attachForm is the form of an attachment.
type attachForm struct {
	Product   domain.Product
	To        domain.Connection
	Targets   []option // roles, or space groups
	Loaded    bool     // they are the service's, and not only what was chosen
	Variants  []option
	Some      bool // only for those that are chosen
	Endings   []option
	Everybody bool   // customers of before, too
	Customers int    // how many those are; counted only with Loaded
	Field     string // that was refused
	Says      string // why
}

// Wrong is what is said at a field; empty: nothing.
func (f attachForm) Wrong(field string) string {
	if f.Field == field {
		return f.Says
	}
	return ""
}

// posted returns the fields of a form. One that is none of those is refused: a
// page of ours never sends it.
func (v *visit) posted(names ...string) (map[string][]string, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, domain.InvalidField("form", "could not be read")
	}
	for _, name := range slices.Sorted(maps.Keys(v.r.PostForm)) {
		if name != "token" && !slices.Contains(names, name) {
			return nil, domain.InvalidField("form", "This form has a field that is not known here. Load the page again, and try once more.")
		}
		if slices.ContainsFunc(v.r.PostForm[name], func(s string) bool { return !domain.Storable(s) }) {
			return nil, domain.InvalidField(name, "must not contain NUL characters")
		}
	}
	return v.r.PostForm, nil
}

// attachable shows the form of an attachment, with what the service says that can
// be given.
func (v *visit) attachable() error {
	p, err := v.product()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	conn, err := v.usher.Communities.Get(ctx, p.SellerID, domain.ConnectionID(v.r.PathValue("connection")))
	if err != nil {
		return err
	}
	choices, err := v.usher.Communities.Choices(ctx, p.SellerID, conn.ID)
	if err != nil {
		return v.attachmentsAgain(err, p)
	}
	f := attachForm{Product: p, To: conn, Loaded: true}
	for _, c := range choices {
		f.Targets = append(f.Targets, option{c.ID, c.Name, c.Refused, string(conn.Target) == c.ID})
	}
	if f.Customers, err = v.usher.Communities.CurrentCustomers(ctx, p.SellerID, p.ID); err != nil {
		return err
	}
	return v.showForm(http.StatusOK, f, domain.Attachment{AllVariants: true, EndAction: conn.Service.DefaultEnd()})
}

// showForm fills in what was chosen.
func (v *visit) showForm(status int, f attachForm, chosen domain.Attachment) error {
	variants, err := v.usher.Catalog.Variants(v.r.Context(), f.Product.SellerID, f.Product.ID)
	if err != nil {
		return err
	}
	f.Some = !chosen.AllVariants
	for _, one := range variants {
		if one.DeletedAt.IsZero() {
			f.Variants = append(f.Variants, option{ID: string(one.ID), Name: one.Name, Chosen: slices.Contains(slices.Collect(chosen.Variants.All()), one.ID)})
		}
	}
	for _, e := range endingsOf(f.To.Service) {
		f.Endings = append(f.Endings, option{ID: string(e), Name: endings[e], Chosen: e == chosen.EndAction})
	}
	v.show(status, "attach", map[string]any{"Title": f.Product.Name + " in " + f.To.Name, "Form": f})
	return nil
}

// attach saves the form. What is refused is said at its field, and what was
// chosen stands as it was.
func (v *visit) attach() error {
	p, err := v.product()
	if err != nil {
		return err
	}
	form, err := v.posted("connection", "role", "space_group", "variants", "variant", "end_action", "customers")
	if err != nil {
		return v.attachmentsAgain(err, p)
	}
	ctx := v.r.Context()
	conn, err := v.usher.Communities.Get(ctx, p.SellerID, domain.ConnectionID(v.r.PostFormValue("connection")))
	if err != nil {
		return err
	}
	a := domain.Attachment{
		ConnectionID: conn.ID, ProductID: p.ID, AllVariants: v.r.PostFormValue("variants") != "chosen", EndAction: domain.EndAction(v.r.PostFormValue("end_action")),
	}
	var gives []domain.TargetID
	for _, t := range slices.Concat(form["role"], form["space_group"]) {
		if t = strings.TrimSpace(t); t != "" {
			gives = append(gives, domain.TargetID(t))
		}
	}
	a.Targets = domain.MakeTargets(gives...)
	if !a.AllVariants {
		var ids []domain.VariantID
		for _, id := range form["variant"] {
			ids = append(ids, domain.VariantID(id))
		}
		a.Variants = domain.ChosenVariants(ids...)
	}
	everybody := v.r.PostFormValue("customers") == "all"
	_, err = v.usher.Communities.Attach(ctx, p.SellerID, a, everybody)
	if err == nil {
		return v.to(pathOf(p))
	}
	status, says, ok := mendable(err)
	if !ok {
		return err
	}
	f := attachForm{Product: p, To: conn, Everybody: everybody, Says: says, Field: fieldOf(err)}
	for _, t := range gives {
		f.Targets = append(f.Targets, option{ID: string(t), Name: string(t), Chosen: true})
	}
	return v.showForm(status, f, a)
}

// mendable reports whether a refusal is for a person to mend, and how it is said
// to them. What is not there is not.
func mendable(err error) (status int, says string, ok bool) {
	e, ours := errors.AsType[*domain.Error](err)
	status, known := statuses[domain.KindOf(err)]
	if !ours || !known || status == http.StatusNotFound {
		return 0, "", false
	}
	return status, e.Msg, true
}

// atFields are the fields that a form says something at.
var atFields = []string{"roles", "space_group", "variants", "end_action"}

// fieldOf is the field of a refusal, if the form has it.
func fieldOf(err error) string {
	if e, ok := errors.AsType[*domain.Error](err); ok && slices.Contains(atFields, e.Field) {
		return e.Field
	}
	return ""
}
