package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// TestImport_refusesAFaultInItsLastLine imports a file of one good thing of
// each kind and one fault at its end, into a store in which eva has the same,
// and ana's neighbour too. Nothing may change.
func TestImport_refusesAFaultInItsLastLine(t *testing.T) {
	ana, eva, ned := fixture.Seller("ana"), fixture.Seller("eva"), fixture.Seller("ned")
	// What the store has.
	pen := fixture.Product(eva, func(p *domain.Product) { p.CustomPermalink = "my-pen" })
	hidden := fixture.Product(eva, func(p *domain.Product) { p.Permalink, p.CustomPermalink = "hidden", "shown" })
	hides := fixture.Product(eva, func(p *domain.Product) { p.Permalink = "SHOWN" })
	thick := fixture.Variant(pen)
	evasSale, evasOther := fixture.Purchase(pen), fixture.Purchase(pen)
	clubSale, club := fixture.Renewal(fixture.Product(eva, fixture.Renewable), func(p *domain.PurchaseState) { p.ProductID = pen.ID })
	club.ProductID = pen.ID
	evasLicense := fixture.License(evasSale, func(l *domain.LicenseState) { l.Key = "Abc-1" })
	evasToken := fixture.Token(eva, "evas secret")
	nedsPen := fixture.Product(ned)
	evasRenewal := fixture.PaymentOf(club, domain.RenewalPayment, 2, func(p *domain.PaymentState) { p.ProcessorRef, p.Refunding = "pi_1", 1000 })
	evasRefund, evasDispute := fixture.Refund(evasRenewal), fixture.Dispute(evasRenewal)
	evasSeat := fixture.Seat(clubSale)
	evasOldSeat := fixture.Seat(clubSale, func(s *domain.Seat) { s.Status, s.RevokedAt = domain.SeatRevoked, fixture.T0.AddDate(0, 1, 0) })
	moved := fixture.Purchase(pen, func(p *domain.PurchaseState) { p.Quantity, p.Price.Amount = 3, 100 })
	movedRecord := recordOf(moved)
	there := []any{
		eva, ned, pen, hidden, hides, thick, evasSale, evasOther, clubSale, club,
		ports.CountedLicense{License: evasLicense, Uses: 3}, evasToken, nedsPen,
		evasRenewal, evasRefund, evasDispute, evasSeat, evasOldSeat, moved, movedRecord.Adopt(moved),
	}
	// What the file has.
	mug := fixture.Product(ana, func(p *domain.Product) { p.CustomPermalink = "my-mug" })
	cup := fixture.Product(ana)
	blue := fixture.Variant(mug)
	sale := fixture.Purchase(mug)
	renewing, member := fixture.Renewal(mug)
	license := ports.CountedLicense{License: fixture.License(sale, func(l *domain.LicenseState) { l.Key = "mug-1" })}
	token := fixture.Token(ana, "anas secret")
	payment := fixture.PaymentOf(member, domain.RenewalPayment, 2, func(p *domain.PaymentState) {
		p.ProcessorRef, p.Refunding = "pi_1", p.Amount.Amount // eva has her own of that name
	})
	refund, dispute, seat := fixture.Refund(payment), fixture.Dispute(payment), fixture.Seat(renewing)
	good := []any{ana, mug, cup, blue, sale, renewing, member, license, token, payment, refund, dispute, seat}

	newSale := func(mods ...func(*domain.PurchaseState)) domain.PurchaseState { return fixture.Purchase(mug, mods...) }
	evasNew := func(mods ...func(*domain.PurchaseState)) domain.PurchaseState { return fixture.Purchase(pen, mods...) }
	keyOf := func(of domain.PurchaseState, mods ...func(*domain.LicenseState)) ports.CountedLicense {
		return ports.CountedLicense{License: fixture.License(of, mods...)}
	}
	has := "is that of line "
	otherwise, somebody := ": the store has it otherwise, and import changes nothing that is there", ": another seller has it"

	type fault struct {
		name  string
		lines []any // the last is the faulty one; text stands as it is
		want  string
	}
	rows := []fault{
		{"what is not JSON", []any{`{"kind":`}, "is not JSON"},
		{"a later version's kind", []any{`{"kind":"checkout"}`}, `kind: there is no kind "checkout"`},
		{"an unknown field", []any{strings.TrimSpace(strings.Replace(lineOfFile(t, newSale()), `"email"`, `"mail":"x","email"`, 1))}, "mail: is unknown"},
		{"what the domain refuses", []any{newSale(func(p *domain.PurchaseState) { p.Email = "X@example.com" })}, "email: must be in lower case"},
		{"a membership that the domain refuses", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.Seats = 0 })}, "seats: must be at least 1"},
		{"another system's membership that it refuses", []any{recordOf(sale, func(r *domain.MembershipRecord) { r.Charges = -1 })}, "charges: must not be negative"},
		{"another system's membership with a trial before it was made", []any{recordOf(sale, func(r *domain.MembershipRecord) {
			r.FreeTrialEndsAt = r.StartedAt.Add(time.Hour)
			r.CreatedAt = r.FreeTrialEndsAt
		})}, "free_trial_ends_at: must be later than created_at in a trial"},
		{"a payment of nothing", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.Amount.Amount = -1 })}, "amount: must be more than 0"},
		{"a refund of nothing", []any{fixture.Refund(payment, func(r *domain.Refund) { r.Amount = 0 })}, "amount: must be more than 0"},
		{"a dispute both won and lost", []any{fixture.Dispute(payment, func(d *domain.Dispute) { d.WonAt, d.LostAt = d.OpenedAt, d.OpenedAt })}, "lost_at: a dispute is won or lost, not both"},
		{"a seat of nobody", []any{fixture.Seat(renewing, func(s *domain.Seat) { s.Email = "" })}, "email: "},
		{"uses below 0", []any{ports.CountedLicense{License: fixture.License(renewing), Uses: -1}}, "uses: must not be negative"},

		{"a thing of a seller that nobody knows", []any{fixture.Product(fixture.Seller("zoe"))}, `seller: no seller "`},
		{"a sale of a product that nobody knows", []any{newSale(func(p *domain.PurchaseState) { p.ProductID = "x" })}, `product: the seller has no product "x"`},
		{"a sale of another seller's product in the store", []any{newSale(func(p *domain.PurchaseState) { p.ProductID = pen.ID })}, `product: the seller has no product "`},
		{"a sale of another seller's product in the file", []any{evasNew(func(p *domain.PurchaseState) { p.ProductID = mug.ID })}, `product: the seller has no product "`},
		{"a stored seller's sale of another stored seller's product", []any{fixture.Purchase(pen, func(p *domain.PurchaseState) { p.SellerID = ned.ID })}, `product: the seller has no product "`},
		{"a sale with a variant that nobody knows", []any{newSale(func(p *domain.PurchaseState) { p.Variants = domain.ChosenVariants(blue.ID, "x") })}, `variants: the seller has no variant "x"`},
		{"a sale with another seller's variant", []any{newSale(func(p *domain.PurchaseState) { p.Variants = domain.ChosenVariants(thick.ID) })}, `variants: the seller has no variant "`},
		{"a stored seller's sale with another stored seller's variant", []any{fixture.Purchase(nedsPen, func(p *domain.PurchaseState) { p.Variants = domain.ChosenVariants(thick.ID) })}, `variants: the seller has no variant "`},
		{"a sale with another product's variant", []any{fixture.Purchase(cup, func(p *domain.PurchaseState) { p.Variants = domain.ChosenVariants(blue.ID) })}, `is of another product`},
		{"a sale with another product's variant in the store", []any{fixture.Purchase(hidden, func(p *domain.PurchaseState) { p.Variants = domain.ChosenVariants(thick.ID) })}, `is of another product`},
		{"a sale of a membership that nobody knows", []any{newSale(func(p *domain.PurchaseState) { p.MembershipID = "x" })}, `membership: the seller has no membership "x"`},
		{"a sale of another seller's membership", []any{newSale(func(p *domain.PurchaseState) { p.MembershipID = club.ID })}, `membership: the seller has no membership "`},
		{"a gift of a sale that nobody knows", []any{newSale(func(p *domain.PurchaseState) { p.GiftOf = "x" })}, `gift_of: the seller has no purchase "x"`},
		{"a gift of another seller's sale", []any{newSale(func(p *domain.PurchaseState) { p.GiftOf = evasSale.ID })}, `gift_of: the seller has no purchase "`},
		{"a gift of another seller's sale in the file", []any{evasNew(func(p *domain.PurchaseState) { p.GiftOf = sale.ID })}, `gift_of: the seller has no purchase "`},
		{"a part of a bundle that nobody knows", []any{newSale(func(p *domain.PurchaseState) { p.BundleOf = "x" })}, `bundle_of: the seller has no purchase "x"`},
		{"a release of a preorder that nobody knows", []any{newSale(func(p *domain.PurchaseState) { p.PreorderOf = "x" })}, `preorder_of: the seller has no purchase "x"`},
		{"a bundle of a product that nobody knows", []any{fixture.Product(ana, func(p *domain.Product) {
			p.Kind, p.Includes = domain.Bundle, domain.MakeBundleLines(domain.BundleLine{ProductID: mug.ID, Quantity: 1}, domain.BundleLine{ProductID: "x", Quantity: 1})
		})}, `includes: the seller has no product "x"`},
		{"a variant of a product that nobody knows", []any{fixture.Variant(mug, func(v *domain.Variant) { v.ProductID = "x" })}, `product: the seller has no product "x"`},
		{"a variant of another seller's product", []any{fixture.Variant(mug, func(v *domain.Variant) { v.ProductID = pen.ID })}, `product: the seller has no product "`},
		{"a membership of a sale that nobody knows", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.PurchaseID = "x" })}, `purchase: the seller has no purchase "x"`},
		{"a membership of another seller's sale", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.PurchaseID = evasSale.ID })}, `purchase: the seller has no purchase "`},
		{"a membership of another seller's sale in the file", []any{fixture.Membership(evasSale, func(m *domain.MembershipState) { m.PurchaseID = sale.ID })}, `purchase: the seller has no purchase "`},
		{"a membership of another product", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.ProductID = cup.ID })}, `is of another product`},
		{"a license of a sale that nobody knows", []any{keyOf(newSale())}, `purchase: the seller has no purchase "`},
		{"a license of another seller's sale", []any{keyOf(newSale(), func(l *domain.LicenseState) { l.PurchaseID = evasOther.ID })}, `purchase: the seller has no purchase "`},
		{"a license of another product", []any{keyOf(renewing, func(l *domain.LicenseState) { l.ProductID = cup.ID })}, `is of another product`},
		{"a license of a seat that nobody knows", []any{keyOf(renewing, func(l *domain.LicenseState) { l.SeatID = "x" })}, `seat: the seller has no seat "x"`},
		{"a license of another sale's seat", []any{keyOf(sale, func(l *domain.LicenseState) { l.SeatID = seat.ID })}, `is of another purchase`},
		{"a license of another sale's seat in the store", []any{keyOf(evasOther, func(l *domain.LicenseState) { l.SeatID = evasSeat.ID })}, `is of another purchase`},
		{"a license of another seller's seat", []any{keyOf(renewing, func(l *domain.LicenseState) { l.SeatID = evasSeat.ID })}, `seat: the seller has no seat "`},
		{"another system's membership of a sale that nobody knows", []any{recordOf(newSale())}, `purchase: the seller has no purchase "`},
		{"another system's membership of another product", []any{recordOf(sale, func(r *domain.MembershipRecord) { r.ProductID = cup.ID })}, `is of another product`},
		{"a membership of a tier that nobody knows", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.Terms.Tier = "x" })}, `terms: the seller has no variant "x"`},
		{"a membership of another product's tier", []any{fixture.Membership(fixture.Purchase(cup), func(m *domain.MembershipState) {
			m.ProductID, m.PurchaseID, m.Terms.Tier = mug.ID, sale.ID, fixture.Variant(cup).ID
		})}, `terms: the seller has no variant "`},
		{"a pending tier of another product", []any{fixture.Variant(cup, func(v *domain.Variant) { v.ID = "big cup" }), fixture.Membership(sale, func(m *domain.MembershipState) {
			m.Pending = domain.PendingChange{Tier: "big cup", Priced: true, Change: 1}
		})}, `pending: the variant "big cup" is of another product`},
		{"a new price of a tier that nobody knows", []any{fixture.Membership(sale, func(m *domain.MembershipState) {
			m.Notice = domain.PriceNotice{Tier: "x", EffectiveAt: m.AnchorAt}
		})}, `notice: the seller has no variant "x"`},
		{"a membership that waits for a payment that nobody knows", []any{flying(fixture.Membership(sale), "x")}, `in_flight: the seller has no payment "x"`},
		{"a membership that waits for another seller's payment", []any{flying(fixture.Membership(sale), evasRenewal.ID)}, `in_flight: the seller has no payment "`},
		{"a payment of a sale that nobody knows", []any{fixture.Payment(newSale())}, `purchase: the seller has no purchase "`},
		{"a payment of a membership that nobody knows", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.MembershipID = "x" })}, `membership: the seller has no membership "x"`},
		{"a payment of another seller's membership", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.MembershipID = club.ID })}, `membership: the seller has no membership "`},
		{"a refund of a payment that nobody knows", []any{fixture.Refund(fixture.Payment(sale))}, `payment: the seller has no payment "`},
		{"a refund of another seller's payment", []any{fixture.Refund(payment, func(r *domain.Refund) { r.PaymentID = evasRenewal.ID })}, `payment: the seller has no payment "`},
		{"a dispute of a payment that nobody knows", []any{fixture.Dispute(fixture.Payment(sale))}, `payment: the seller has no payment "`},
		{"a seat of a sale that nobody knows", []any{fixture.Seat(newSale())}, `purchase: the seller has no purchase "`},
		{"a seat of another seller's sale", []any{fixture.Seat(sale, func(s *domain.Seat) { s.PurchaseID = clubSale.ID })}, `purchase: the seller has no purchase "`},

		{"a second seller of the same id", []any{ana}, "id: " + has + "2 already"},
		{"a second product of the same id", []any{fixture.Product(ana, func(p *domain.Product) { p.ID = mug.ID })}, "id: " + has + "3 already"},
		{"a second variant of the same id", []any{fixture.Variant(cup, func(v *domain.Variant) { v.ID = blue.ID })}, "id: " + has + "5 already"},
		{"a second sale of the same id", []any{newSale(func(p *domain.PurchaseState) { p.ID = sale.ID })}, "id: " + has + "6 already"},
		{"a second membership of the same id", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.ID = member.ID })}, "id: " + has + "8 already"},
		{"another system's membership of the same id", []any{recordOf(sale, func(r *domain.MembershipRecord) { r.ID = member.ID })}, "id: " + has + "8 already"},
		{"a second payment of the same id", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.ID = payment.ID })}, "id: " + has + "11 already"},
		{"a second refund of the same id", []any{fixture.Refund(payment, func(r *domain.Refund) { r.ID = refund.ID })}, "id: " + has + "12 already"},
		{"a second dispute of the same id", []any{fixture.Dispute(payment, func(d *domain.Dispute) { d.ID = dispute.ID })}, "id: " + has + "13 already"},
		{"a second seat of the same id", []any{fixture.Seat(sale, func(s *domain.Seat) { s.ID = seat.ID })}, "id: " + has + "14 already"},
		{"a second payment of the same key", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.Key = payment.Key })}, "key: " + has + "11 already"},
		{"a second payment of the same name at its processor", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.ProcessorRef = "pi_1" })}, "processor_ref: " + has + "11 already"},
		{"a second payment of the same cycle", []any{fixture.PaymentOf(member, domain.RenewalPayment, 2)}, "cycle: " + has + "11 already"},
		{"a second refund of the same key", []any{fixture.Refund(payment, func(r *domain.Refund) { r.Key = refund.Key })}, "key: " + has + "12 already"},
		{"a second seat of the same address", []any{fixture.Seat(renewing, func(s *domain.Seat) { s.Email = seat.Email })}, "email: " + has + "14 already"},
		{"a second license of the same id", []any{keyOf(renewing, func(l *domain.LicenseState) { l.ID = license.License.ID })}, "id: " + has + "9 already"},
		{"a second token of the same id", []any{fixture.Token(ana, "x", func(k *domain.TokenState) { k.ID = token.ID })}, "id: " + has + "10 already"},
		{"a second sale of the same number", []any{newSale(func(p *domain.PurchaseState) { p.OrderNumber = sale.OrderNumber })}, "order_number: " + has + "6 already"},
		{"a second product of the same permalink", []any{fixture.Product(ana, func(p *domain.Product) { p.Permalink = strings.ToUpper(mug.Permalink) })}, "permalink: " + has + "3 already"},
		{"a second product of the same custom permalink", []any{fixture.Product(ana, func(p *domain.Product) { p.CustomPermalink = "My-Mug" })}, "custom_permalink: " + has + "3 already"},
		{"a second license of the same key", []any{keyOf(renewing, func(l *domain.LicenseState) { l.Key = "MUG-1" })}, "key: " + has + "9 already"},
		{"a second license of the same sale", []any{keyOf(sale)}, "purchase: " + has + "9 already"},
		{"a second token of the same secret", []any{fixture.Token(ana, "anas secret")}, "digest: " + has + "10 already"},

		{"a seller who is another one in the store", []any{mod(eva, func(s *domain.Seller) { s.Name = "Eve" })}, "something with this id is there already" + otherwise},
		{"a product that is another one in the store", []any{mod(pen, func(p *domain.Product) { p.Name = "Quill" })}, "something with this id is there already" + otherwise},
		{"a variant that is another one in the store", []any{mod(thick, func(v *domain.Variant) { v.Name = "Thin" })}, "something with this id is there already" + otherwise},
		{"a variant that is another product's in the store", []any{mod(thick, func(v *domain.Variant) { v.ProductID = hidden.ID })}, "something with this id is there already" + otherwise},
		{"a sale that is another one in the store", []any{mod(evasSale, func(p *domain.PurchaseState) { p.Email = "x@example.com" })}, "something with this id is there already" + otherwise},
		{"a membership that is another one in the store", []any{mod(club, func(m *domain.MembershipState) { m.Charges++ })}, "something with this id is there already" + otherwise},
		{"another system's membership that is another one in the store", []any{mod(movedRecord, func(r *domain.MembershipRecord) { r.Charges++ })}, "something with this id is there already" + otherwise},
		{"a payment that is another one in the store", []any{mod(evasRenewal, func(p *domain.PaymentState) { p.Refunding-- })}, "something with this id is there already" + otherwise},
		{"a refund that is another one in the store", []any{mod(evasRefund, func(r *domain.Refund) { r.Status = domain.RefundSent })}, "something with this id is there already" + otherwise},
		{"a dispute that is another one in the store", []any{mod(evasDispute, func(d *domain.Dispute) { d.WonAt = d.OpenedAt })}, "something with this id is there already" + otherwise},
		{"a seat that is another one in the store", []any{mod(evasOldSeat, func(s *domain.Seat) { s.Email = "x@example.com" })}, "something with this id is there already" + otherwise},
		{"a license that is another one in the store", []any{ports.CountedLicense{License: mod(evasLicense, func(l *domain.LicenseState) { l.Key = "Abc-2" }), Uses: 3}}, "something with this id is there already" + otherwise},
		{"a license whose key has other letters in the store", []any{ports.CountedLicense{License: mod(evasLicense, func(l *domain.LicenseState) { l.Key = "aBC-1" }), Uses: 3}}, "something with this id is there already" + otherwise},
		{"a token that is another one in the store", []any{mod(evasToken, func(k *domain.TokenState) { k.Scopes = "account" })}, "something with this id is there already" + otherwise},
		{"another seller's product", []any{fixture.Product(ana, func(p *domain.Product) { p.ID = pen.ID })}, "something with this id is there already" + somebody},
		{"another seller's variant", []any{fixture.Variant(mug, func(v *domain.Variant) { v.ID = thick.ID })}, "something with this id is there already" + somebody},
		{"another seller's sale", []any{newSale(func(p *domain.PurchaseState) { p.ID = evasSale.ID })}, "something with this id is there already" + somebody},
		{"another seller's membership", []any{fixture.Membership(sale, func(m *domain.MembershipState) { m.ID = club.ID })}, "something with this id is there already" + somebody},
		{"another seller's membership, as another system tells it", []any{recordOf(sale, func(r *domain.MembershipRecord) { r.ID = club.ID })}, "something with this id is there already" + somebody},
		{"another seller's payment", []any{fixture.Payment(sale, func(p *domain.PaymentState) { p.ID = evasRenewal.ID })}, "something with this id is there already" + somebody},
		{"another seller's refund", []any{fixture.Refund(payment, func(r *domain.Refund) { r.ID = evasRefund.ID })}, "something with this id is there already" + somebody},
		{"another seller's dispute", []any{fixture.Dispute(payment, func(d *domain.Dispute) { d.ID = evasDispute.ID })}, "something with this id is there already" + somebody},
		{"another seller's seat", []any{fixture.Seat(sale, func(s *domain.Seat) { s.ID = evasSeat.ID })}, "something with this id is there already" + somebody},
		{"another seller's license", []any{keyOf(renewing, func(l *domain.LicenseState) { l.ID = evasLicense.ID })}, "something with this id is there already" + somebody},
		{"another seller's token", []any{fixture.Token(ana, "x", func(k *domain.TokenState) { k.ID = evasToken.ID })}, "something with this id is there already" + somebody},
		{"another stored seller's product", []any{fixture.Product(ned, func(p *domain.Product) { p.ID = pen.ID })}, "something with this id is there already" + somebody},

		{"a permalink that another seller has", []any{fixture.Product(ana, func(p *domain.Product) { p.Permalink = strings.ToUpper(pen.Permalink) })}, "permalink: another product has this permalink"},
		{"a custom permalink that the seller has", []any{fixture.Product(eva, func(p *domain.Product) { p.CustomPermalink = "MY-PEN" })}, "custom_permalink: another product has this permalink"},
		{"a custom permalink behind a permalink", []any{fixture.Product(eva, func(p *domain.Product) { p.CustomPermalink = "shown" })}, "custom_permalink: another product has this permalink"},
		{"an order number that the seller has", []any{evasNew(func(p *domain.PurchaseState) { p.OrderNumber = evasSale.OrderNumber })}, "order_number: another purchase of this seller has"},
		{"a payment whose key the seller has", []any{fixture.Payment(evasSale, func(p *domain.PaymentState) { p.Key = evasRenewal.Key })}, "key: another payment has it"},
		{"a payment whose name at its processor the seller has", []any{fixture.Payment(evasSale, func(p *domain.PaymentState) { p.ProcessorRef = "pi_1" })}, "processor_ref: another payment has it"},
		{"a payment of a cycle that is paid", []any{fixture.PaymentOf(club, domain.RenewalPayment, 2)}, "cycle: this cycle of the membership is paid already"},
		{"a refund whose key the seller has", []any{fixture.Refund(evasRenewal, func(r *domain.Refund) { r.Key = evasRefund.Key })}, "key: another refund has it"},
		{"a seat whose address has one", []any{fixture.Seat(clubSale, func(s *domain.Seat) { s.Email = evasSeat.Email })}, "email: this address has a seat of the purchase already"},
		{"a second license of a stored sale", []any{keyOf(evasSale)}, "the purchase has a license already"},
		{"a key that the product has", []any{keyOf(evasOther, func(l *domain.LicenseState) { l.Key = "ABC-1" })}, "key: another license of this product has this key"},
		{"a secret that another seller's token has", []any{fixture.Token(ana, "evas secret")}, "digest: another access token has it"},
	}
	onStores(t, func(t *testing.T, s ports.Store) {
		fixture.Fill(t, s, there...)
		before := exported(t, s)
		for _, tt := range rows {
			t.Run(tt.name, func(t *testing.T) {
				file := fileOf(t, good...)
				for _, l := range tt.lines {
					if text, ok := l.(string); ok {
						file += text + "\n"
						continue
					}
					file += lineOfFile(t, l)
				}
				src, err := jsonl.Source(strings.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				updates := 0
				u := usherOn(t, &wrapped{Store: s, update: func() error { updates++; return nil }})
				got, err := u.Transfer.Import(t.Context(), src, false)
				var at *app.LineError
				if !errors.As(err, &at) || at.Line != strings.Count(file, "\n") || !strings.Contains(at.Err.Error(), tt.want) {
					t.Errorf("got  %v\nwant line %d: %s", err, strings.Count(file, "\n"), tt.want)
				}
				if got != (app.Imported{}) {
					t.Errorf("it says that it did %+v", got)
				}
				if updates != 0 || exported(t, s) != before {
					t.Errorf("%d updates, and now the store has %s", updates, exported(t, s))
				}
			})
		}
		// The same file without a fault is fine.
		if got := imported(t, s, strings.NewReader(fileOf(t, good...))); got.New != int64(len(good)) {
			t.Errorf("imported %+v", got)
		}
	})
}

