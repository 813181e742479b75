package api

import (
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// What communities look like. Of a token there are its last four characters.
type (
	connection struct {
		ID          domain.ConnectionID `json:"id"`
		Service     domain.Service      `json:"service"`
		Dialect     *string             `json:"dialect"`
		Community   *string             `json:"community"` // the service's id of it; null: none is chosen
		Name        *string             `json:"name"`
		Account     *string             `json:"account"`
		SpaceGroup  *domain.TargetID    `json:"space_group"`
		MembersOnly bool                `json:"members_only"`
		CallsLimit  *int64              `json:"calls_limit"` // a month
		TokenEnd    *string             `json:"token_ends_in"`
		TokenSetAt  *time.Time          `json:"token_set_at"`
		Health      domain.Health       `json:"health"`
		Causes      []string            `json:"causes"`
		CheckedAt   *time.Time          `json:"checked_at"`
		Leaving     *domain.Leaving     `json:"leaving"`
		CreatedAt   time.Time           `json:"created_at"`
		ClosedAt    *time.Time          `json:"closed_at"`
	}
	choice struct {
		ID      string  `json:"id"`
		Name    string  `json:"name"`
		Refused *string `json:"refused"` // why it cannot be chosen
	}
	attachment struct {
		ID          domain.AttachmentID `json:"id"`
		Connection  domain.ConnectionID `json:"connection"`
		Service     domain.Service      `json:"service"`
		Product     domain.ProductID    `json:"product"`
		AllVariants bool                `json:"all_variants"`
		Variants    []domain.VariantID  `json:"variants"`
		Gives       []domain.TargetID   `json:"gives"` // roles, or one space group
		EndAction   domain.EndAction    `json:"end_action"`
		From        *time.Time          `json:"from"` // customers of before are left out; null: nobody is
		Warning     *string             `json:"warning"`
		CreatedAt   time.Time           `json:"created_at"`
	}
	person struct {
		ID         domain.ClaimID      `json:"id"`
		Connection domain.ConnectionID `json:"connection"`
		Service    domain.Service      `json:"service"`
		Product    domain.ProductID    `json:"product"`
		Purchase   domain.PurchaseID   `json:"purchase"`
		Seat       *domain.SeatID      `json:"seat"` // null: the sale as a whole
		Email      string              `json:"email"`
		Account    *domain.Subject     `json:"account"` // as the service knows them
		Name       *string             `json:"name"`
		Gives      []domain.TargetID   `json:"gives"`
		Refused    []domain.TargetID   `json:"refused"` // of those, by the service
		EndAction  domain.EndAction    `json:"end_action"`
		State      domain.ClaimState   `json:"state"`
		Cause      *domain.Cause       `json:"cause"`
		Choices    []domain.Choice     `json:"choices"` // that the seller has
		CreatedAt  time.Time           `json:"created_at"`
		EndedAt    *time.Time          `json:"ended_at"`
	}
	place struct {
		ID        domain.ClaimID    `json:"id"`
		Service   domain.Service    `json:"service"`
		Community string            `json:"community"`
		State     domain.ClaimState `json:"state"`
		Joins     bool              `json:"joins"`  // they can join now, on their page
		Leaves    bool              `json:"leaves"` // they can leave now
		Says      *string           `json:"says"`
	}
)

// The bodies of answers about communities.
type (
	connectionsBody struct {
		Connections []connection `json:"connections"`
		Next        *string      `json:"next"`
	}
	connectionBody struct {
		Connection connection `json:"connection"`
	}
	connectionUsedBody struct {
		Connection connection `json:"connection"`
		CallsUsed  int64      `json:"calls_used"` // this month, as far as they were counted
	}
	offerBody struct {
		Connection  connection `json:"connection"`
		Communities []choice   `json:"communities"`
		SpaceGroups []choice   `json:"space_groups"`
	}
	choicesBody struct {
		Choices []choice `json:"choices"`
	}
	linkBody struct {
		URL       string `json:"url"`
		ExpiresIn int64  `json:"expires_in"` // seconds of the machine's clock
	}
	pageBody struct {
		URL string `json:"url"`
	}
	attachmentsBody struct {
		Attachments      []attachment `json:"attachments"`
		CurrentCustomers int          `json:"current_customers"` // whom "customers":"all" would let in
	}
	attachmentBody struct {
		Attachment attachment `json:"attachment"`
	}
	peopleBody struct {
		People []person `json:"people"`
		Next   *string  `json:"next"`
	}
	personBody struct {
		Person person `json:"person"`
	}
	placesBody struct {
		Places []place `json:"places"`
	}
	blocksBody struct {
		Emails []string `json:"emails"`
		Next   *string  `json:"next"`
	}
	blockedBody struct {
		Email   string `json:"email"`
		Blocked bool   `json:"blocked"`
	}
	driftBody struct {
		OK              int              `json:"ok"`
		ShouldBeIn      []domain.Subject `json:"should_be_in"`
		ShouldNotBeIn   []domain.Subject `json:"should_not_be_in"`
		LacksSomething  []domain.Subject `json:"lacks"`
		HasWithoutClaim []domain.Subject `json:"not_claimed"` // has what usher gives, without having bought it
		Complete        bool             `json:"complete"`    // false: strangers could not be listed
		Mended          bool             `json:"mended"`
	}
)

func connectionOf(c domain.Connection) connection {
	v := connection{
		ID: c.ID, Service: c.Service, Dialect: optional(c.Dialect), Community: optional(c.RemoteID), Name: optional(c.Name), Account: optional(c.Account),
		SpaceGroup: optional(c.Target), MembersOnly: c.MembersOnly, TokenEnd: optional(c.SecretEnd), TokenSetAt: when(c.SecretSetAt), Health: c.Health,
		Causes: append([]string{}, strings.Fields(string(c.Causes))...), CheckedAt: when(c.CheckedAt), Leaving: optional(c.Leaving),
		CreatedAt: c.CreatedAt.UTC(), ClosedAt: when(c.ClosedAt),
	}
	if !c.ClosedAt.IsZero() {
		v.TokenSetAt = nil // it is forgotten
	}
	if c.Quota > 0 {
		v.CallsLimit = &c.Quota
	}
	return v
}

func choicesOf(of []ports.Choice) []choice {
	all := []choice{}
	for _, o := range of {
		all = append(all, choice{o.ID, o.Name, optional(o.Refused)})
	}
	return all
}

func offerOf(o app.CircleOffer) offerBody {
	return offerBody{connectionOf(o.Connection), choicesOf(o.Communities), choicesOf(o.SpaceGroups)}
}

func targetsOf(of domain.Targets) []domain.TargetID {
	all := []domain.TargetID{}
	for t := range of.All() {
		all = append(all, t)
	}
	return all
}

func attachmentOf(a app.Attached) attachment {
	v := attachment{
		ID: a.ID, Connection: a.ConnectionID, Service: a.Service, Product: a.ProductID, AllVariants: a.AllVariants, Variants: []domain.VariantID{},
		Gives: targetsOf(a.Targets), EndAction: a.EndAction, From: when(a.FromAt), Warning: optional(a.Warning), CreatedAt: a.CreatedAt.UTC(),
	}
	for id := range a.Variants.All() {
		v.Variants = append(v.Variants, id)
	}
	return v
}

func personOf(c domain.Claim) person {
	return person{
		ID: c.ID, Connection: c.ConnectionID, Service: c.Service, Product: c.ProductID, Purchase: c.PurchaseID, Seat: optional(c.SeatID), Email: c.Email,
		Account: optional(c.Subject), Name: optional(c.Name), Gives: targetsOf(c.Targets), Refused: targetsOf(c.Missing), EndAction: c.EndAction,
		State: c.State, Cause: optional(c.Cause), Choices: append([]domain.Choice{}, c.Choices()...), CreatedAt: c.CreatedAt.UTC(), EndedAt: when(c.EndedAt),
	}
}

func placeOf(p app.Place) place {
	return place{p.Claim.ID, p.Claim.Service, p.Community, p.Claim.State, p.Joins, p.Leaves, optional(p.Says)}
}

func driftOf(d app.Drift, mended bool) driftBody {
	some := func(of []domain.Subject) []domain.Subject { return append([]domain.Subject{}, of...) }
	return driftBody{len(d.OK), some(d.NotIn), some(d.ShouldNotBeIn), some(d.MissingTarget), some(d.TargetNotClaimed), d.Complete, mended}
}
