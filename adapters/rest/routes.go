package rest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/usherhq/usher/app"
)

// call is one request on its way to a use case.
type call struct {
	*api
	r   *http.Request
	p   params
	ids []string // those in the path, in its order
}

// action runs the use case of one route, and returns the body of its 200.
type action func(call) (*object, error)

// route is what one path is for, by method.
type route map[string]action

// on returns the action of a method; nil: there is none. Who may GET may HEAD.
func (t route) on(method string) action {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return t[method]
}

func get(do action) route { return route{http.MethodGet: do} }
func put(do action) route { return route{http.MethodPut: do} }

// routes are the paths without an id in them, as they stand behind /v2.
var routes = map[string]route{
	"/licenses/verify":               {http.MethodPost: call.verify},
	"/licenses/enable":               put(managed((*app.Licensing).Enable, true)),
	"/licenses/disable":              put(managed((*app.Licensing).Disable, true)),
	"/licenses/decrement_uses_count": put(managed((*app.Licensing).Decrement, false)),
	"/licenses/rotate":               put(managed((*app.Licensing).Rotate, false)),

	"/user":     get(call.user),
	"/products": get(call.products),
	"/sales":    get(call.sales),
	"/payouts":  get(call.payouts),

	"/payouts/upcoming": get(call.upcomingPayouts),

	"/resource_subscriptions": {http.MethodPut: call.subscribe, http.MethodGet: call.subscribed},
}

// paths are the others, in pieces; "*" is an id.
var paths = []struct {
	parts []string
	to    route
}{
	{form("/resource_subscriptions/*"), route{http.MethodDelete: call.unsubscribe}},
	{form("/products/*"), route{http.MethodGet: call.product, http.MethodDelete: call.deleteProduct}},
	{form("/products/*/enable"), put(publishes(true))},
	{form("/products/*/disable"), put(publishes(false))},
	{form("/products/*/variant_categories"), get(ofProduct("variant_categories", call.categoriesOf))},
	{form("/products/*/variant_categories/*"), get(call.category)},
	{form("/products/*/variant_categories/*/variants"), get(call.variants)},
	{form("/products/*/variant_categories/*/variants/*"), get(call.variant)},
	{form("/products/*/offer_codes"), get(ofProduct("offer_codes", none))},
	{form("/products/*/offer_codes/*"), get(noSuch("offer_code"))},
	{form("/products/*/custom_fields"), get(ofProduct("custom_fields", none))},
	{form("/products/*/subscribers"), get(call.subscribers)},
	{form("/subscribers/*"), get(call.subscriber)},
	{form("/payouts/*"), get(call.payout)},
	{form("/sales/*"), get(call.sale)},
	{form("/sales/*/refund"), put(call.refund)},
	{form("/sales/*/mark_as_shipped"), put(call.ship)},
}

// form is a path in pieces.
func form(path string) []string { return strings.Split(path[1:], "/") }

// routeTo returns what a path, still escaped, is for, and the ids in it, which
// are not escaped any more. As Rails does, it takes several slashes for one, one
// at the end for none, and .json at the end for nothing. It is nil for a path
// under neither /v2 nor /api/v2, and for one that nothing has.
func routeTo(path string) (to route, ids []string) {
	to, ids, _, _ = find(path)
	return to, ids
}

// find is routeTo, and returns the path as routes or paths have it.
func find(path string) (to route, ids []string, plain string, form []string) {
	if plain, ok := strings.CutPrefix(path, "/v2"); ok {
		if to := routes[plain]; to != nil { // as nearly everybody writes it
			return to, nil, plain, nil
		}
	}
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 && parts[0] == "api" {
		parts = parts[1:]
	}
	if len(parts) < 2 || parts[0] != "v2" {
		return nil, nil, "", nil
	}
	parts = parts[1:]
	last := &parts[len(parts)-1]
	*last = strings.TrimSuffix(*last, ".json")
	plain = "/" + strings.Join(parts, "/")
	if to := routes[plain]; to != nil {
		return to, nil, plain, nil
	}
	for _, t := range paths {
		if ids, ok := match(t.parts, parts); ok {
			return t.to, ids, "", t.parts
		}
	}
	return nil, nil, "", nil
}

// match returns the ids of a path that has that form.
func match(form, parts []string) (ids []string, ok bool) {
	if len(form) != len(parts) {
		return nil, false
	}
	for i, part := range parts {
		if form[i] != "*" {
			if form[i] != part {
				return nil, false
			}
			continue
		}
		id, err := url.PathUnescape(part)
		if err != nil || id == "" {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}
