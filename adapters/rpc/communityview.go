package rpc

import (
	"strings"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func connectionOf(c domain.Connection) *usherv1.Connection {
	told := &usherv1.Connection{
		Id: string(c.ID), Service: enumOf[usherv1.Service](c.Service), Dialect: c.Dialect, Community: c.RemoteID, Name: c.Name, Account: c.Account,
		SpaceGroup: string(c.Target), MembersOnly: c.MembersOnly, CallsLimit: c.Quota, TokenEndsIn: c.SecretEnd, TokenSetAt: stamp(c.SecretSetAt),
		Health: enumOf[usherv1.Health](c.Health), Causes: strings.Fields(string(c.Causes)), CheckedAt: stamp(c.CheckedAt),
		Leaving: enumOf[usherv1.Leaving](c.Leaving), CreatedAt: stamp(c.CreatedAt), ClosedAt: stamp(c.ClosedAt),
	}
	if !c.ClosedAt.IsZero() {
		told.TokenSetAt = nil // it is forgotten
	}
	return told
}

func choicesOf(of []ports.Choice) (told []*usherv1.Choice) {
	for _, o := range of {
		told = append(told, &usherv1.Choice{Id: o.ID, Name: o.Name, Refused: o.Refused})
	}
	return told
}

func attachmentOf(a app.Attached) *usherv1.Attachment {
	told := &usherv1.Attachment{
		Id: string(a.ID), Connection: string(a.ConnectionID), Service: enumOf[usherv1.Service](a.Service), Product: string(a.ProductID), AllVariants: a.AllVariants,
		Gives: targetsOf(a.Targets), EndAction: enumOf[usherv1.EndAction](a.EndAction), From: stamp(a.FromAt), Warning: a.Warning, CreatedAt: stamp(a.CreatedAt),
	}
	for id := range a.Variants.All() {
		told.Variants = append(told.Variants, string(id))
	}
	return told
}

func personOf(c domain.Claim) *usherv1.Person {
	return &usherv1.Person{
		Id: string(c.ID), Connection: string(c.ConnectionID), Service: enumOf[usherv1.Service](c.Service), Product: string(c.ProductID), Purchase: string(c.PurchaseID),
		Seat: string(c.SeatID), Email: c.Email, Account: string(c.Subject), Name: c.Name, Gives: targetsOf(c.Targets), Refused: targetsOf(c.Missing),
		EndAction: enumOf[usherv1.EndAction](c.EndAction), State: enumOf[usherv1.ClaimState](c.State), Cause: string(c.Cause), Choices: textsOf(c.Choices()),
		CreatedAt: stamp(c.CreatedAt), EndedAt: stamp(c.EndedAt),
	}
}

func targetsOf(of domain.Targets) (told []string) {
	for t := range of.All() {
		told = append(told, string(t))
	}
	return told
}

// textsOf are words of the domain as texts.
func textsOf[T ~string](of []T) (told []string) {
	for _, word := range of {
		told = append(told, string(word))
	}
	return told
}
