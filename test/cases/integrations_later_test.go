package cases

// Words that wait for a part of usher that is not built yet: see skip_test.go.
const productPages = "the pages of products (step 5)"

// later returns the first word of a case that waits, and for what.
func (c *outsideCase) later() (word, step string, waits bool) {
	for _, e := range c.Events {
		switch {
		case e.Body != nil:
			return "body", productPages, true
		case e.Type == "seller_saves_attachment" && c.State.HTTPStatus != nil:
			return "http_status", productPages, true
		}
	}
	if b := c.State.Buttons; b != nil && (b.Receipt.set || b.Seller.set) {
		return "buttons", productPages, true
	}
	return "", "", false
}
