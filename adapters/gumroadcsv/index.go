package gumroadcsv

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// index is what one reading finds out that rows do not say by themselves: which
// products there are, and which renewal belongs to which sale.
type index struct {
	products map[string]*product // by permalink in lower case
	starts   map[int]*start      // by the line of their sale: those that began a membership
	renewals map[int]*renewal    // by their own line
	newest   time.Time           // of all rows: as late as this the file knows everything
	count    int                 // rows
}

// product is what the rows say of one product.
type product struct {
	permalink string
	line      int // of its first row
	name      string
	at        time.Time // of its first sale
	price     int64     // cents of one, in its first row
	prices    domain.Prices
	licensed  bool
	seats     bool // some membership has several
	renews    int  // line of the first row with a recurrence; 0: none
	plain     int  // line of the first sale without one
	variants  []string
}

// start is a sale that began a membership, or an instalment plan, and all that
// was charged for it since, in the order of time.
type start struct {
	*charge
	trial    bool
	plan     bool      // of instalments
	charges  []*charge // the renewals
	keyed    *charge   // the row that has its key: the sale's, or that of a renewal; nil: none
	newest   *charge   // says what is in force
	renewing bool      // it is a membership even if nothing was charged since
}

// renewal is a charge's place in its membership.
type renewal struct {
	of    *start
	cycle int
}

// look reads all rows once.
func look(r *rows) (*index, error) {
	x := &index{products: map[string]*product{}, starts: map[int]*start{}, renewals: map[int]*renewal{}}
	seen := names{}
	var all matching
	for {
		w, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		s, err := read(w)
		if err != nil {
			return nil, err
		}
		if err := seen.add(&s); err != nil {
			return nil, err
		}
		x.count++
		if s.at.After(x.newest) {
			x.newest = s.at
		}
		x.product(&s)
		switch {
		case s.renewal:
			all.charges = append(all.charges, s.kept())
		case !s.preorder:
			all.add(&start{charge: s.kept(), trial: s.trial, renewing: s.recurrence != ""})
		}
	}
	if err := x.mixed(); err != nil {
		return nil, err
	}
	return x, x.match(&all)
}

// names are what no two rows may have in common, and on which line each was.
type names map[string]int

func (n names) add(s *sale) error {
	type name struct {
		column column
		of     string
	}
	all := []name{{purchaseID, s.id}, {orderNumber, strconv.FormatInt(s.order, 10)}}
	if s.key != "" && !s.renewal { // which shows its sale's
		all = append(all, name{licenseKey, domain.LicenseKey(s.key).Fold() + "\x00" + strings.ToLower(s.product)})
	}
	for _, name := range all {
		of := strings.Clone(strconv.Itoa(int(name.column)) + name.of)
		if was := n[of]; was != 0 {
			return fault(s.line, columnNames[name.column], fmt.Sprintf("is that of line %d already", was))
		}
		n[of] = s.line
	}
	return nil
}

// product adds what a row says of its product.
func (x *index) product(s *sale) {
	id := strings.ToLower(s.product)
	p := x.products[id]
	if p == nil {
		p = &product{permalink: strings.Clone(s.product), line: s.line, name: strings.Clone(s.item), at: s.at, price: s.price / int64(s.quantity)}
		x.products[strings.Clone(id)] = p
	}
	if s.at.Before(p.at) {
		p.at = s.at
	}
	p.licensed = p.licensed || s.key != ""
	if s.variants != "" && !slices.Contains(p.variants, s.variants) {
		p.variants = append(p.variants, strings.Clone(s.variants))
	}
	if s.recurrence != "" {
		p.seats = p.seats || s.quantity > 1
		if _, offered := p.prices.At(s.recurrence); !offered {
			p.prices = p.prices.With(s.recurrence, s.price/int64(s.quantity))
		}
	}
	switch {
	case s.recurrence != "":
		p.renews = cmp.Or(p.renews, s.line)
	case !s.renewal && !s.preorder:
		p.plain = cmp.Or(p.plain, s.line)
	}
}

// mixed refuses a product that renews in one row and does not in another.
func (x *index) mixed() error {
	first, with := 0, 0
	for _, p := range x.products {
		if p.renews != 0 && p.plain != 0 && (first == 0 || p.plain < first) {
			first, with = p.plain, p.renews
		}
	}
	if first == 0 {
		return nil
	}
	return fault(first, columnNames[recurrence], fmt.Sprintf("is empty, but the same product renews in line %d", with))
}
