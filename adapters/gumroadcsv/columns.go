package gumroadcsv

import (
	"slices"
	"strings"

	"github.com/usherhq/usher/domain"
)

// column is one of Gumroad's columns that is read.
type column int

const (
	purchaseID column = iota
	itemName
	buyerName
	purchaseEmail
	noContact
	purchaseTime
	salePrice
	fees
	country
	referrer
	partialRefund
	fullyRefunded
	disputed
	disputeWon
	accessRevoked
	variantsChosen
	discountCode
	recurringCharge
	freeTrial
	preorder
	productID
	orderNumber
	gifteeEmail
	quantity
	recurrence
	affiliate
	commission
	cancellationDate
	endDate
	licenseKey
	activations
	keyEnabled
	columns // how many there are
)

var columnNames = [columns]string{
	purchaseID:       "Purchase ID",
	itemName:         "Item Name",
	buyerName:        "Buyer Name",
	purchaseEmail:    "Purchase Email",
	noContact:        "Do not contact?",
	purchaseTime:     "Purchase Time (UTC timezone)",
	salePrice:        "Sale Price ($)",
	fees:             "Fees ($)",
	country:          "Country",
	referrer:         "Referrer",
	partialRefund:    "Partial Refund ($)",
	fullyRefunded:    "Fully Refunded?",
	disputed:         "Disputed?",
	disputeWon:       "Dispute Won?",
	accessRevoked:    "Access Revoked?",
	variantsChosen:   "Variants",
	discountCode:     "Discount Code",
	recurringCharge:  "Recurring Charge?",
	freeTrial:        "Free trial purchase?",
	preorder:         "Pre-order authorization?",
	productID:        "Product ID",
	orderNumber:      "Order Number",
	gifteeEmail:      "Giftee Email",
	quantity:         "Quantity",
	recurrence:       "Recurrence",
	affiliate:        "Affiliate",
	commission:       "Affiliate commission ($)",
	cancellationDate: "Cancellation Date",
	endDate:          "Subscription End Date",
	licenseKey:       "License Key",
	activations:      "License Key Activation Count",
	keyEnabled:       "License Key Enabled?",
}

// needed are the columns without which no row says what was sold to whom, and
// those without which a renewal would look like a sale.
var needed = []column{
	purchaseID, itemName, purchaseEmail, purchaseTime, salePrice, productID, orderNumber, licenseKey, recurrence, recurringCharge,
}

// unread are Gumroad's columns that usher has no use for: sums of others, what
// taxes and carriers need, reviews, and how the buyer was found.
var unread = []string{
	"Buyer Email", "Purchase Date", "Subtotal ($)", "Taxes ($)", "Tax Type", "Shipping ($)", "Net Total ($)", "Tip ($)",
	"Tax Included in Price?", "Street Address", "City", "Zip Code", "State", "Refunded?",
	"Pre-order authorization time (UTC timezone)", "Custom Fields", "Item Price ($)", "Variants Price ($)", "SKU ID", "Discover?",
	"Rating", "Review", "Payment Type", "PayPal Transaction ID", "PayPal Fee Amount", "PayPal Fee Currency",
	"Stripe Transaction ID", "Stripe Fee Amount", "Stripe Fee Currency", "Purchasing Power Parity Discounted?", "Upsold?",
	"Sent Abandoned Cart Email?", "UTM Source", "UTM Medium", "UTM Campaign", "UTM Term", "UTM Content",
}

// header says where in a row what is.
type header struct {
	at     [columns]int // -1: the file has no such column
	custom []customColumn
	unused []string
	width  int
}

// customColumn is a question that the seller asked at the checkout.
type customColumn struct {
	name string
	at   int
}

// readHeader finds the columns. What is not Gumroad's is a custom field. One may
// be called like a column of Gumroad's, and then stands after all of those.
func readHeader(cells []string) (header, error) {
	h := header{width: len(cells)}
	for c := range h.at {
		h.at[c] = -1
	}
	names := make([]string, len(cells))
	last := -1 // place of the last of Gumroad's own
	seen := map[string]bool{}
	for i, cell := range cells {
		names[i] = bare(cell)
		if own(names[i]) && !seen[names[i]] {
			last = i
		}
		seen[names[i]] = true
	}
	if last < 0 && len(cells) == 1 && strings.ContainsAny(cells[0], ";\t|") {
		return h, domain.InvalidField("", "the cells are not separated by commas, as Gumroad does it: take the file as it was downloaded")
	}
	told, asked := map[string]bool{}, map[string]bool{}
	for i, name := range names {
		switch {
		case name == "":
			continue // a blank column, as spreadsheets leave it
		case own(name) && !told[name]:
			told[name] = true
			if c := slices.Index(columnNames[:], name); c >= 0 {
				h.at[c] = i
			} else {
				h.unused = append(h.unused, name)
			}
		case own(name) && i < last, asked[name]:
			return h, domain.InvalidField(name, "is a column twice; nothing says which is meant")
		default:
			asked[name] = true
			h.custom = append(h.custom, customColumn{name, i})
		}
	}
	for _, c := range needed {
		if h.at[c] < 0 {
			return h, domain.InvalidField(columnNames[c], "the file has no such column; is it Gumroad's sales CSV, with all its columns?")
		}
	}
	return h, nil
}

// own reports whether a column is Gumroad's.
func own(name string) bool {
	return slices.Contains(columnNames[:], name) || slices.Contains(unread, name)
}

// missing returns the names of the columns that are read, and are not there.
func (h header) missing() (names []string) {
	for c, at := range h.at {
		if at < 0 {
			names = append(names, columnNames[c])
		}
	}
	return names
}

// bare returns what a cell says: without the quotation mark that protects
// spreadsheets from taking it for a formula, and without blanks around it.
func bare(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@|%\t\r\n", cell[1]) >= 0 {
		cell = cell[1:]
	}
	return strings.TrimSpace(cell)
}
