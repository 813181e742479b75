// Package web serves the pages that people open in a browser: so far those that
// communities need. A seller connects a Circle community or a Discord server,
// attaches products to it and sees who is let in, and a customer joins or leaves
// one.
//
//	mux.Handle("/", web.Handler(u, &web.Options{PublicURL: "https://keys.example.com"}))
//
// # Decisions
//
// Every page works without script, and none has any: the policy that is sent
// with it allows none (Content-Security-Policy).
//
// The state of an authorization is made when the page with its button is
// rendered, and the button is a plain link: a form that is answered with a
// redirect to another site is blocked by form-action 'self' (decision of the
// browsers, CSP 3).
//
// What changes something is a POST with a token that only a page of ours holds:
// the digest of the browser's cookie. Requests from other sites are refused
// besides (Fetch Metadata).
//
// A link in a message opens nothing by itself: programs that read mail follow
// links. The page behind it has a button.
//
// Who comes back from Discord is sent on to a page whose address holds neither
// the code nor the state, whatever came of it. What it says goes along in a
// cookie of this browser's.
//
// A product's page asks no service: it is the form behind it that lists what can
// be given. A form that was refused shows what was chosen, and asks nothing again.
//
// Secrets in paths are capabilities: such pages are kept by nobody (no-store)
// and named to nobody (no-referrer).
package web
