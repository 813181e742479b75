package cases

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// browser opens pages of usher's, keeps its cookies, and goes where it is sent
// within them.
type browser struct {
	*scene
	cookies map[string]string
	form    string // the token of the last page with a form
}

func (s *scene) browser() *browser { return &browser{scene: s, cookies: map[string]string{}} }

// shown is a page as somebody sees it.
type shown struct {
	status int
	text   string
	header http.Header
}

func (b *browser) open(method, path string, form url.Values) shown {
	for range 5 {
		var r *http.Request
		if method == http.MethodPost {
			r = httptest.NewRequest(method, "https://usher.example"+path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		} else {
			r = httptest.NewRequest(method, "https://usher.example"+path, nil)
		}
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w := httptest.NewRecorder()
		b.front.pages.ServeHTTP(w, r.WithContext(b.Context()))
		for _, c := range w.Result().Cookies() {
			b.cookies[c.Name] = c.Value
			b.keep(&b.scene.cookies, c.Value)
			if c.MaxAge < 0 {
				delete(b.cookies, c.Name)
			}
		}
		p := shown{w.Code, w.Body.String(), w.Header()}
		b.note(p.text)
		if m := formToken.FindStringSubmatch(p.text); m != nil {
			b.form = html.UnescapeString(m[1])
		}
		to := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/") {
			return p
		}
		method, path, form = http.MethodGet, to, nil
	}
	b.Fatal("a page sends in circles")
	return shown{}
}

// keep keeps a secret that is made, to be looked for.
func (s *scene) keep(among *[]string, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*among = append(*among, secret)
}

// note keeps what was shown, to look for secrets.
func (s *scene) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, text)
}

var (
	formToken = regexp.MustCompile(`name="token" value="([^"]*)"`)
	saysOn    = regexp.MustCompile(`(?s)<p class="says"[^>]*>(.*?)</p>`)
	links     = regexp.MustCompile(`href="(https://discord\.com/oauth2/authorize[^"]*)"[^>]*>([^<]*)<`)
	leaveForm = regexp.MustCompile(`action="(/d/[^"]*/leave/[^"]*)"`)
)

// says is the sentence of a page.
func (p shown) says() string {
	if m := saysOn.FindStringSubmatch(p.text); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// link is the address behind a link with that text.
func (p shown) link(text string) string {
	for _, m := range links.FindAllStringSubmatch(p.text, -1) {
		if html.UnescapeString(m[2]) == text {
			return html.UnescapeString(m[1])
		}
	}
	return ""
}

// follow goes to Discord, and returns the state that it is to send back.
func (s *scene) follow(address string) string {
	u, err := url.Parse(address)
	s.must(err)
	q := u.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started, s.lastState = address, q.Get("state")
	s.states = append(s.states, q.Get("state"))
	s.challenges[q.Get("code_challenge")] = true
	return q.Get("state")
}

// signIn opens a seller's pages.
func (b *browser) signIn(seller domain.SellerID) shown {
	link, err := b.front.usher.Sessions.Link(b.Context(), seller)
	b.must(err)
	b.keep(&b.adminLinks, link)
	b.open(http.MethodGet, "/admin/link/"+link, nil)
	p := b.open(http.MethodPost, "/admin/link/"+link, url.Values{"token": {b.form}})
	if p.status != http.StatusOK {
		b.Fatalf("the seller's pages do not open: %d %s", p.status, p.says())
	}
	return p
}

// key lets whoever uses a sale, or its seat, open its page.
func (s *scene) key(p domain.PurchaseState, seat domain.SeatID) string {
	secret := newID(s.clock.now())
	token := domain.NewSaleToken(domain.TokenID(newID(s.clock.now())), p, secret, s.clock.now()).State()
	if seat != "" {
		token = domain.NewInvitation(domain.TokenID(newID(s.clock.now())), domain.Seat{ID: seat, SellerID: p.SellerID, PurchaseID: p.ID}, secret, s.clock.now()).State()
	}
	fixture.Fill(s.T, s.store, token)
	s.keep(&s.pageTokens, secret)
	return secret
}

// used returns the sale of a product that somebody uses, with their seat: the
// receiver's of a gift, and of a team who has claimed a seat.
func (s *scene) used(product string) (p domain.PurchaseState, claim domain.Claim) {
	s.Helper()
	all := s.sales(product)
	for _, p := range slices.Backward(all) {
		if p.GiftGiven {
			continue
		}
		for _, c := range s.claimsOf(p) {
			if c.Service == domain.Discord {
				return p, c
			}
		}
	}
	for _, p := range slices.Backward(all) {
		if !p.GiftGiven {
			return p, domain.Claim{}
		}
	}
	s.Fatalf("nobody uses %s", product)
	return
}

// answered keeps what a page said as the answer of the event.
func (s *scene) answered(p shown) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = lastAnswer{says: p.says()}
	s.statuses = append(s.statuses, p.status)
}

