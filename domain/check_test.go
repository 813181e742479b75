package domain

import (
	"strings"
	"testing"
	"time"
)

// checks runs a table in which each row spoils one field of a good state, and
// Check must name that field. A row that spoils nothing must pass.
func checks[S any](t *testing.T, good S, check func(S) error, rows []row[S]) {
	t.Helper()
	if err := check(good); err != nil {
		t.Fatalf("what all rows begin with is refused: %v", err)
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s := good
			r.mod(&s)
			code := "invalid"
			if r.field == "" {
				code = ""
			}
			wantError(t, check(s), code, r.field)
		})
	}
}

// row spoils a field, or none.
type row[S any] struct {
	name  string
	mod   func(*S)
	field string
}

const long = 2001 // longer than any text may be

var longText = strings.Repeat("x", long)

func TestSeller_Check(t *testing.T) {
	good := Seller{ID: "ana", UserID: "7", Name: "Ana", Email: "ana@example.com", CreatedAt: t0}
	checks(t, good, Seller.Check, []row[Seller]{
		{"no id", func(s *Seller) { s.ID = "" }, "id"},
		{"an id that no store keeps", func(s *Seller) { s.ID = "a\x00" }, "id"},
		{"a long id", func(s *Seller) { s.ID = SellerID(longText) }, "id"},
		{"an id of another system", func(s *Seller) { s.ID = " 日本 #1" }, ""},
		{"no name", func(s *Seller) { s.Name = "" }, "name"},
		{"a blank name", func(s *Seller) { s.Name = " \t" }, "name"},
		{"a long name", func(s *Seller) { s.Name = longText }, "name"},
		{"a name that is not UTF-8", func(s *Seller) { s.Name = "\xff" }, "name"},
		{"no e-mail address", func(s *Seller) { s.Email = "" }, "email"},
		{"an e-mail address without @", func(s *Seller) { s.Email = "ana" }, "email"},
		{"an e-mail address without a name", func(s *Seller) { s.Email = "@example.com" }, "email"},
		{"an e-mail address without a domain", func(s *Seller) { s.Email = "ana@" }, "email"},
		{"two e-mail addresses", func(s *Seller) { s.Email = "a@x.y,b@x.y" }, "email"},
		{"an e-mail address with a name around it", func(s *Seller) { s.Email = "Ana <ana@example.com>" }, "email"},
		{"an e-mail address with a line break", func(s *Seller) { s.Email = "ana@example.com\r\nBcc:x@y.z" }, "email"},
		{"a long e-mail address", func(s *Seller) { s.Email = longText + "@example.com" }, "email"},
		{"an e-mail address in capitals", func(s *Seller) { s.Email = "Ana@Example.com" }, ""},
		{"no user id", func(s *Seller) { s.UserID = "" }, "user_id"},
		{"a user id that is no number", func(s *Seller) { s.UserID = "7a" }, "user_id"},
		{"a user id of 14 digits", func(s *Seller) { s.UserID = "12345678901234" }, "user_id"},
		{"an address", func(s *Seller) { s.Address = "https://shop.example.com" }, ""},
		{"an address with a slash", func(s *Seller) { s.Address = "http://localhost:8080/" }, ""},
		{"an address without a scheme", func(s *Seller) { s.Address = "shop.example.com" }, "address"},
		{"an address of another scheme", func(s *Seller) { s.Address = "ftp://shop.example.com" }, "address"},
		{"an address with a path", func(s *Seller) { s.Address = "https://example.com/shop" }, "address"},
		{"an address with a query", func(s *Seller) { s.Address = "https://example.com?shop=1" }, "address"},
		{"an address with a fragment", func(s *Seller) { s.Address = "https://example.com#shop" }, "address"},
		{"an address with a password", func(s *Seller) { s.Address = "https://ana:secret@example.com" }, "address"},
		{"an address that is none", func(s *Seller) { s.Address = "https://%zz" }, "address"},
		{"a long address", func(s *Seller) { s.Address = "https://" + longText }, "address"},
		{"no time", func(s *Seller) { s.CreatedAt = time.Time{} }, "created_at"},
	})
}

