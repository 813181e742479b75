package storetest

import (
	"maps"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// systemOnly reports whether a method is for the system alone.
func systemOnly(name string) bool {
	switch name {
	case "Sellers.Insert", "Tokens.ByDigest", "Connections.ByRemote", "Applications.ByClient", "Deliveries.Forget":
		return true
	}
	return strings.HasPrefix(name, "Passes.")
}

// withCommunities adds the rows of what communities need.
func withCommunities(rows map[string]method) map[string]method {
	maps.Copy(rows, communityMethods)
	return rows
}

var communityMethods = map[string]method{
	"Connections.ByID":      same(domain.ErrConnectionNotFound).with(func(d *deal) []any { return rows(d.connection.ID) }),
	"Connections.List":      method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.Cursor{}, 100) }),
	"Connections.ByRemote":  method{stranger: domain.ErrScope, nobody: domain.ErrScope}.with(func(d *deal) []any { return rows(d.connection.Service, d.connection.RemoteID) }),
	"Connections.Insert":    same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Connection(d.seller)) }),
	"Connections.Save":      same(domain.ErrConnectionNotFound).writing(func(d *deal) []any { return rows(renamed(d.connection)) }),
	"Connections.Secret":    same(domain.ErrConnectionNotFound).with(func(d *deal) []any { return rows(d.connection.ID) }),
	"Connections.SetSecret": same(domain.ErrConnectionNotFound).writing(func(d *deal) []any { return rows(d.connection.ID, ports.Sealed{Text: "another", Number: 2}) }),
	"Connections.AddCalls":  same(domain.ErrConnectionNotFound).writing(func(d *deal) []any { return rows(d.connection.ID, callsMonth, int64(7)) }),

	"Attachments.ByID":         same(domain.ErrAttachmentNotFound).with(func(d *deal) []any { return rows(d.attachment.ID) }),
	"Attachments.ByProduct":    same(nothing).with(func(d *deal) []any { return rows(d.product.ID) }),
	"Attachments.ByConnection": same(nothing).with(func(d *deal) []any { return rows(d.connection.ID) }),
	"Attachments.Insert":       same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Attachment(d.connection, d.product)) }),
	"Attachments.Save": same(domain.ErrAttachmentNotFound).writing(func(d *deal) []any {
		a := d.attachment
		a.Leaving, a.RemovedAt = domain.RemoveMembers, fixture.T0
		return rows(a)
	}),

	"Claims.ByID":       same(domain.ErrClaimNotFound).with(func(d *deal) []any { return rows(d.claim.ID) }),
	"Claims.ByPurchase": same(nothing).with(func(d *deal) []any { return rows(d.sale.ID) }),
	"Claims.Touching":   same(nothing).with(func(d *deal) []any { return rows(d.connection.ID, d.claim.Subject) }),
	"Claims.ByEmail":    same(nothing).with(func(d *deal) []any { return rows(d.claim.Email) }),
	"Claims.List":       method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows(ports.ClaimQuery{}) }),
	"Claims.Insert":     same(domain.ErrScope).writing(func(d *deal) []any { return rows(fixture.Claim(d.connection, d.given)) }),
	"Claims.Save":       same(domain.ErrClaimNotFound).writing(func(d *deal) []any { return rows(renamed(d.claim)) }),
	"Claims.Delete":     same(nothing).writing(func(d *deal) []any { return rows(d.over.ID) }),

	"Grants.ByID":      same(domain.ErrGrantNotFound).with(func(d *deal) []any { return rows(d.grant.ID) }),
	"Grants.BySubject": same(domain.ErrGrantNotFound).with(func(d *deal) []any { return rows(d.connection.ID, d.grant.Subject) }),
	"Grants.List":      same(nothing).with(func(d *deal) []any { return rows(d.connection.ID, ports.Cursor{}, 100) }),
	"Grants.Insert":    same(domain.ErrScope).writing(func(d *deal) []any { return rows(domain.RestoreGrant(fixture.Grant(d.connection, "new"))) }),
	"Grants.Save":      same(domain.ErrGrantNotFound).writing(func(d *deal) []any { return rows(domain.RestoreGrant(renamed(d.grant)), d.grant.Version) }),
	"Grants.Delete":    same(nothing).writing(func(d *deal) []any { return rows(d.left.ID) }),

	"Passes.ByDigest": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.with(func(d *deal) []any { return rows(d.pass.Digest) }),
	"Passes.Insert":   method{stranger: domain.ErrScope, nobody: domain.ErrScope}.writing(func(d *deal) []any { return rows(fixture.Pass(d.seller, domain.PassLink, fixture.ID())) }),
	"Passes.Save": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.writing(func(d *deal) []any {
		p := d.pass
		p.UsedAt = fixture.T0
		return rows(p)
	}),
	"Passes.Expire": method{stranger: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows(longAgo.Add(time.Microsecond), 1000) }),

	"Blocks.Has":    same(nothing).with(func(*deal) []any { return rows(blockedEmail) }),
	"Blocks.List":   method{system: nothing, nobody: nothing}.with(func(*deal) []any { return rows("", 100) }),
	"Blocks.Put":    method{system: domain.ErrScope, nobody: domain.ErrScope}.writing(func(*deal) []any { return rows("another@example.com", fixture.T0) }),
	"Blocks.Delete": same(nothing).writing(func(*deal) []any { return rows(blockedEmail) }),
}

// What dumps know of communities.
const (
	callsMonth   = "2026-04"
	blockedEmail = "blocked@example.com"
	sealedSecret = "a sealed secret"
)
