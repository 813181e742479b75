package app_test

import (
	"context"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/ports/portsmock"
	"github.com/usherhq/usher/test/fixture"
)

// A service is asked outside of every transaction, once for what was answered, and
// for what an attachment gives.
func TestAccess_asksOutsideOfTransactions(t *testing.T) {
	store := memstore.New(nil)
	outside := func(ctx context.Context) {
		if err := store.View(ctx, ports.System, func(context.Context, ports.Tx) error { return nil }); err != nil {
			t.Errorf("it is asked within a transaction: %v", err)
		}
	}
	club := &portsmock.CommunityMock{
		LookFunc: func(ctx context.Context, _ ports.Door, _ domain.Subject) (domain.Presence, error) {
			outside(ctx)
			return domain.Presence{Seen: domain.Absent}, nil
		},
		AdmitFunc: func(ctx context.Context, _ ports.Door, _ domain.Subject, what domain.Targets, _ ports.Proof) (domain.Admission, error) {
			outside(ctx)
			return domain.Admission{Added: true, Given: what, MemberID: "7"}, nil
		},
		RemoveFunc: func(ctx context.Context, _ ports.Door, _ ports.Member) error { outside(ctx); return nil },
	}
	u, err := app.New(app.Config{Store: store, NoSweeps: true, Communities: map[domain.Service]ports.Community{domain.Circle: club}})
	if err != nil {
		t.Fatal(err)
	}
	ana := fixture.Seller("ana")
	pen := fixture.Product(ana)
	circle := fixture.Connection(ana)
	paid := domain.MakeTargets("43576")
	fixture.Fill(t, store, ana, pen, circle, fixture.Attachment(circle, pen, func(a *domain.Attachment) { a.Targets = paid }))
	work := func() {
		t.Helper()
		for n := 1; n > 0; {
			if n, err = u.Worker.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	sale, err := u.Sales.Record(t.Context(), ana.ID, "", domain.PurchaseState{ProductID: pen.ID, Email: "Bo@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	work()
	asked := club.AdmitCalls()
	if len(asked) != 1 || asked[0].Who != "bo@example.com" || asked[0].What != paid || asked[0].D.RemoteID != circle.RemoteID {
		t.Fatalf("admissions: %+v", asked)
	}
	if _, err := u.Sales.Revoke(t.Context(), ana.ID, sale.Purchase.ID); err != nil {
		t.Fatal(err)
	}
	work()
	gone := club.RemoveCalls()
	if len(gone) != 1 || gone[0].Who != (ports.Member{Subject: "bo@example.com", ID: "7"}) || len(club.AdmitCalls()) != 1 {
		t.Errorf("removals: %+v, after %d admissions", gone, len(club.AdmitCalls()))
	}
}