func TestProduct_Check(t *testing.T) {
	good := Product{ID: "pen", SellerID: "ana", Kind: OneTime, Name: "Pen", Permalink: "pen", Price: Money{1000, "usd"}, CreatedAt: t0}
	checks(t, good, Product.Check, []row[Product]{
		{"no id", func(p *Product) { p.ID = "" }, "id"},
		{"no seller", func(p *Product) { p.SellerID = "" }, "seller"},
		{"no kind", func(p *Product) { p.Kind = "" }, "kind"},
		{"an unknown kind", func(p *Product) { p.Kind = "coffee" }, "kind"},
		{"a blank name", func(p *Product) { p.Name = " " }, "name"},
		{"a long name", func(p *Product) { p.Name = longText }, "name"},
		{"no permalink", func(p *Product) { p.Permalink = "" }, "permalink"},
		{"a permalink with a slash", func(p *Product) { p.Permalink = "a/b" }, "permalink"},
		{"a permalink with an accent", func(p *Product) { p.Permalink = "é" }, "permalink"},
		{"a permalink of 101 letters", func(p *Product) { p.Permalink = strings.Repeat("a", 101) }, "permalink"},
		{"a permalink of 100 letters", func(p *Product) { p.Permalink = strings.Repeat("a", 100) }, ""},
		{"a permalink of all sorts", func(p *Product) { p.Permalink = "aZ0-_" }, ""},
		{"a custom permalink with a blank", func(p *Product) { p.CustomPermalink = "my pen" }, "custom_permalink"},
		{"a custom permalink", func(p *Product) { p.CustomPermalink = "my-pen" }, ""},
		{"no currency", func(p *Product) { p.Price.Currency = "" }, "currency"},
		{"a currency in capitals", func(p *Product) { p.Price.Currency = "USD" }, "currency"},
		{"a price below 0", func(p *Product) { p.Price.Amount = -1 }, "price"},
		{"a price of 0", func(p *Product) { p.Price.Amount = 0 }, ""},
		{"prices by recurrence of a one-time product", func(p *Product) { p.Prices = p.Prices.With(Yearly, 1) }, "prices"},
		{"prices by recurrence of a membership", func(p *Product) { p.Kind, p.Prices = MembershipKind, p.Prices.With(Yearly, 1) }, ""},
		{"a price below 0 by recurrence", func(p *Product) { p.Kind, p.Prices = MembershipKind, p.Prices.With(Yearly, -1) }, "prices"},
		{"a one-time product that includes others", func(p *Product) { p.Includes = MakeBundleLines(BundleLine{"mug", 1}) }, "includes"},
		{"a bundle", func(p *Product) { p.Kind, p.Includes = Bundle, MakeBundleLines(BundleLine{"mug", 1}) }, ""},
		{"a bundle of 0 mugs", func(p *Product) { p.Kind, p.Includes = Bundle, MakeBundleLines(BundleLine{"mug", 0}) }, "includes"},
		{"a bundle of nothing in particular", func(p *Product) { p.Kind, p.Includes = Bundle, MakeBundleLines(BundleLine{"", 1}) }, "includes"},
		{"a bundle of too much", func(p *Product) { p.Kind, p.Includes = Bundle, tooMuch() }, "includes"},
		{"a trial below 0", func(p *Product) { p.FreeTrial = -time.Second }, "free_trial"},
		{"a trial of half a second", func(p *Product) { p.FreeTrial = time.Second / 2 }, "free_trial"},
		{"a trial of a week", func(p *Product) { p.FreeTrial = 7 * 24 * time.Hour }, ""},
		{"a most of seats below 0", func(p *Product) { p.Kind, p.MostSeats = MembershipKind, -1 }, "most_seats"},
		{"a most of seats below 0 on a one-time product", func(p *Product) { p.MostSeats = -1 }, "most_seats"},
		{"a most of seats on a one-time product", func(p *Product) { p.MostSeats = 1 }, "most_seats"},
		{"a most of seats on a bundle", func(p *Product) { p.Kind, p.MostSeats = Bundle, 1 }, "most_seats"},
		{"a most of seats on a membership", func(p *Product) { p.Kind, p.MostSeats = MembershipKind, 1 }, ""},
		{"a most of seats while seats are offered", func(p *Product) { p.Kind, p.Licensed, p.Multiseat, p.MostSeats = MembershipKind, true, true, 8 }, ""},
		{"no time", func(p *Product) { p.CreatedAt = time.Time{} }, "created_at"},
		{"seats on a licensed membership", func(p *Product) { p.Kind, p.Licensed, p.Multiseat = MembershipKind, true, true }, ""},
	})
	for what, p := range map[string]Product{"a one-time product": {Kind: OneTime, Licensed: true}, "a membership without keys": {Kind: MembershipKind}} {
		seats := good
		seats.Kind, seats.Licensed, seats.Multiseat = p.Kind, p.Licensed, true
		t.Run("seats on "+what, func(t *testing.T) { wantError(t, seats.Check(), "seats_not_offered", "") })
	}
}

