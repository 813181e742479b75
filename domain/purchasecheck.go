package domain

import "strconv"

// Check refuses a purchase whose fields break a rule of form, naming the field.
func (s PurchaseState) Check() error {
	return first(s.checkSale(), s.checkAmounts(), s.checkTexts(), s.checkShipping())
}

func (s PurchaseState) checkSale() error {
	err := first(checkID("id", string(s.ID)), checkID("seller", string(s.SellerID)), checkID("product", string(s.ProductID)), checkEmail(s.Email))
	if err != nil {
		return err
	}
	switch {
	case !s.Status.known():
		return InvalidField("status", "must be pending, successful, failed, trial, test, gift_received, preordered or imported")
	case s.Email != NormalizeEmail(s.Email):
		return InvalidField("email", "must be in lower case, without surrounding blanks")
	case s.PurchaserID != "" && !isUserID(s.PurchaserID):
		return InvalidField("purchaser_id", "must be a decimal number of at most 13 digits")
	case s.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	case s.Refunded > 0 && s.RefundedAt.IsZero():
		return InvalidField("refunded_at", "is missing, although something was refunded")
	case !s.DisputeWonAt.IsZero() && s.DisputedAt.IsZero():
		return InvalidField("disputed_at", "is missing, although a dispute was won")
	}
	return nil
}

func (s PurchaseState) checkAmounts() error {
	if err := s.Price.Currency.Check(); err != nil {
		return err
	}
	const negative = "must not be negative"
	switch {
	case s.Quantity < 1:
		return InvalidField("quantity", "must be at least 1")
	case s.OrderNumber < 1:
		return InvalidField("order_number", "must be at least 1")
	case s.Price.Amount < 0:
		return InvalidField("price", negative)
	case s.Fee < 0:
		return InvalidField("fee", negative)
	case s.Refunded < 0:
		return InvalidField("refunded", negative)
	case s.Original.Amount < 0 || s.Original != (Money{}) && s.Original.Currency != s.Price.Currency:
		return InvalidField("original_price", "must not be negative, and of the price's currency")
	case s.Refunded > s.Sold().Amount:
		return InvalidField("refunded", "must not be more than the price of the sale")
	case s.Affiliate.Credit < 0:
		return InvalidField("affiliate.credit", negative)
	case s.OfferCode.Amount < 0:
		return InvalidField("offer_code.amount", negative)
	case s.OfferCode.Percent < 0 || s.OfferCode.Percent > 100:
		return InvalidField("offer_code.percent", "must be 0 to 100")
	}
	return nil
}

func (s PurchaseState) checkTexts() error {
	const most = 2000
	err := first(
		checkText("membership", string(s.MembershipID), maxIDInBytes),
		checkText("gift_of", string(s.GiftOf), maxIDInBytes),
		checkText("bundle_of", string(s.BundleOf), maxIDInBytes),
		checkText("preorder_of", string(s.PreorderOf), maxIDInBytes),
		checkText("full_name", s.FullName, most),
		checkText("referrer", s.Referrer, most),
		checkText("country", s.Country, most),
		checkText("card.visual", s.Card.Visual, most),
		checkText("card.type", s.Card.Type, most),
		checkText("offer_code.code", s.OfferCode.Code, most),
		checkText("affiliate.email", s.Affiliate.Email, most),
		checkText("variants", string(s.Variants), maxListInBytes),
		checkText("custom_fields", string(s.CustomFields), maxListInBytes),
	)
	if err != nil {
		return err
	}
	i := 0
	for f := range s.CustomFields.All() {
		field := "custom_fields[" + strconv.Itoa(i) + "]"
		if f.Name == "" {
			return InvalidField(field, "needs a name")
		}
		i++
	}
	return nil
}
