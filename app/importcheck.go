package app

import (
	"context"
	"fmt"
	"strconv"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// checker reads a whole source before anything of it is written. It remembers
// the names of what the source has said, and asks the store about the rest.
type checker struct {
	*core
	digest  string
	before  int                     // the line up to which sellers were carried by an earlier run
	carried map[domain.SellerID]int // likewise, of their things; by stored seller, once asked
	sellers []domain.SellerID       // of the store
	stored  map[domain.SellerID]bool
	told    []domain.SellerID // that the source has things of, in its order
	tells   map[domain.SellerID]bool
	said    names
	open    []reference // named before it was said
	shop    *shop       // the store's products and variants; nil: not asked yet
}

// reference is a thing that a record names.
type reference struct {
	line     int
	seller   domain.SellerID
	kind, id string // "product"
	field    string // where the record names it
}

func newChecker(ctx context.Context, c *core, digest string, before ports.Task) (*checker, error) {
	k := &checker{
		core: c, digest: digest, before: reached(before), said: newNames(),
		carried: map[domain.SellerID]int{}, stored: map[domain.SellerID]bool{}, tells: map[domain.SellerID]bool{},
	}
	list := func(after ports.Cursor, limit int) ([]domain.Seller, error) {
		return (&Sellers{c}).List(ctx, after, limit)
	}
	for s, err := range Paged(list, func(s domain.Seller) ports.Cursor { return placeOf(s.CreatedAt, s.ID) }) {
		if err != nil {
			return nil, err
		}
		k.sellers = append(k.sellers, s.ID)
		k.stored[s.ID] = true
	}
	return k, nil
}

// record checks one record and reports whether it is to be written.
func (k *checker) record(ctx context.Context, r Record) (fresh bool, err error) {
	if err := checkForm(r.Value); err != nil {
		return false, err
	}
	owner := ownerOf(r.Value)
	kind, id := idOf(r.Value)
	if kind != "seller" && !k.stored[owner] && k.said.line("seller", string(owner)) == 0 {
		return false, domain.InvalidField("seller", "no seller "+strconv.Quote(string(owner))+" comes before this line")
	}
	if line := k.said.line(kind, id); line != 0 {
		return false, domain.InvalidField("id", fmt.Sprintf("is that of line %d already", line))
	}
	for _, n := range namesOf(r.Value) {
		if line := k.said.line(n.of...); line != 0 {
			return false, domain.InvalidField(n.field, fmt.Sprintf("is that of line %d already", line))
		}
		k.said.add(r.Line, "", "", n.of...)
	}
	k.said.add(r.Line, owner, partOf(r.Value), kind, id)
	if !k.tells[owner] {
		k.tells[owner], k.told = true, append(k.told, owner)
	}
	if err := k.references(ctx, r, owner); err != nil {
		return false, err
	}
	if was, err := k.carriedBefore(ctx, r, owner, kind == "seller"); err != nil || was {
		return false, err
	}
	return k.against(ctx, owner, r.Value)
}

// carriedBefore reports whether an earlier run of this source kept the record,
// or found it there. What became of it since is its own affair.
func (k *checker) carriedBefore(ctx context.Context, r Record, owner domain.SellerID, isSeller bool) (bool, error) {
	if isSeller {
		return r.Line <= k.before, nil
	}
	if !k.stored[owner] {
		return false, nil
	}
	upTo, asked := k.carried[owner]
	if !asked {
		task, err := k.importTask(ctx, ports.Seller(owner), k.digest)
		if err != nil {
			return false, err
		}
		upTo = reached(task)
		k.carried[owner] = upTo
	}
	return r.Line <= upTo, nil
}

// end looks for what was named and never said.
func (k *checker) end(ctx context.Context) error {
	for _, ref := range k.open {
		if err := k.resolve(ctx, ref); err != nil {
			return atLine(ref.line, err)
		}
	}
	return nil
}

// references checks what a record names. What may be said later is kept for the
// end.
func (k *checker) references(ctx context.Context, r Record, owner domain.SellerID) error {
	ref := func(kind, id, field string) reference { return reference{r.Line, owner, kind, id, field} }
	later := func(kind, id, field string) {
		if id != "" && k.said.owner(kind, id) != owner {
			k.open = append(k.open, ref(kind, id, field))
		}
	}
	switch v := r.Value.(type) {
	case domain.Product:
		for l := range v.Includes.All() {
			later("product", string(l.ProductID), "includes")
		}
	case domain.Variant:
		return k.resolve(ctx, ref("product", string(v.ProductID), "product"))
	case domain.PurchaseState:
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
		if v.License.SeatID != "" {
			return domain.InvalidField("seat", "this version of usher keeps no seats yet")
		}
		return k.isPart(ctx, ref("purchase", string(v.License.PurchaseID), "purchase"), v.License.ProductID)
	}
	return nil
}

// resolve refuses a name that neither the source nor the store knows as the
// seller's.
func (k *checker) resolve(ctx context.Context, ref reference) error {
	if k.said.owner(ref.kind, ref.id) == ref.seller {
		return nil
	}
	_, ok, err := k.look(ctx, ref)
	if err == nil && !ok {
		err = unknown(ref)
	}
	return err
}

// isPart refuses a variant or purchase that is not the product's.
func (k *checker) isPart(ctx context.Context, ref reference, product domain.ProductID) error {
	of := k.said.part(ref.kind, ref.id)
	if k.said.owner(ref.kind, ref.id) != ref.seller {
		var ok bool
		var err error
		if of, ok, err = k.look(ctx, ref); err != nil {
			return err
		}
		if !ok {
			return unknown(ref)
		}
	}
	if of != product {
		return domain.InvalidField(ref.field, "the "+ref.kind+" "+strconv.Quote(ref.id)+" is of another product")
	}
	return nil
}

func unknown(ref reference) error {
	return domain.InvalidField(ref.field, "the seller has no "+ref.kind+" "+strconv.Quote(ref.id))
}

// look asks the store for what is named, and for its product.
func (k *checker) look(ctx context.Context, ref reference) (of domain.ProductID, ok bool, err error) {
	if !k.stored[ref.seller] {
		return "", false, nil
	}
	switch ref.kind {
	case "product":
		s, err := k.shopping(ctx)
		return "", err == nil && s.products[domain.ProductID(ref.id)].SellerID == ref.seller, err
	case "variant":
		s, err := k.shopping(ctx)
		if err != nil || s.variants[domain.VariantID(ref.id)].SellerID != ref.seller {
			return "", false, err
		}
		return s.variants[domain.VariantID(ref.id)].ProductID, true, nil
	}
	err = k.store.View(ctx, ports.Seller(ref.seller), func(ctx context.Context, tx ports.Tx) (err error) {
		if ref.kind == "membership" {
			_, ok, err = there(tx.Memberships.ByID(ctx, domain.MembershipID(ref.id)))
			return err
		}
		p, ok1, err := there(tx.Purchases.ByID(ctx, domain.PurchaseID(ref.id)))
		if ok = ok1; ok {
			of = p.State().ProductID
		}
		return err
	})
	return of, ok, err
}