func tooMuch() BundleLines {
	lines := make([]BundleLine, 10_000)
	for i := range lines {
		lines[i] = BundleLine{"mug", 1}
	}
	return MakeBundleLines(lines...)
}

func TestVariant_Check(t *testing.T) {
	good := Variant{ID: "large", SellerID: "ana", ProductID: "pen", Category: "Size", Name: "Large", CreatedAt: t0}
	checks(t, good, Variant.Check, []row[Variant]{
		{"no id", func(v *Variant) { v.ID = "" }, "id"},
		{"no seller", func(v *Variant) { v.SellerID = "" }, "seller"},
		{"no product", func(v *Variant) { v.ProductID = "" }, "product"},
		{"a blank name", func(v *Variant) { v.Name = " " }, "name"},
		{"a long name", func(v *Variant) { v.Name = longText }, "name"},
		{"a blank category", func(v *Variant) { v.Category = "" }, "category"},
		{"a long category", func(v *Variant) { v.Category = longText }, "category"},
		{"a price below 0", func(v *Variant) { v.Price = -1 }, "price"},
		{"a price below 0 by recurrence", func(v *Variant) { v.Prices = v.Prices.With(Monthly, -1) }, "prices"},
		{"a most of seats of a tier", func(v *Variant) { v.Category, v.MostSeats = TierCategory, 100 }, ""},
		{"a most of seats below 0", func(v *Variant) { v.Category, v.MostSeats = TierCategory, -1 }, "most_seats"},
		{"a most of seats of a size", func(v *Variant) { v.MostSeats = 1 }, "most_seats"},
		{"no time", func(v *Variant) { v.CreatedAt = time.Time{} }, "created_at"},
	})
}