// person carries out what customers do, and callbacks.
func (s *scene) person(e happening) (err error, known bool) {
	ctx, u := s.Context(), s.front.usher
	switch e.Type {
	case "customer_joins":
		return s.joins(e.Product, "Join Discord", orText(e.DiscordUserID, anaID), e.Code), true
	case "customer_switches_account":
		return s.joins(e.Product, "Use another Discord account", string(e.To), e.Code), true
	case "customer_leaves":
		b := s.browser()
		p, claim := s.used(e.Product)
		page := b.open(http.MethodGet, "/d/"+s.key(p, claim.SeatID), nil)
		m := leaveForm.FindStringSubmatch(page.text)
		if m == nil {
			return errors.New("there is no Leave button"), true
		}
		s.answered(b.open(http.MethodPost, html.UnescapeString(m[1]), url.Values{"token": {b.form}}))
		return nil, true
	case "customer_email_changed":
		return u.Access.ReaddressAll(ctx, s.seller(""), e.From, string(e.To)), true
	case "purchase_email_changed":
		p := s.saleOf(e.Product, func(p domain.PurchaseState) bool { return !p.GiftGiven })
		return u.Access.Readdress(ctx, p.SellerID, p.ID, string(e.To)), true
	case "customer_erased":
		return u.Access.Erase(ctx, s.seller(""), ana), true
	case "oauth_callback":
		return s.callback(e), true
	case "http":
		return s.plain(e), true
	}
	return nil, false
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// joins opens the page of a sale, follows its link, and comes back from Discord.
func (s *scene) joins(product, button, _, code string) error {
	b := s.browser()
	p, claim := s.used(product)
	page := b.open(http.MethodGet, "/d/"+s.key(p, claim.SeatID), nil)
	var state string
	switch address := page.link(button); {
	case address != "":
		state = s.follow(address)
	case page.link("Try again") != "":
		state = s.follow(page.link("Try again"))
	case page.link("Use another Discord account") != "": // they are in, and press a page that was open before
		state = s.earlier(b, claim)
	case claim.ID != "":
		state = s.earlier(b, claim)
	default:
		return fmt.Errorf("there is no button %q", button)
	}
	q := url.Values{"state": {state}, "code": {orText(code, codeOne)}}
	s.answered(b.open(http.MethodGet, "/integrations/discord/callback?"+q.Encode(), nil))
	return nil
}

// earlier is the state of a page that was opened before what is given.
func (s *scene) earlier(b *browser, claim domain.Claim) string {
	const cookie = "__Host-usher_browser"
	if b.cookies[cookie] == "" {
		b.cookies[cookie] = newID(s.clock.now())
	}
	state := newID(s.clock.now())
	pass := domain.NewPass(domain.PassJoin, state, claim.SellerID, s.machine())
	pass.ClaimID, pass.Browser = claim.ID, domain.DigestOf(b.cookies[cookie])
	fixture.Fill(s.T, s.store, pass)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastState = state
	s.states = append(s.states, state)
	s.anyVerifier = true
	return state
}

// callback starts a flow from its page and has Discord send that query back.
func (s *scene) callback(e happening) error {
	b := s.browser()
	var state string
	begin := func(b *browser) string {
		if e.Purpose == "connect_server" {
			return s.follow(b.signIn(s.seller("")).link("Connect to Discord"))
		}
		p, claim := s.used(s.joined())
		return s.follow(b.open(http.MethodGet, "/d/"+s.key(p, claim.SeatID), nil).link("Join Discord"))
	}
	state = begin(b)
	q := url.Values{}
	add := func(name string, value *string) {
		if value != nil {
			q.Set(name, *value)
		}
	}
	add("code", e.Query.Code)
	add("error", e.Query.Error)
	add("guild_id", e.Query.GuildID)
	add("permissions", e.Query.Permissions)
	if e.Query.State != nil {
		switch *e.Query.State {
		case "$state":
			q.Set("state", state)
		case "$used_state":
			s.useUp(state)
			q.Set("state", state)
		case "$expired_state":
			s.skew.Add(int64(11 * time.Minute))
			q.Set("state", state)
		case "$foreign_state":
			q.Set("state", begin(s.browser()))
		default:
			q.Set("state", *e.Query.State)
		}
	}
	s.answered(b.open(http.MethodGet, "/integrations/discord/callback?"+q.Encode(), nil))
	return nil
}

// joined is the product whose page the customer of a case opens.
func (s *scene) joined() string {
	for _, a := range s.c.Given.Attachments {
		return a.Product
	}
	return "P1"
}

// useUp marks a state as used.
func (s *scene) useUp(state string) {
	s.must(s.store.Update(s.Context(), ports.System, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Passes.ByDigest(ctx, domain.DigestOf(state))
		if err != nil {
			return err
		}
		p.UsedAt = domain.Instant(s.machine())
		return tx.Passes.Save(ctx, p)
	}))
}

// plain is a request by the customer, from their page or from nowhere.
func (s *scene) plain(e happening) error {
	b := s.browser()
	path := e.Path
	var page shown
	if strings.Contains(path, "$leave_path") {
		p, claim := s.used(s.joined())
		page = b.open(http.MethodGet, "/d/"+s.key(p, claim.SeatID), nil)
		m := leaveForm.FindStringSubmatch(page.text)
		if m == nil {
			return errors.New("there is no Leave button")
		}
		path = strings.ReplaceAll(path, "$leave_path", html.UnescapeString(m[1]))
	}
	form := url.Values{}
	if ptr(e.CSRF, true) {
		form.Set("token", b.form)
	}
	s.answered(b.open(string(e.Method), path, form))
	return nil
}
