package domain

import (
	"fmt"
	"testing"
	"time"
)

func TestAttachmentCovers(t *testing.T) {
	day := func(n int) time.Time { return t0.AddDate(0, 0, n) }
	all := Attachment{ProductID: "club", AllVariants: true}
	gold := Attachment{ProductID: "club", Variants: ChosenVariants("gold", "platinum")}
	sale := PurchaseState{ProductID: "club", Variants: ChosenVariants("gold"), CreatedAt: day(0)}
	silver, moved := sale, sale
	silver.Variants = ChosenVariants("silver")
	moved.VariantsAt = day(10)
	later, back := sale, sale
	later.CreatedAt, back.VariantsAt = day(25), day(25)
	from := func(a Attachment, n int) Attachment { a.FromAt = day(n); return a }
	gone := func(a Attachment, l Leaving) Attachment { a.RemovedAt, a.Leaving = day(20), l; return a }
	for _, tt := range []struct {
		name string
		a    Attachment
		p    PurchaseState
		has  bool
		want bool
	}{
		{"all variants: any of them", all, silver, false, true},
		{"all variants: a sale without any", all, PurchaseState{ProductID: "club"}, false, true},
		{"another product", all, PurchaseState{ProductID: "book"}, false, false},
		{"chosen variants: one of them", gold, sale, false, true},
		{"chosen variants: another", gold, silver, false, false},
		{"chosen variants: a sale without any", gold, PurchaseState{ProductID: "club"}, false, false},
		{"no variants chosen at all", Attachment{ProductID: "club"}, sale, false, false},
		{"a customer of before", from(all, 5), sale, false, false},
		{"a customer of that instant", from(all, 0), sale, false, true},
		{"a customer of before who came to the variant later", from(gold, 5), moved, false, true},
		{"a customer of before who changed the tier, where all give the same", from(all, 5), moved, false, false},
		{"removed, people kept: nobody new", gone(all, KeepUntilEnd), sale, false, false},
		{"removed, people kept until the end: who is in", gone(all, KeepUntilEnd), sale, true, true},
		{"removed, people kept until the end: who has a claim by another one, and came later", gone(all, KeepUntilEnd), later, true, false},
		{"removed, people kept until the end: who has a claim by another one, and came to the tier later", gone(gold, KeepUntilEnd), back, true, false},
		{"removed, people kept until the end: who has a claim by another one, and was a customer of before", gone(from(all, 5), KeepUntilEnd), sale, true, false},
		{"removed, people kept for good: no claim any more", gone(all, KeepMembers), sale, true, false},
		{"removed with its people", gone(all, RemoveMembers), sale, true, false},
		{"removed, kept until the end, and the tier changed", gone(gold, KeepUntilEnd), silver, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, "covers", tt.a.covers(tt.p, Holder{BeganAt: tt.p.CreatedAt}, tt.has), tt.want)
		})
	}
	same(t, "the holder of a seat counts from the seat", from(all, 5).covers(sale, Holder{SeatID: "s", BeganAt: day(6)}, false), true)
}

func TestAttachmentCheck(t *testing.T) {
	ok := Attachment{ID: "a", SellerID: "ana", ConnectionID: "k", Service: Discord, ProductID: "club", AllVariants: true, Targets: MakeTargets("1", "2"), EndAction: EndKick, CreatedAt: t0}
	var many []VariantID
	for i := range 101 {
		many = append(many, VariantID(fmt.Sprint(i)))
	}
	for _, tt := range []struct {
		name  string
		mod   func(*Attachment)
		field string
	}{
		{"two roles", func(*Attachment) {}, ""},
		{"two space groups", func(a *Attachment) { a.Service, a.EndAction = Circle, EndCommunity }, "space_group"},
		{"one space group", func(a *Attachment) { a.Service, a.EndAction, a.Targets = Circle, EndSpaceGroup, MakeTargets("1") }, ""},
		{"nobody loses anything, of either service", func(a *Attachment) { a.EndAction = EndNone }, ""},
		{"an end action of the other service", func(a *Attachment) { a.EndAction = EndCommunity }, "end_action"},
		{"no end action", func(a *Attachment) { a.EndAction = "" }, "end_action"},
		{"another service", func(a *Attachment) { a.Service = "slack" }, "service"},
		{"all variants and some", func(a *Attachment) { a.Variants = ChosenVariants("gold") }, "variants"},
		{"a hundred variants", func(a *Attachment) { a.AllVariants, a.Variants = false, ChosenVariants(many[:100]...) }, ""},
		{"a hundred and one variants", func(a *Attachment) { a.AllVariants, a.Variants = false, ChosenVariants(many...) }, "variants"},
		{"removed, and nothing said of its people", func(a *Attachment) { a.RemovedAt = t0 }, "leaving"},
		{"something said of its people, and it stands", func(a *Attachment) { a.Leaving = KeepMembers }, "leaving"},
		{"removed otherwise", func(a *Attachment) { a.RemovedAt, a.Leaving = t0, "burn" }, "leaving"},
		{"removed", func(a *Attachment) { a.RemovedAt, a.Leaving = t0, RemoveMembers }, ""},
		{"no time", func(a *Attachment) { a.CreatedAt = time.Time{} }, "created_at"},
		{"no connection", func(a *Attachment) { a.ConnectionID = "" }, "connection"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := ok
			tt.mod(&a)
			if tt.field == "" {
				wantError(t, a.Check(), "", "")
				return
			}
			wantError(t, a.Check(), "invalid", tt.field)
		})
	}
	same(t, "of all variants nothing is warned", ok.Warning(), "")
	same(t, "of none it is", Attachment{}.Warning() != "", true)
	same(t, "of some nothing", Attachment{Variants: ChosenVariants("gold")}.Warning(), "")
	same(t, "Circle's default", Circle.DefaultEnd(), EndCommunity)
	same(t, "Discord's default", Discord.DefaultEnd(), EndKick)
}
