package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// checker reads a whole source before anything of it is written. It remembers
// what the source has said, and asks the store about the rest.
type checker struct {
	*core
	sellers []domain.SellerID // of the store
	names   map[string]int    // the line that took a name, such as "product 4f…"
	owners  map[string]domain.SellerID
	part    map[string]domain.ProductID // of a variant or purchase that was said
	open    []reference                 // named before it was said
}

// reference is a thing that a record names.
type reference struct {
	line   int
	seller domain.SellerID
	kind   string // "product"
	id     string
	field  string // where the record names it
}

func newChecker(ctx context.Context, c *core) (*checker, error) {
	k := &checker{core: c, names: map[string]int{}, owners: map[string]domain.SellerID{}, part: map[string]domain.ProductID{}}
	list := func(after ports.Cursor) ([]domain.Seller, error) { return (&Sellers{c}).List(ctx, after, exportSlice) }
	for s, err := range paged(list, func(s domain.Seller) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} }) {
		if err != nil {
			return nil, err
		}
		k.sellers = append(k.sellers, s.ID)
	}
	return k, nil
}

// record checks one record and reports whether the store lacks it.
func (k *checker) record(ctx context.Context, r Record) (fresh bool, err error) {
	if err := checkForm(r.Value); err != nil {
		return false, err
	}
	owner := ownerOf(r.Value)
	kind, id := idOf(r.Value)
	if kind != "seller" && !k.said("seller", string(owner)) && !slices.Contains(k.sellers, owner) {
		return false, domain.InvalidField("seller", "no seller "+strconv.Quote(string(owner))+" comes before this line")
	}
	for _, n := range namesOf(r.Value) {
		if line, taken := k.names[n.name]; taken {
			return false, domain.InvalidField(n.field, fmt.Sprintf("is that of line %d already", line))
		}
		k.names[n.name] = r.Line
	}
	k.owners[kind+" "+id] = owner
	if err := k.references(ctx, r, owner); err != nil {
		return false, err
	}
	return k.against(ctx, owner, r.Value)
}

// end looks for what was named and never said.
func (k *checker) end(ctx context.Context) error {
	for _, ref := range k.open {
		if err := k.resolve(ctx, ref); err != nil {
			return &LineError{ref.line, err}
		}
	}
	return nil
}

func (k *checker) said(kind, id string) bool { _, ok := k.owners[kind+" "+id]; return ok }

// references checks what a record names. What may be said later is kept for the
// end.
func (k *checker) references(ctx context.Context, r Record, owner domain.SellerID) error {
	ref := func(kind, id, field string) reference { return reference{r.Line, owner, kind, id, field} }
	later := func(kind, id, field string) {
		if id != "" {
			k.open = append(k.open, ref(kind, id, field))
		}
	}
	switch v := r.Value.(type) {
	case domain.Product:
		for l := range v.Includes.All() {
			later("product", string(l.ProductID), "includes")
		}
	case domain.Variant:
		k.part["variant "+string(v.ID)] = v.ProductID
		return k.resolve(ctx, ref("product", string(v.ProductID), "product"))
	case domain.PurchaseState:
		k.part["purchase "+string(v.ID)] = v.ProductID
		later("membership", string(v.MembershipID), "membership")
		later("purchase", string(v.GiftOf), "gift_of")
		later("purchase", string(v.BundleOf), "bundle_of")
		later("purchase", string(v.PreorderOf), "preorder_of")
		if err := k.resolve(ctx, ref("product", string(v.ProductID), "product")); err != nil {
			return err
		}
		for id := range v.Variants.All() {
			if err := k.isPart(ctx, ref("variant", string(id), "variants"), v.ProductID); err != nil {
				return err
			}
		}
	case domain.Membership:
		if err := k.resolve(ctx, ref("product", string(v.ProductID), "product")); err != nil {
			return err
		}
		return k.isPart(ctx, ref("purchase", string(v.PurchaseID), "purchase"), v.ProductID)
	case ports.CountedLicense:
		return k.isPart(ctx, ref("purchase", string(v.License.PurchaseID), "purchase"), v.License.ProductID)
	}
	return nil
}