func TestPurchaseState_Check(t *testing.T) {
	type P = PurchaseState
	good := P{
		ID: "sale", SellerID: "ana", ProductID: "pen", OrderNumber: 7, Status: Successful, Email: "buyer@example.com",
		Quantity: 1, Price: Money{1000, "usd"}, CreatedAt: t0,
	}
	text := func(name, field string, at func(*P) *string) []row[P] {
		return []row[P]{
			{"a long " + name, func(p *P) { *at(p) = longText }, field},
			{"a " + name + " that no store keeps", func(p *P) { *at(p) = "a\x00b" }, field},
			{"a " + name + " of any sort", func(p *P) { *at(p) = "日本 <&>" }, ""},
		}
	}
	rows := []row[P]{
		{"no id", func(p *P) { p.ID = "" }, "id"},
		{"no seller", func(p *P) { p.SellerID = "" }, "seller"},
		{"no product", func(p *P) { p.ProductID = "" }, "product"},
		{"no status", func(p *P) { p.Status = "" }, "status"},
		{"an unknown status", func(p *P) { p.Status = "paid" }, "status"},
		{"no e-mail address", func(p *P) { p.Email = "" }, "email"},
		{"an e-mail address that is none", func(p *P) { p.Email = "buyer" }, "email"},
		{"an e-mail address in capitals", func(p *P) { p.Email = "Buyer@example.com" }, "email"},
		{"a purchaser who is no number", func(p *P) { p.PurchaserID = "x" }, "purchaser_id"},
		{"a purchaser", func(p *P) { p.PurchaserID = "9999999999999" }, ""},
		{"no time", func(p *P) { p.CreatedAt = time.Time{} }, "created_at"},
		{"no currency", func(p *P) { p.Price.Currency = "" }, "currency"},
		{"a currency in capitals", func(p *P) { p.Price.Currency = "USD" }, "currency"},
		{"a quantity of 0", func(p *P) { p.Quantity = 0 }, "quantity"},
		{"no order number", func(p *P) { p.OrderNumber = 0 }, "order_number"},
		{"a large order number of another system", func(p *P) { p.OrderNumber = 1 << 50 }, ""},
		{"a price below 0", func(p *P) { p.Price.Amount = -1 }, "price"},
		{"a fee below 0", func(p *P) { p.Fee = -1 }, "fee"},
		{"a refund below 0", func(p *P) { p.Refunded = -1 }, "refunded"},
		{"a refund of more than the price", func(p *P) { p.Refunded, p.RefundedAt = 1001, t0 }, "refunded"},
		{"a refund of the price", func(p *P) { p.Refunded, p.RefundedAt = 1000, t0 }, ""},
		{"a refund at no time", func(p *P) { p.Refunded = 1000 }, "refunded_at"},
		{"a refund of nothing", func(p *P) { p.Price.Amount, p.RefundedAt = 0, t0 }, ""},
		{"a dispute that was won", func(p *P) { p.DisputedAt, p.DisputeWonAt = t0, t0 }, ""},
		{"a won dispute that was none", func(p *P) { p.DisputeWonAt = t0 }, "disputed_at"},
		{"a credit below 0", func(p *P) { p.Affiliate.Credit = -1 }, "affiliate.credit"},
		{"a discount below 0", func(p *P) { p.OfferCode.Amount = -1 }, "offer_code.amount"},
		{"a discount of -1 %", func(p *P) { p.OfferCode.Percent = -1 }, "offer_code.percent"},
		{"a discount of 101 %", func(p *P) { p.OfferCode.Percent = 101 }, "offer_code.percent"},
		{"a discount of 100 %", func(p *P) { p.OfferCode.Percent = 100 }, ""},
		{"a custom field without a name", func(p *P) {
			p.CustomFields = MakeCustomFields(CustomField{"a", "b"}, CustomField{"", "c"})
		}, "custom_fields[1]"},
		{"a custom field without an answer", func(p *P) { p.CustomFields = MakeCustomFields(CustomField{"a", ""}) }, ""},
		{"a custom field that no store keeps", func(p *P) { p.CustomFields = MakeCustomFields(CustomField{"a", "\xff"}) }, "custom_fields"},
		{"too many custom fields", func(p *P) { p.CustomFields = CustomFields(tooMuch()) }, "custom_fields"},
		{"too many variants", func(p *P) { p.Variants = VariantIDs(tooMuch()) }, "variants"},
	}
	rows = append(rows, text("membership", "membership", func(p *P) *string { return (*string)(&p.MembershipID) })...)
	rows = append(rows, text("giver", "gift_of", func(p *P) *string { return (*string)(&p.GiftOf) })...)
	rows = append(rows, text("bundle", "bundle_of", func(p *P) *string { return (*string)(&p.BundleOf) })...)
	rows = append(rows, text("preorder", "preorder_of", func(p *P) *string { return (*string)(&p.PreorderOf) })...)
	rows = append(rows, text("name", "full_name", func(p *P) *string { return &p.FullName })...)
	rows = append(rows, text("referrer", "referrer", func(p *P) *string { return &p.Referrer })...)
	rows = append(rows, text("country", "country", func(p *P) *string { return &p.Country })...)
	rows = append(rows, text("card", "card.visual", func(p *P) *string { return &p.Card.Visual })...)
	rows = append(rows, text("card type", "card.type", func(p *P) *string { return &p.Card.Type })...)
	rows = append(rows, text("offer code", "offer_code.code", func(p *P) *string { return &p.OfferCode.Code })...)
	rows = append(rows, text("affiliate", "affiliate.email", func(p *P) *string { return &p.Affiliate.Email })...)
	for _, status := range []PurchaseStatus{Pending, Successful, Failed, Trial, Test, GiftReceived, Preordered, Imported} {
		rows = append(rows, row[P]{"of status " + string(status), func(p *P) { p.Status = status }, ""})
	}
	checks(t, good, P.Check, rows)
}

