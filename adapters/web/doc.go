// Package web serves the pages that people open in a browser: so far those that
// communities need. A seller connects a Circle community or a Discord server,
// and a customer joins or leaves one.
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
// Secrets in paths are capabilities: such pages are kept by nobody (no-store)
// and named to nobody (no-referrer).
package web
