package ports

import "github.com/usherhq/usher/domain"

// Scope says for whom a transaction works: one seller, or the system. The
// repositories carry it into every statement, so that no use case can touch
// another seller's rows by forgetting something. The zero Scope reaches
// nothing.
type Scope struct {
	seller domain.SellerID
	system bool
}

// System is the scope of what belongs to no seller yet: making and listing
// sellers, and looking a token up by its digest. It cannot list or change a
// seller's things.
var System = Scope{system: true}

// Seller returns the scope of one seller.
func Seller(id domain.SellerID) Scope { return Scope{seller: id} }

// Seller returns the seller, and whether the scope is a seller's.
func (s Scope) Seller() (domain.SellerID, bool) { return s.seller, s.seller != "" }

// IsSystem reports whether the scope is the system's.
func (s Scope) IsSystem() bool { return s.system }