// lineOfFile is a thing as it stands in a file.
func lineOfFile(t *testing.T, v any) string {
	t.Helper()
	_, line, _ := strings.Cut(fileOf(t, v), "\n")
	return line
}

// recordOf is the membership that a sale began, as another system tells of it.
func recordOf(of domain.PurchaseState, mods ...func(*domain.MembershipRecord)) domain.MembershipRecord {
	r := domain.MembershipRecord{
		ID: of.MembershipID, SellerID: of.SellerID, ProductID: of.ProductID, PurchaseID: of.ID,
		Recurrence: domain.Monthly, StartedAt: of.CreatedAt, CreatedAt: of.CreatedAt,
	}
	if r.ID == "" {
		r.ID = domain.MembershipID(fixture.ID())
	}
	for _, m := range mods {
		m(&r)
	}
	return r
}

// flying is a membership that waits for a payment.
func flying(m domain.MembershipState, id domain.PaymentID) domain.MembershipState {
	m.InFlight = domain.InFlight{
		PaymentID: id, Kind: domain.ChangePayment, Target: domain.Target{Seats: 2}, PricedAt: m.AnchorAt, Due: 1, ExpiresAt: m.AnchorAt.Add(time.Hour),
	}
	return m
}

func mod[S any](s S, m func(*S)) S {
	m(&s)
	return s
}

