package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertAttachment(a domain.Attachment) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Attachments.Insert(ctx, a) }
}

func saveAttachment(a domain.Attachment) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Attachments.Save(ctx, a) }
}

var attachmentAggregate = aggregate[domain.Attachment]{
	notFound: domain.ErrAttachmentNotFound,
	bare:     bareAttachment,
	full:     bareAttachment,
	byID: func(ctx context.Context, tx ports.Tx, a domain.Attachment) (domain.Attachment, error) {
		return tx.Attachments.ByID(ctx, a.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, a domain.Attachment) error {
		return tx.Attachments.Insert(ctx, a)
	},
	save:  func(ctx context.Context, tx ports.Tx, a domain.Attachment) error { return tx.Attachments.Save(ctx, a) },
	fixed: []string{"ConnectionID"},
}

// bareAttachment makes an attachment whose connection and product are in the
// store.
func bareAttachment(t *testing.T, w *world) domain.Attachment {
	return fixture.Attachment(storedConnection(t, w), w.product(t))
}

// An attachment hangs on two things.
var (
	attachmentOfProduct = child[domain.Attachment]{
		aggregate: attachmentAggregate,
		parent:    "ProductID", missing: domain.ErrProductNotFound, ofBob: bobsProduct,
		of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.Attachment, error) {
			return tx.Attachments.ByProduct(ctx, domain.ProductID(parent))
		},
	}
	attachmentOfConnection = child[domain.Attachment]{
		aggregate: attachmentAggregate,
		parent:    "ConnectionID", missing: domain.ErrConnectionNotFound, ofBob: bobsConnection,
		of: func(ctx context.Context, tx ports.Tx, parent string) ([]domain.Attachment, error) {
			return tx.Attachments.ByConnection(ctx, domain.ConnectionID(parent))
		},
	}
)

// bobsProduct makes a product of bob's, and keeps it.
func bobsProduct(t *testing.T, w *world) string {
	p := fixture.Product(w.bob)
	fixture.Fill(t, w, p)
	return string(p.ID)
}

var attachmentTests = attachmentOfProduct.tests(tests{
	"ItsConnectionIsNeeded": attachmentOfConnection.needsParent,
	"OfOneConnection":       attachmentOfConnection.ofParent,
	"ManyOfOneConnection":   attachmentOfConnection.manyOfParent,
	"EveryWord":             attachmentEveryWord,
	"ManyOfOnePair":         attachmentManyOfPair,
	"WhichRefusalWins":      attachmentWhichRefusal,
	"ASaveKeepsWhatItLinks": attachmentKeepsLinks,
})

func attachmentEveryWord(t *testing.T, w *world) {
	c, p := storedConnection(t, w), w.product(t)
	for _, end := range []domain.EndAction{domain.EndNone, domain.EndRoles, domain.EndKick, domain.EndSpaceGroup, domain.EndCommunity} {
		for _, leaving := range []domain.Leaving{"", domain.KeepMembers, domain.KeepUntilEnd, domain.RemoveMembers} {
			a := fixture.Attachment(c, p, func(a *domain.Attachment) { a.EndAction, a.Leaving = end, leaving })
			fixture.Fill(t, w, a)
			attachmentAggregate.wantStored(t, w, string(end)+" "+string(leaving), a)
		}
	}
}

// attachmentManyOfPair: a product may be attached to one connection more than
// once, removed or not.
func attachmentManyOfPair(t *testing.T, w *world) {
	c, p := storedConnection(t, w), w.product(t)
	removed := fixture.Attachment(c, p, func(a *domain.Attachment) { a.RemovedAt, a.Leaving = fixture.T0, domain.KeepMembers })
	one, two := fixture.Attachment(c, p), fixture.Attachment(c, p)
	fixture.Fill(t, w, removed, one, two)
	wantAll(t, "of the product", attachmentOfProduct.listed(t, w, w.of, string(p.ID)), removed, one, two)
	wantAll(t, "of the connection", attachmentOfConnection.listed(t, w, w.of, string(c.ID)), removed, one, two)
}

func attachmentWhichRefusal(t *testing.T, w *world) {
	first := bareAttachment(t, w)
	fixture.Fill(t, w, first)
	again := first
	again.ConnectionID, again.ProductID = "x", "x"
	w.refuses(t, "an id that is there, of nothing", insertAttachment(again), domain.ErrExists)
	w.refuses(t, "of nothing", insertAttachment(another(again)), domain.ErrConnectionNotFound)
	again.ConnectionID = first.ConnectionID
	w.refuses(t, "of no product", insertAttachment(another(again)), domain.ErrProductNotFound)
}

func attachmentKeepsLinks(t *testing.T, w *world) {
	a := bareAttachment(t, w)
	fixture.Fill(t, w, a)
	other := a
	other.ConnectionID = storedConnection(t, w).ID
	w.refuses(t, "saved with another connection", saveAttachment(other), domain.ErrAttachmentNotFound)
	other = a
	other.ProductID = w.product(t).ID
	w.refuses(t, "saved with another product", saveAttachment(other), domain.ErrAttachmentNotFound)
	attachmentAggregate.wantStored(t, w, "after it", a)
}
