package domain

import "time"

// EndAction is what happens to somebody in a community when what they paid for
// ends.
type EndAction string

// The end actions. Some are of one service only.
const (
	EndNone               EndAction = "none"                    // they stay, with all that they were given
	EndRoles              EndAction = "remove_roles"            // Discord: they lose the roles that usher gave
	EndKick               EndAction = "kick"                    // Discord: they are taken out of the server
	EndSpaceGroup         EndAction = "remove_from_space_group" // Circle: they lose the space groups that usher gave
	EndCommunity          EndAction = "remove_from_community"   // Circle: they are taken out of the community
	endActionsOfCircle              = "none, remove_from_space_group or remove_from_community"
	endActionsOfDiscord             = "none, remove_roles or kick"
	maxAttachedVariants             = 100
	whoIsWarnedOfVariants           = "Your integration is not assigned to any tier. Check your tiers' settings."
)

// severity orders the end actions by how much they take away.
func (e EndAction) severity() int {
	switch e {
	case EndRoles, EndSpaceGroup:
		return 1
	case EndKick, EndCommunity:
		return 2
	}
	return 0
}

// Whole reports whether the person is taken out of the community altogether.
func (e EndAction) Whole() bool { return e.severity() == 2 }

// DefaultEnd returns the end action of an attachment that names none: the
// customer is removed when the membership ends (the article on integrations).
func (s Service) DefaultEnd() EndAction {
	if s == Discord {
		return EndKick
	}
	return EndCommunity
}

// Attachment is a seller's rule that who buys a product, or some of its
// variants, is let into a community.
type Attachment struct {
	ID           AttachmentID
	SellerID     SellerID
	ConnectionID ConnectionID
	Service      Service // the connection's
	ProductID    ProductID
	AllVariants  bool       // also those that are made later
	Variants     VariantIDs // if not all
	Targets      Targets    // roles, or one space group; empty: the connection's
	EndAction    EndAction
	FromAt       time.Time // customers of before are left out; zero: nobody is
	CreatedAt    time.Time
	RemovedAt    time.Time // zero: it stands
	Leaving      Leaving   // once it is removed, what becomes of those who are in through it
}

// Warning says what a seller should know of an attachment that nobody can use;
// empty: nothing.
func (a Attachment) Warning() string {
	if !a.AllVariants && a.Variants == "" {
		return whoIsWarnedOfVariants
	}
	return ""
}

// Check refuses an attachment whose fields break a rule of form, naming the field.
func (a Attachment) Check() error {
	err := first(checkID("id", string(a.ID)), checkID("seller", string(a.SellerID)),
		checkID("connection", string(a.ConnectionID)), checkID("product", string(a.ProductID)))
	if err != nil {
		return err
	}
	own := a.EndAction == EndSpaceGroup || a.EndAction == EndCommunity
	ends := endActionsOfCircle
	if a.Service == Discord {
		own, ends = a.EndAction == EndRoles || a.EndAction == EndKick, endActionsOfDiscord
	}
	switch {
	case a.Service != Circle && a.Service != Discord:
		return InvalidField("service", "must be circle or discord")
	case a.EndAction != EndNone && !own:
		return InvalidField("end_action", "must be "+ends)
	case a.AllVariants && a.Variants != "":
		return InvalidField("variants", "are named only if it is not for all of them")
	case (a.Leaving == "") != a.RemovedAt.IsZero() || !a.Leaving.known():
		return InvalidField("leaving", "must be keep, keep_until_end or remove, of an attachment that is removed")
	case a.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	n := 0
	for v := range a.Variants.All() {
		if err := checkID("variants", string(v)); err != nil {
			return err
		}
		n++
	}
	if n > maxAttachedVariants {
		return InvalidField("variants", "must be at most 100")
	}
	if a.Service == Circle && a.Targets.count() > 1 {
		return InvalidField("space_group", "must be one")
	}
	return a.Targets.check("roles")
}

// covers reports whether the attachment lets somebody in who uses that sale, as
// it is now; has says that they have a live claim already. Who came to one of
// its variants later than the attachment is no customer of before. One that was
// removed keeps in whom it had let in, and nobody else who has a claim.
func (a Attachment) covers(p PurchaseState, h Holder, has bool) bool {
	since := h.BeganAt
	if !a.AllVariants {
		since = Later(since, p.VariantsAt)
	}
	switch {
	case a.ProductID != p.ProductID:
		return false
	case !a.RemovedAt.IsZero() && (!has || a.Leaving != KeepUntilEnd || since.After(a.RemovedAt)):
		return false
	case since.Before(a.FromAt):
		return false
	}
	if a.AllVariants {
		return true
	}
	for v := range a.Variants.All() {
		for chosen := range p.Variants.All() {
			if v == chosen {
				return true
			}
		}
	}
	return false
}

// Joins reports whether the buyer of a sale, if they use it, has to come and join
// a community that one of the attachments lets them into.
func Joins(p PurchaseState, holders []Holder, attached []Attachment) bool {
	for _, h := range holders {
		for _, a := range attached {
			if h.Email == NormalizeEmail(p.Email) && !a.Service.Invites() && a.covers(p, h, false) {
				return true
			}
		}
	}
	return false
}
