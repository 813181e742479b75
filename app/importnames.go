package app

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// mark stands for a few strings, so that a million of them fit into memory. No
// two have the same.
type mark [16]byte

func markOf(parts ...string) mark {
	var room [256]byte
	b := room[:0]
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	}
	sum := sha256.Sum256(b)
	return mark(sum[:16])
}

// names remembers on which line a source said what.
type names struct {
	on    map[mark]said
	texts []string // of the owners and products, each once
	text  map[string]uint32
}

type said struct {
	line        int
	owner, part uint32 // places in texts
}

func newNames() names {
	return names{on: map[mark]said{}, texts: []string{""}, text: map[string]uint32{"": 0}}
}

// add remembers something, and whose and part of what it is.
func (n *names) add(line int, owner domain.SellerID, part domain.ProductID, name ...string) {
	n.on[markOf(name...)] = said{line, n.place(string(owner)), n.place(string(part))}
}

func (n *names) place(s string) uint32 {
	i, ok := n.text[s]
	if !ok {
		i = uint32(len(n.texts))
		n.texts = append(n.texts, s)
		n.text[s] = i
	}
	return i
}

// line returns the line that said something, and 0 if none did.
func (n *names) line(name ...string) int { return n.on[markOf(name...)].line }

// owner returns the seller of something that was said, and "" if it was not.
func (n *names) owner(kind, id string) domain.SellerID {
	return domain.SellerID(n.texts[n.on[markOf(kind, id)].owner])
}

// part returns the product of a variant or purchase that was said.
func (n *names) part(kind, id string) domain.ProductID {
	return domain.ProductID(n.texts[n.on[markOf(kind, id)].part])
}

// ownerOf returns the seller that a record belongs to.
func ownerOf(v any) domain.SellerID {
	switch v := v.(type) {
	case domain.Seller:
		return v.ID
	case domain.Product:
		return v.SellerID
	case domain.Variant:
		return v.SellerID
	case domain.PurchaseState:
		return v.SellerID
	case domain.Membership:
		return v.SellerID
	case ports.CountedLicense:
		return v.License.SellerID
	case domain.TokenState:
		return v.SellerID
	}
	return ""
}

// partOf returns the product that a variant or purchase is part of.
func partOf(v any) domain.ProductID {
	switch v := v.(type) {
	case domain.Variant:
		return v.ProductID
	case domain.PurchaseState:
		return v.ProductID
	}
	return ""
}

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

// name is something beside its id of which there is only one.
type name struct {
	field string
	of    []string
}

// namesOf returns the names of a record, in the sense of the stores' unique
// constraints.
func namesOf(v any) []name {
	switch v := v.(type) {
	case domain.Product:
		all := []name{{"permalink", []string{"permalink", strings.ToLower(v.Permalink)}}}
		if v.CustomPermalink != "" {
			all = append(all, name{"custom_permalink", []string{"custom permalink", strings.ToLower(v.CustomPermalink), string(v.SellerID)}})
		}
		return all
	case domain.PurchaseState:
		return []name{{"order_number", []string{"order", strconv.FormatInt(v.OrderNumber, 10), string(v.SellerID)}}}
	case ports.CountedLicense:
		l := v.License
		return []name{
			{"key", []string{"key", l.Key.Fold(), string(l.ProductID)}},
			{"purchase", []string{"license of", string(l.PurchaseID), string(l.SeatID)}},
		}
	case domain.TokenState:
		return []name{{"digest", []string{"digest", string(v.Digest[:])}}}
	}
	return nil
}