// resolve refuses a name that neither the source nor the store knows as the
// seller's.
func (k *checker) resolve(ctx context.Context, ref reference) error {
	if owner, ok := k.owners[ref.kind+" "+ref.id]; ok && owner == ref.seller {
		return nil
	}
	_, ok, err := k.look(ctx, ref, "")
	if err == nil && !ok {
		err = domain.InvalidField(ref.field, "the seller has no "+ref.kind+" "+strconv.Quote(ref.id))
	}
	return err
}

// isPart refuses a variant or purchase that is not the product's.
func (k *checker) isPart(ctx context.Context, ref reference, product domain.ProductID) error {
	of, ok := k.part[ref.kind+" "+ref.id]
	if !ok || k.owners[ref.kind+" "+ref.id] != ref.seller {
		var err error
		if of, ok, err = k.look(ctx, ref, product); err != nil {
			return err
		}
	}
	switch {
	case !ok:
		return domain.InvalidField(ref.field, "the seller has no "+ref.kind+" "+strconv.Quote(ref.id))
	case of != product:
		return domain.InvalidField(ref.field, "the "+ref.kind+" "+strconv.Quote(ref.id)+" is of another product")
	}
	return nil
}

// look asks the store for what is named, and for its product.
func (k *checker) look(ctx context.Context, ref reference, product domain.ProductID) (of domain.ProductID, ok bool, err error) {
	if !slices.Contains(k.sellers, ref.seller) {
		return "", false, nil
	}
	var v any
	switch ref.kind {
	case "product":
		v = domain.Product{ID: domain.ProductID(ref.id)}
	case "variant":
		v = domain.Variant{ID: domain.VariantID(ref.id), ProductID: product}
	case "purchase":
		v = domain.PurchaseState{ID: domain.PurchaseID(ref.id)}
	case "membership":
		v = domain.Membership{ID: domain.MembershipID(ref.id)}
	}
	err = k.store.View(ctx, ports.Seller(ref.seller), func(ctx context.Context, tx ports.Tx) error {
		var was any
		if was, ok, err = stored(ctx, tx, v); err != nil || !ok {
			return err
		}
		switch was := was.(type) {
		case domain.Variant:
			of = was.ProductID
		case domain.PurchaseState:
			of = was.ProductID
		}
		return nil
	})
	return of, ok, err
}

// name is something of which there is one: in the whole source, or in what the
// name says.
type name struct{ field, name string }

func idOf(v any) (kind, id string) {
	switch v := v.(type) {
	case domain.Seller:
		return "seller", string(v.ID)
	case domain.Product:
		return "product", string(v.ID)
	case domain.Variant:
		return "variant", string(v.ID)
	case domain.PurchaseState:
		return "purchase", string(v.ID)
	case domain.Membership:
		return "membership", string(v.ID)
	case ports.CountedLicense:
		return "license", string(v.License.ID)
	case domain.TokenState:
		return "token", string(v.ID)
	}
	return "", ""
}

func namesOf(v any) []name {
	kind, id := idOf(v)
	all := []name{{"id", kind + " " + id}}
	switch v := v.(type) {
	case domain.Product:
		all = append(all, name{"permalink", "permalink " + strings.ToLower(v.Permalink)})
		if v.CustomPermalink != "" {
			all = append(all, name{"custom_permalink", "custom " + strings.ToLower(v.CustomPermalink) + " of " + string(v.SellerID)})
		}
	case domain.PurchaseState:
		all = append(all, name{"order_number", "order " + strconv.FormatInt(v.OrderNumber, 10) + " of " + string(v.SellerID)})
	case ports.CountedLicense:
		l := v.License
		all = append(all, name{"key", "key " + l.Key.Fold() + " of " + string(l.ProductID)},
			name{"purchase", "license of " + string(l.PurchaseID) + " seat " + string(l.SeatID)})
	case domain.TokenState:
		all = append(all, name{"digest", "digest " + string(v.Digest[:])})
	}
	return all
}
