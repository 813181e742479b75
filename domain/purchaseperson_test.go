package domain

import (
	"strings"
	"testing"
	"time"
)

func TestPurchaseReaddress(t *testing.T) {
	for _, tt := range []struct {
		name, to, want string
		erased         bool
		events         int
		err            error
		field          string
	}{
		{name: "to another address", to: "Zoe@New.example ", want: "zoe@new.example", events: 1},
		{name: "to the same, written otherwise", to: " ZOE@old.example", want: "zoe@old.example"},
		{name: "to none", to: "", want: "zoe@old.example", field: "email"},
		{name: "of somebody who was forgotten", to: "zoe@new.example", erased: true, err: ErrErased},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := RestorePurchase(PurchaseState{ID: "sale", Email: "zoe@old.example"})
			if tt.erased {
				p.Erase(t0)
				tt.want = p.State().Email
			}
			events, err := p.Readdress(tt.to, t0)
			switch {
			case tt.field != "":
				wantError(t, err, "invalid", tt.field)
			default:
				same(t, "error", err, tt.err)
			}
			same(t, "events", len(events), tt.events)
			same(t, "address", p.State().Email, tt.want)
		})
	}
}

func TestPurchaseErase(t *testing.T) {
	was := PurchaseState{
		ID: "sale", Email: "zoe@old.example", FullName: "Zoe", PurchaserID: "u", Country: "France", CanContact: true,
		CustomFields: MakeCustomFields(CustomField{"shirt", "M"}), Price: Money{Amount: 900, Currency: "usd"}, CreatedAt: t0,
	}
	p := RestorePurchase(was)
	same(t, "events", len(p.Erase(t0)), 1)
	once := p.State()
	want := PurchaseState{ID: "sale", Email: once.Email, Price: was.Price, CreatedAt: t0, ErasedAt: t0}
	same(t, "what remains is what was sold", once, want)
	if !strings.HasSuffix(once.Email, "@usher.invalid") || strings.Contains(once.Email, "zoe") {
		t.Error("an address remains: " + once.Email)
	}
	same(t, "twice is once", len(p.Erase(t0.Add(time.Hour))), 0)
	same(t, "twice changes nothing", p.State(), once)
	other := RestorePurchase(PurchaseState{ID: "another sale", Email: "zoe@old.example"})
	other.Erase(t0)
	same(t, "no two are alike", other.State().Email == once.Email, false)
	p.KeepAccess()
	same(t, "a refund leaves access", p.State().AccessKept, true)
}
