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
	texts []string // of the owners and of what things are part of, each once
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
func (n *names) add(line int, owner domain.SellerID, part string, name ...string) {
	n.on[markOf(name...)] = said{line, n.place(string(owner)), n.place(part)}
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

// part returns what something that was said is part of, see [partOf].
func (n *names) part(kind, id string) string { return n.texts[n.on[markOf(kind, id)].part] }

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
	case domain.MembershipState:
		return v.SellerID
	case domain.MembershipRecord:
		return v.SellerID
	case domain.PaymentState:
		return v.SellerID
	case domain.Refund:
		return v.SellerID
	case domain.Dispute:
		return v.SellerID
	case domain.Seat:
		return v.SellerID
	case ports.CountedLicense:
		return v.License.SellerID
	case domain.TokenState:
		return v.SellerID
	}
	return ""
}

// partOf returns what a thing is part of, if others ask: the product of a
// variant or purchase, the purchase of a seat.
func partOf(v any) string {
	switch v := v.(type) {
	case domain.Variant:
		return string(v.ProductID)
	case domain.PurchaseState:
		return string(v.ProductID)
	case domain.Seat:
		return string(v.PurchaseID)
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
	case domain.MembershipState:
		return "membership", string(v.ID)
	case domain.MembershipRecord:
		return "membership", string(v.ID)
	case domain.PaymentState:
		return "payment", string(v.ID)
	case domain.Refund:
		return "refund", string(v.ID)
	case domain.Dispute:
		return "dispute", string(v.ID)
	case domain.Seat:
		return "seat", string(v.ID)
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
	case domain.PaymentState:
		all := []name{{"key", []string{"payment key", v.Key, string(v.SellerID)}}}
		if v.ProcessorRef != "" {
			all = append(all, name{"processor_ref", []string{"payment at its processor", v.ProcessorRef, string(v.SellerID)}})
		}
		if v.Kind == domain.RenewalPayment && v.Status == domain.Paid {
			all = append(all, name{"cycle", []string{"paid renewal", strconv.Itoa(v.Cycle), string(v.MembershipID)}})
		}
		return all
	case domain.Refund:
		return []name{{"key", []string{"refund key", v.Key, string(v.SellerID)}}}
	case domain.Seat:
		if v.Assigned() {
			return []name{{"email", []string{"seat of", string(v.PurchaseID), v.Email}}}
		}
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
