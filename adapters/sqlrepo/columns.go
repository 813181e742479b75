package sqlrepo

import (
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
)

// columns are those of a table, in the order in which its arguments and
// destinations are listed; how a row is found comes first.
type columns []string

func cols(names string) columns { return strings.Fields(names) }

// names is "p.id, p.name", or "id, name" without an alias.
func (c columns) names(alias string) string {
	if alias != "" {
		alias += "."
	}
	return alias + strings.Join(c, ", "+alias)
}

// params is "$1, $2", one for each.
func (c columns) params() string { return params(1, len(c)) }

// set is "name = $2, price = $3" for all but the first n.
func (c columns) set(n int) string {
	var all []string
	for i, name := range c[n:] {
		all = append(all, name+" = $"+strconv.Itoa(n+i+1))
	}
	return strings.Join(all, ", ")
}

// params is a list of n parameters, beginning with number from.
func params(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// texts are the arguments of several strings.
func texts[S ~string](all ...S) []any {
	args := make([]any, len(all))
	for i, s := range all {
		args[i] = string(s)
	}
	return args
}

// priceColumns are a table's prices by recurrence; NULL: not offered.
const priceColumns = "monthly quarterly biannually yearly every_two_years"

var recurrences = domain.Recurrences()

func priceArgs(p domain.Prices) []any {
	args := make([]any, len(recurrences))
	for i, r := range recurrences {
		if amount, offered := p.At(r); offered {
			args[i] = amount
		}
	}
	return args
}

func priceDests(p *domain.Prices) []any {
	dests := make([]any, len(recurrences))
	for i, r := range recurrences {
		dests[i] = &priceDest{p, r}
	}
	return dests
}
