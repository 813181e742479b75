package rest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/domain"
)

var subscriberGoldens = []golden{
	{"the members of a product", "subscribers.json", renewed, asked{"GET /v2/products/club/subscribers", "", viewToken}, 200, "ok"},
	{"a member", "subscriber.json", renewed, asked{"GET /v2/subscribers/GDzW4_aBdQc-o7Gbjng7lw==", "", viewToken}, 200, "ok"},
	{"a member whose membership is over", "subscriber_ended.json", func(s *shop) {
		s.club.Licensed, s.club.Multiseat = false, false
		s.joined.PurchaserID = "17"
		s.membership.Charges = 12
		s.membership.CancelledAt = noon.AddDate(0, 0, -1)
	}, asked{"GET /v2/subscribers/GDzW4_aBdQc-o7Gbjng7lw==", "", viewToken}, 200, "ok"},
	{"no payouts", "payouts.json", nil, asked{"GET /v2/payouts", "", payToken}, 200, "ok"},
	{"no payouts to come", "payouts_upcoming.json", nil, asked{"GET /v2/payouts/upcoming", "", payToken}, 200, "ok"},
}

func TestSubscribers_refused(t *testing.T) {
	const key = `{"status":400,"error":"Invalid page_key."}`
	for _, tt := range []struct {
		name   string
		ask    asked
		status int
		reason string
		body   string
	}{
		{"no token", asked{"GET /v2/products/club/subscribers", "", ""}, 401, "unauthenticated", ""},
		{"a token that may not see", asked{"GET /v2/products/x/subscribers", "", anasToken}, 403, "forbidden", ""},
		{"one, and a token that may not see", asked{"GET /v2/subscribers/x", "", anasToken}, 403, "forbidden", ""},
		{"an unknown product", asked{"GET /v2/products/x/subscribers?page_key=x", "", viewToken}, 200, "product_not_found", said("The product was not found.")},
		{"another seller's product", asked{"GET /v2/products/club/subscribers", "", bensSales}, 200, "product_not_found", said("The product was not found.")},
		{"a place that is none", asked{"GET /v2/products/club/subscribers?page_key=x", "", viewToken}, 400, "invalid", key},
		{"an unknown member", asked{"GET /v2/subscribers/x", "", viewToken}, 200, "membership_not_found", said("The subscriber was not found.")},
		{"another seller's member", asked{"GET /v2/subscribers/GDzW4_aBdQc-o7Gbjng7lw==", "", bensSales}, 200, "membership_not_found", said("The subscriber was not found.")},
		{"payouts, without a token", asked{"GET /v2/payouts", "", ""}, 401, "unauthenticated", ""},
		{"payouts, and a token that sees sales", asked{"GET /v2/payouts", "", viewToken}, 403, "forbidden", ""},
		{"payouts to come, and a token that sees sales", asked{"GET /v2/payouts/upcoming", "", viewToken}, 403, "forbidden", ""},
		{"payouts before what is no date", asked{"GET /v2/payouts?before=x", "", payToken}, 400, "invalid",
			`{"status":400,"error":"Invalid date format provided in field 'before'. Dates must be in the format YYYY-MM-DD."}`},
		{"payouts behind a place that is none", asked{"GET /v2/payouts?page_key=x", "", payToken}, 400, "invalid", key},
		{"a payout", asked{"GET /v2/payouts/x", "", payToken}, 200, "payout_not_found", said("The payout was not found.")},
		{"a payout, and a token that sees sales", asked{"GET /v2/payouts/x", "", viewToken}, 403, "forbidden", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := tt.ask.send(t, newShop().open(t))
			if status != tt.status || header.Get("Usher-Reason") != tt.reason || body != tt.body {
				t.Errorf("answered %d %q %s\nwant %d %q %s", status, header.Get("Usher-Reason"), body, tt.status, tt.reason, tt.body)
			}
		})
	}
}

// TestSubscribers_pages has 250 members of whom some are not listed, and one who
// was given the membership.
func TestSubscribers_pages(t *testing.T) {
	s := newShop()
	var want []string
	for i := range 250 {
		p, m := s.joined, s.membership
		p.ID, p.MembershipID, p.OrderNumber = domain.PurchaseID(fmt.Sprintf("p-%03d", i)), domain.MembershipID(fmt.Sprintf("m-%03d", i)), int64(100+i)
		p.CreatedAt = noon.AddDate(0, 0, -20+i/100)
		m.ID, m.PurchaseID, m.StartedAt, m.CreatedAt = p.MembershipID, p.ID, p.CreatedAt, p.CreatedAt
		switch {
		case i == 7:
			p.Status = domain.Test
		case i == 8:
			m.CancelledAt = noon.AddDate(0, 0, -1)
		case i == 9:
			p.GiftGiven = true
			given := p
			given.ID, given.OrderNumber, given.GiftGiven, given.GiftOf, given.Status, given.Email = "given", 7, false, p.ID, domain.GiftReceived, "ann@example.com"
			s.later = append(s.later, given)
		}
		if i != 7 && i != 8 {
			want = append(want, string(m.ID))
		}
		s.later = append(s.later, p, m.Adopt(p))
	}
	slices.Reverse(want)
	s.joined.CreatedAt = noon.AddDate(0, 0, -25)
	s.membership.StartedAt, s.membership.CreatedAt = s.joined.CreatedAt, s.joined.CreatedAt
	want = append(want, string(s.membership.ID))
	server := s.open(t)
	type answer struct {
		Subscribers []struct{ ID, Email string }
		URL         string `json:"next_page_url"`
	}
	see := func(path string) (a answer, ids []string) {
		t.Helper()
		status, _, body := asked{"GET " + path, "", viewToken}.send(t, server)
		if err := json.Unmarshal([]byte(body), &a); status != 200 || err != nil {
			t.Fatalf("answered %d %s", status, body)
		}
		for _, s := range a.Subscribers {
			ids = append(ids, s.ID)
		}
		return a, ids
	}
	whole, all := see("/v2/products/club/subscribers")
	if !slices.Equal(all, want) || whole.URL != "" {
		t.Errorf("all are %d\n%q\nwant %d\n%q", len(all), all, len(want), want)
	}
	var got []string
	path, pages := "/v2/products/club/subscribers?paginated=true", 0
	for ; path != "" && pages < 9; pages++ {
		a, ids := see(path)
		if len(ids) > 100 {
			t.Errorf("a page has %d", len(ids))
		}
		got = append(got, ids...)
		path = a.URL
	}
	if !slices.Equal(got, want) || pages != 3 {
		t.Errorf("in %d pages are %q", pages, got)
	}
	if a, ids := see("/v2/products/club/subscribers?email=%20Ann@example.com"); !slices.Equal(ids, []string{"m-009"}) || a.Subscribers[0].Email != "ann@example.com" {
		t.Errorf("of the address of who was given one: %q", ids)
	}
	if _, ids := see("/v2/products/club/subscribers?email=x@example.com"); len(ids) > 0 {
		t.Errorf("of nobody's address: %q", ids)
	}
	if _, ids := see("/v2/products/club/subscribers?email=member@example.com"); !slices.Equal(ids, want) {
		t.Errorf("of the address of all: %d", len(ids))
	}
}