func TestLicenseState_Check(t *testing.T) {
	good := LicenseState{ID: "l", SellerID: "ana", ProductID: "pen", PurchaseID: "sale", Key: "K", CreatedAt: t0}
	checks(t, good, LicenseState.Check, []row[LicenseState]{
		{"no id", func(l *LicenseState) { l.ID = "" }, "id"},
		{"no seller", func(l *LicenseState) { l.SellerID = "" }, "seller"},
		{"no product", func(l *LicenseState) { l.ProductID = "" }, "product"},
		{"no purchase", func(l *LicenseState) { l.PurchaseID = "" }, "purchase"},
		{"a long seat", func(l *LicenseState) { l.SeatID = SeatID(longText) }, "seat"},
		{"no key", func(l *LicenseState) { l.Key = "" }, "key"},
		{"a blank key", func(l *LicenseState) { l.Key = "  " }, "key"},
		{"a key with a trailing blank", func(l *LicenseState) { l.Key = "K " }, "key"},
		{"a key with a leading blank", func(l *LicenseState) { l.Key = " K" }, ""},
		{"a long key", func(l *LicenseState) { l.Key = LicenseKey(longText) }, "key"},
		{"a key that no store keeps", func(l *LicenseState) { l.Key = "\x00" }, "key"},
		{"no time", func(l *LicenseState) { l.CreatedAt = time.Time{} }, "created_at"},
	})
}

func TestTokenState_Check(t *testing.T) {
	good := TokenState{ID: "t", SellerID: "ana", Name: "My shop", Digest: DigestOf("x"), Scopes: "account view_sales", CreatedAt: t0}
	checks(t, good, TokenState.Check, []row[TokenState]{
		{"no id", func(s *TokenState) { s.ID = "" }, "id"},
		{"no seller", func(s *TokenState) { s.SellerID = "" }, "seller"},
		{"a blank name", func(s *TokenState) { s.Name = " " }, "name"},
		{"a long name", func(s *TokenState) { s.Name = longText }, "name"},
		{"no digest", func(s *TokenState) { s.Digest = Digest{} }, "digest"},
		{"no scopes", func(s *TokenState) { s.Scopes = "" }, "scopes"},
		{"an unknown scope", func(s *TokenState) { s.Scopes = "everything" }, "scopes"},
		{"scopes in another order", func(s *TokenState) { s.Scopes = "view_sales account" }, "scopes"},
		{"a scope twice", func(s *TokenState) { s.Scopes = "account account" }, "scopes"},
		{"two blanks between scopes", func(s *TokenState) { s.Scopes = "account  view_sales" }, "scopes"},
		{"no time", func(s *TokenState) { s.CreatedAt = time.Time{} }, "created_at"},
	})
}
