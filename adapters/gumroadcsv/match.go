package gumroadcsv

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// matching is what is matched: charges with the sales that began what they
// renew. The file names neither by the other.
type matching struct {
	charges []*charge
	byKey   map[[2]string]*start
	byBuyer map[[2]string][]*start
}

func (m *matching) add(s *start) {
	if m.byKey == nil {
		m.byKey, m.byBuyer = map[[2]string]*start{}, map[[2]string][]*start{}
	}
	s.newest = s.charge
	product := strings.ToLower(s.product)
	if s.key != "" {
		s.keyed = s.charge
		m.byKey[keyOf(s.charge)] = s
	}
	for _, email := range []string{s.email, s.giftee} {
		if email != "" {
			of := [2]string{product, email}
			m.byBuyer[of] = append(m.byBuyer[of], s)
		}
	}
}

func keyOf(c *charge) [2]string {
	return [2]string{strings.ToLower(c.product), domain.LicenseKey(c.key).Fold()}
}

// match finds the sale of every renewal, in the order of time, and keeps what
// began a membership.
func (x *index) match(all *matching) error {
	slices.SortStableFunc(all.charges, func(a, b *charge) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.line, b.line)) })
	for _, c := range all.charges {
		s := all.sale(c)
		if s == nil {
			return fault(c.line, columnNames[recurringCharge],
				"the sale that began this membership is not in the file, nor can this charge stand for it: take all sales since the first one, not those of some months")
		}
		if c.key != "" && s.keyed == nil {
			s.keyed = c
			all.byKey[keyOf(c)] = s
		}
		s.plan = !s.renewing
		s.charges, s.newest = append(s.charges, c), c
		cycle := len(s.charges) + 1
		if s.trial {
			cycle--
		}
		x.renewals[c.line] = &renewal{s, cycle}
		x.starts[s.line] = s
	}
	for _, same := range all.byBuyer {
		for _, s := range same {
			if s.renewing {
				x.starts[s.line] = s
			}
		}
	}
	return nil
}

// sale returns what a charge renews: the sale with its key, else the one among
// its buyer's that fits best; nil if there is none.
func (m *matching) sale(c *charge) *start {
	if s := m.byKey[keyOf(c)]; c.key != "" && s != nil {
		if s.at.After(c.at) {
			return nil
		}
		return s
	}
	var fit []*start
	for _, s := range m.byBuyer[[2]string{strings.ToLower(c.product), c.email}] {
		if !s.at.After(c.at) && (s.keyed == nil || c.key == "") {
			fit = append(fit, s)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return slices.MinFunc(fit, func(a, b *start) int {
		return cmp.Or(
			// Gumroad writes the end of a membership, and what it is paid by, into each of its rows.
			later(a.endsWith(c), b.endsWith(c)),
			later(a.recurrence == c.recurrence, b.recurrence == c.recurrence),
			later(a.newest.variants == c.variants, b.newest.variants == c.variants),
			cmp.Compare(apart(a.due(), c.at), apart(b.due(), c.at)),
			b.at.Compare(a.at),
			cmp.Compare(b.line, a.line),
		)
	})
}

// endsWith reports whether two rows tell the same end of a membership.
func (c *charge) endsWith(d *charge) bool {
	return c.requested.Equal(d.requested) && c.ends.day == d.ends.day && c.ends.at.Equal(d.ends.at)
}

// later orders what is true before what is not.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

// every returns how often s is charged. Gumroad's instalments are monthly.
func (s *start) every() domain.Recurrence {
	return cmp.Or(s.newest.recurrence, s.recurrence, domain.Monthly)
}

// due returns when s is charged next.
func (s *start) due() time.Time {
	return domain.Boundary(s.newest.at, s.every().Months())
}
