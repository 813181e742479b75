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
	books   books       // the names that the store's payments, refunds and seats have
	given   givings
}

func newChecker(ctx context.Context, c *core, digest string, before ports.Task) (*checker, error) {
	k := &checker{
		core: c, digest: digest, before: reached(before), said: newNames(),
		carried: map[domain.SellerID]int{}, stored: map[domain.SellerID]bool{}, tells: map[domain.SellerID]bool{}, books: books{}, given: givings{},
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
	was, err := k.carriedBefore(ctx, r, owner, kind == "seller")
	if err == nil && !was {
		fresh, err = k.against(ctx, owner, r.Value)
	}
	if err != nil {
		return false, err
	}
	return fresh, k.gaveBack(r, owner)
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

// end looks for what was named and never said, and for what was given back by
// no refund.
func (k *checker) end(ctx context.Context) error {
	for _, ref := range k.open {
		if err := k.resolve(ctx, ref); err != nil {
			return atLine(ref.line, err)
		}
	}
	return k.given.missing()
}
