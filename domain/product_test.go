package domain

import (
	"slices"
	"testing"
	"time"
)

func TestProduct_SwitchLicensing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		was   Product
		on    bool
		want  Product
		event []Event
		code  string
	}{
		{"on", Product{ID: "p"}, true, Product{ID: "p", Licensed: true}, []Event{LicensingEnabled{"p", t0}}, ""},
		{"on again", Product{ID: "p", Licensed: true}, true, Product{ID: "p", Licensed: true}, nil, ""},
		{"off", Product{ID: "p", Licensed: true}, false, Product{ID: "p"}, []Event{LicensingDisabled{"p", t0}}, ""},
		{"off again", Product{ID: "p"}, false, Product{ID: "p"}, nil, ""},
		{"off takes the seats along", Product{ID: "p", Licensed: true, Multiseat: true}, false, Product{ID: "p"}, []Event{LicensingDisabled{"p", t0}}, ""},
		{"on leaves the seats off", Product{ID: "p", Kind: MembershipKind}, true, Product{ID: "p", Kind: MembershipKind, Licensed: true}, []Event{LicensingEnabled{"p", t0}}, ""},
		{"on, but it is deleted", Product{ID: "p", DeletedAt: t0}, true, Product{ID: "p", DeletedAt: t0}, nil, "product_deleted"},
		{"on again, but it is deleted", Product{ID: "p", Licensed: true, DeletedAt: t0}, true, Product{ID: "p", Licensed: true, DeletedAt: t0}, nil, "product_deleted"},
		{"off, although it is deleted", Product{ID: "p", Licensed: true, DeletedAt: t0}, false, Product{ID: "p", DeletedAt: t0}, []Event{LicensingDisabled{"p", t0}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.was
			events, err := p.SwitchLicensing(tt.on, t0)
			wantError(t, err, tt.code, "")
			if p != tt.want || !slices.Equal(events, tt.event) {
				t.Errorf("got %+v with %v", p, events)
			}
		})
	}
}

func TestProduct_SwitchSeats(t *testing.T) {
	for _, tt := range []struct {
		name string
		was  Product
		on   bool
		code string
	}{
		{"on a licensed membership", Product{Kind: MembershipKind, Licensed: true}, true, ""},
		{"on a membership without keys", Product{Kind: MembershipKind}, true, "seats_not_offered"},
		{"on a one-time product", Product{Kind: OneTime, Licensed: true}, true, "seats_not_offered"},
		{"on a bundle", Product{Kind: Bundle, Licensed: true}, true, "seats_not_offered"},
		{"off a licensed membership", Product{Kind: MembershipKind, Licensed: true, Multiseat: true}, false, ""},
		{"off anything", Product{Kind: OneTime}, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.was
			err := p.SwitchSeats(tt.on)
			wantError(t, err, tt.code, "")
			want := tt.was
			if err == nil {
				want.Multiseat = tt.on
			}
			if p != want || p.OffersSeats() != (tt.on && err == nil) {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestProduct_deletion(t *testing.T) {
	p := Product{ID: "p", Published: true, Licensed: true}
	if events := p.Delete(t0); !slices.Equal(events, []Event{ProductDeleted{"p", t0}}) {
		t.Errorf("deleting it: %v", events)
	}
	if want := (Product{ID: "p", Licensed: true, DeletedAt: t0}); p != want {
		t.Errorf("deleted it is %+v", p)
	}
	if events := p.Delete(t0.Add(time.Hour)); events != nil || p.DeletedAt != t0 {
		t.Errorf("deleting it again: %v, deleted at %v", events, p.DeletedAt)
	}
	if _, err := p.Undelete(t0.Add(10 * time.Minute)); err == nil || p.DeletedAt != t0 {
		t.Errorf("after ten minutes: %v", err)
	}
	at := t0.Add(10*time.Minute - time.Microsecond)
	events, err := p.Undelete(at)
	if err != nil || !slices.Equal(events, []Event{ProductUndeleted{"p", at}}) {
		t.Errorf("within ten minutes: %v, %v", events, err)
	}
	if want := (Product{ID: "p", Licensed: true}); p != want {
		t.Errorf("undeleted it is %+v", p)
	}
	_, err = p.Undelete(at)
	wantError(t, err, "product_not_deleted", "")

	back := Product{DeletedAt: t0}
	if _, err := back.Undelete(t0.Add(-time.Hour)); err != nil {
		t.Errorf("by a clock that stepped back: %v", err)
	}
}

func TestProduct_HasPermalink(t *testing.T) {
	p := Product{Permalink: "abc", CustomPermalink: "My-Pen"}
	for s, want := range map[string]bool{"abc": true, "ABC": true, "my-pen": true, "MY-PEN": true, "abcd": false, "": false, " abc": false} {
		if p.HasPermalink(s) != want {
			t.Errorf("%q: got %v", s, !want)
		}
	}
	if (Product{Permalink: "abc"}).HasPermalink("") {
		t.Error("nothing is a permalink")
	}
}

func TestProduct_VariantCategory(t *testing.T) {
	if got := (Product{Kind: MembershipKind}).VariantCategory(); got != TierCategory {
		t.Errorf("of a membership: %q", got)
	}
	if got := (Product{Kind: OneTime}).VariantCategory(); got != "Version" {
		t.Errorf("of a one-time product: %q", got)
	}
}

func TestMembership_InTrial(t *testing.T) {
	m := MembershipState{FreeTrialEndsAt: t0}
	if !m.InTrial(t0.Add(-1)) || m.InTrial(t0) || (MembershipState{}).InTrial(t0) {
		t.Error("a trial runs until its end, and no trial never")
	}
}