// TestImport_takes are things that look like faults.
func TestImport_takes(t *testing.T) {
	ana, eva := fixture.Seller("ana"), fixture.Seller("eva")
	pen := fixture.Product(eva, func(p *domain.Product) { p.CustomPermalink = "mine" })
	mug := fixture.Product(ana)
	evasSale := fixture.Purchase(pen)
	evasOther := fixture.Purchase(pen)
	evasLicense := fixture.License(evasSale)
	sale := fixture.Purchase(mug)
	given, received := fixture.Gift(mug)
	token := fixture.Token(eva, "x")
	joined, _ := fixture.Renewal(pen, func(p *domain.PurchaseState) { p.Quantity, p.Price.Amount = 3, 100 })
	club := recordOf(joined).Adopt(joined) // brought in from elsewhere
	renewal := fixture.PaymentOf(club, domain.RenewalPayment, 2, func(p *domain.PaymentState) { p.Refunding = p.Amount.Amount })
	refund, dispute := fixture.Refund(renewal), fixture.Dispute(renewal)
	seat := fixture.Seat(joined, func(s *domain.Seat) { s.Status, s.RevokedAt = domain.SeatRevoked, s.CreatedAt })
	taken := fixture.Seat(joined)
	other := mod(recordOf(evasOther), func(r *domain.MembershipRecord) { r.CancelledAt = r.CreatedAt.AddDate(0, 1, 0) })
	for _, tt := range []struct {
		name  string
		lines []any
		fresh int64
	}{
		{"nothing", nil, 0},
		{"everything that is there, as it is", []any{eva, pen, evasSale, evasOther, joined, club, renewal, refund, dispute, seat, taken, ports.CountedLicense{License: evasLicense}, token}, 0},
		{"another system's membership that was brought in before", []any{recordOf(joined)}, 0},
		{"another system's membership of a sale that is there", []any{other}, 1},
		{"another system's membership and its sale", []any{ana, mug, sale, recordOf(sale)}, 4},
		{"a payment before its membership", []any{ana, mug, sale, fixture.PaymentOf(recordOf(sale).Adopt(sale), domain.SalePayment, 1, func(p *domain.PaymentState) { p.MembershipID = "m" }), recordOf(sale, func(r *domain.MembershipRecord) { r.ID = "m" })}, 5},
		{"a membership before the payment that it waits for", []any{ana, mug, sale, flying(fixture.Membership(sale), "y"), fixture.Payment(sale, func(p *domain.PaymentState) { p.ID = "y" })}, 5},
		{"a membership that waits for a payment that is there", []any{flying(fixture.Membership(evasOther), renewal.ID)}, 1},
		{"a membership before its tier", []any{ana, mug, sale, fixture.Membership(sale, func(m *domain.MembershipState) { m.Terms.Tier = "t" }), fixture.Variant(mug, func(v *domain.Variant) { v.ID = "t" })}, 5},
		{"another declined try of a cycle that is paid", []any{fixture.PaymentOf(club, domain.RenewalPayment, 2, func(p *domain.PaymentState) {
			p.Status, p.Decline, p.PaidAt = domain.NotPaid, domain.SoftDecline, time.Time{}
		})}, 1},
		{"another dispute of a payment that is there", []any{fixture.Dispute(renewal)}, 1},
		{"a seat of an address whose seat was revoked, and its license", []any{
			fixture.Seat(joined, func(s *domain.Seat) { s.ID, s.Email = "e", seat.Email }),
			ports.CountedLicense{License: fixture.License(joined, func(l *domain.LicenseState) { l.SeatID = "e" })},
		}, 2},
		{"a license of a seat that is there", []any{ports.CountedLicense{License: fixture.License(joined, func(l *domain.LicenseState) { l.SeatID = taken.ID })}}, 1},
		{"an address with a seat of another sale", []any{fixture.Seat(evasSale, func(s *domain.Seat) { s.Email = taken.Email })}, 1},
		{"a license that was used since, or less", []any{ports.CountedLicense{License: evasLicense, Uses: 99}}, 0},
		{"a token that was revoked since, or is revoked there", []any{mod(token, func(k *domain.TokenState) { k.RevokedAt = fixture.T0 })}, 0},
		{"more of a seller that is there", []any{fixture.Purchase(pen)}, 1},
		{"a license of a sale that is there", []any{ports.CountedLicense{License: fixture.License(evasOther)}}, 1},
		{"another seller's custom permalink", []any{ana, fixture.Product(ana, func(p *domain.Product) { p.CustomPermalink = "mine" })}, 2},
		{"a custom permalink like a permalink", []any{fixture.Product(eva, func(p *domain.Product) { p.CustomPermalink = pen.Permalink })}, 1},
		{"another seller's order number", []any{ana, mug, mod(sale, func(p *domain.PurchaseState) { p.OrderNumber = evasSale.OrderNumber })}, 3},
		{"another product's key", []any{ana, mug, sale, ports.CountedLicense{License: fixture.License(sale, func(l *domain.LicenseState) { l.Key = evasLicense.Key })}}, 4},
		{"a gift before its giver", []any{ana, mug, received, given}, 4},
		{"a bundle before what it holds", []any{ana, fixture.Product(ana, func(p *domain.Product) {
			p.Kind, p.Includes = domain.Bundle, domain.MakeBundleLines(domain.BundleLine{ProductID: mug.ID, Quantity: 1})
		}), mug}, 3},
		{"things of different kinds with one id", []any{ana, mod(mug, func(p *domain.Product) { p.ID = domain.ProductID(ana.ID) })}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onStores(t, func(t *testing.T, s ports.Store) {
				fixture.Fill(t, s, eva, pen, evasSale, evasOther, evasLicense, token, joined, club, renewal, refund, dispute, seat, taken)
				before := exported(t, s)
				got := imported(t, s, strings.NewReader(fileOf(t, tt.lines...)))
				if got != (app.Imported{Records: int64(len(tt.lines)), New: tt.fresh}) {
					t.Errorf("got %+v, want %d new", got, tt.fresh)
				}
				after := exported(t, s)
				if n := strings.Count(after, "\n") - strings.Count(before, "\n"); int64(n) != tt.fresh {
					t.Errorf("%d things came, want %d", n, tt.fresh)
				}
				for line := range strings.Lines(before) {
					if !slices.Contains(slices.Collect(strings.Lines(after)), line) {
						t.Errorf("gone or changed: %s", line)
					}
				}
			})
		})
	}
}
