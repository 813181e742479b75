package rest

import (
	"net/url"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ofThis are names of this machine, which nobody is told anything at.
var ofThis = map[string]bool{"127.0.0.1": true, "localhost": true, "0.0.0.0": true}

// subscribe has an address told of one resource, as long as the token's program may
// see sales. The address is looked at first.
func (c call) subscribe() (*object, error) {
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	address, _, _ := c.p.str("post_url")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || ofThis[strings.ToLower(u.Hostname())] || domain.CheckWebhookURL(address) != nil {
		return nil, &told{"invalid", "Invalid post URL '" + address + "'"}
	}
	name, _, _ := c.p.str("resource_name")
	ping, known := resources[name]
	if !known {
		return nil, &told{"invalid", "Unable to subscribe to ''."}
	}
	return c.once(who.SellerID, false, func(c call) (*object, error) {
		made, _, err := c.usher.Webhooks.Add(c.r.Context(), who.SellerID, app.NewWebhook{
			URL: address, Ping: ping, ApplicationID: who.ApplicationID, LikeUpstream: true,
		})
		if domain.KindOf(err) == domain.Precondition {
			return nil, &told{domain.CodeOf(err), "Unable to subscribe to '" + name + "'."}
		}
		if err != nil {
			return nil, err
		}
		o := newObject(2)
		o.put("success", true)
		o.take("resource_subscription", resource(made))
		return o, nil
	})
}

func resource(w domain.Webhook) *object {
	o := newObject(3)
	o.put("id", string(w.ID))
	o.put("resource_name", resourceOf(w.Ping))
	o.put("post_url", w.URL)
	return o
}

// subscribed lists who is told of a resource for the token's program.
func (c call) subscribed() (*object, error) {
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	name, _, _ := c.p.str("resource_name")
	ping, known := resources[name]
	if !known {
		return nil, &told{"invalid", "Valid resource_name parameter required"}
	}
	var found []*object
	for w, err := range app.Paged(func(after ports.Cursor, limit int) ([]domain.Webhook, error) {
		return c.usher.Webhooks.List(c.r.Context(), who.SellerID, after, limit)
	}, func(w domain.Webhook) ports.Cursor { return ports.Cursor{At: w.CreatedAt, ID: string(w.ID)} }) {
		if err != nil {
			return nil, err
		}
		if isOf(w, who) && w.Ping == ping {
			found = append(found, resource(w))
		}
	}
	return listing("resource_subscriptions", found), nil
}

// isOf reports whether a webhook was asked for by the program that has the token.
func isOf(w domain.Webhook, who domain.TokenState) bool {
	return w.Format == domain.PingFormat && w.ApplicationID == who.ApplicationID
}

// unsubscribe ends one, if the token's program asked for it.
func (c call) unsubscribe() (*object, error) {
	const thing = "resource_subscription"
	who, err := c.allowed(domain.ViewSales)
	if err != nil {
		return nil, err
	}
	id := domain.WebhookID(c.ids[0])
	if !domain.Storable(string(id)) {
		return nil, notFound(thing)
	}
	return c.once(who.SellerID, true, func(c call) (*object, error) {
		w, err := c.usher.Webhooks.Get(c.r.Context(), who.SellerID, id)
		if err == nil && !isOf(w, who) {
			return nil, notFound(thing)
		}
		if err == nil {
			err = c.usher.Webhooks.Delete(c.r.Context(), who.SellerID, id)
		}
		if err != nil {
			return nil, missing(thing, err)
		}
		o := newObject(2)
		o.put("success", true)
		o.put("message", "The "+thing+" was deleted successfully.")
		return o, nil
	})
}
