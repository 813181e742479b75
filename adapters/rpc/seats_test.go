package rpc

import (
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

func (w *world) seats() usherv1connect.SeatServiceClient {
	return usherv1connect.NewSeatServiceClient(http.DefaultClient, w.url)
}

func TestSeats_story(t *testing.T) {
	w := newWorld(t)
	c := w.seats()
	sold := w.joined("bo@example.com", "k", 2)
	id, buyer := sold.Membership.Id, sold.AccessToken
	seat := must(c.AssignSeat(w.keyed(buyer, "a"), &usherv1.AssignSeatRequest{Membership: id, Email: "Cy@example.com"})).Seat
	if seat.Email != "cy@example.com" || seat.Status != usherv1.SeatStatus_SEAT_STATUS_INVITED || !seat.CreatedAt.AsTime().Equal(noon) || seat.ClaimedAt != nil {
		t.Errorf("assigned %v", seat)
	}
	ctx, replayed := w.again(buyer, "a")
	if again := must(c.AssignSeat(ctx, &usherv1.AssignSeatRequest{Membership: id, Email: "Cy@example.com"})).Seat; again.Id != seat.Id || !replayed() {
		t.Errorf("a repeat assigns %v", again)
	}
	if all := must(c.ListSeats(w.as(anaSees), &usherv1.ListSeatsRequest{Membership: id})).Seats; len(all) != 2 || !proto.Equal(all[0], seat) && !proto.Equal(all[1], seat) {
		t.Errorf("the seats are %v", all)
	}
	if again := must(c.ResendInvite(w.as(anaEdits), &usherv1.ResendInviteRequest{Membership: id, Seat: seat.Id})).Seat; !proto.Equal(again, seat) {
		t.Errorf("invited again %v", again)
	}

	// Claimed with an invitation that the mail would hold.
	const invitation = "an-invitation"
	fixture.Fill(t, w.store, domain.NewInvitation("t-1", domain.Seat{ID: domain.SeatID(seat.Id), SellerID: w.ana, PurchaseID: domain.PurchaseID(purchaseID(sold))}, invitation, noon).State())
	for range 2 {
		got := must(c.ClaimSeat(w.as(invitation), &usherv1.ClaimSeatRequest{}))
		if got.Seat.Id != seat.Id || got.Seat.Status != usherv1.SeatStatus_SEAT_STATUS_ACTIVE || got.Seat.ClaimedAt == nil || got.Product != teamID || got.LicenseKey != sold.Sale.LicenseKey {
			t.Errorf("claimed %v", got)
		}
	}
	_, err := c.ResendInvite(w.as(buyer), &usherv1.ResendInviteRequest{Membership: id, Seat: seat.Id})
	refused(t, err, connect.CodeFailedPrecondition, "seat_claimed", "")
	for range 2 {
		if back := must(c.RevokeSeat(w.as(buyer), &usherv1.RevokeSeatRequest{Membership: id, Seat: seat.Id})).Seat; back.Status != usherv1.SeatStatus_SEAT_STATUS_REVOKED || back.RevokedAt == nil {
			t.Errorf("taken back %v", back)
		}
	}
	_, err = c.ClaimSeat(w.as(invitation), &usherv1.ClaimSeatRequest{})
	refused(t, err, connect.CodeFailedPrecondition, "seat_revoked", "")

	granted := must(c.GrantSeats(w.keyed(anaEdits, "g"), &usherv1.GrantSeatsRequest{Membership: id, Seats: proto.Int32(3)})).Outcome
	if granted.Result != "granted" || granted.Membership.FreeSeats != 3 || granted.Membership.Seats != 5 || granted.Payment != nil {
		t.Errorf("granted %v", granted)
	}
	ctx, replayed = w.again(anaEdits, "g")
	if again := must(c.GrantSeats(ctx, &usherv1.GrantSeatsRequest{Membership: id, Seats: proto.Int32(3)})).Outcome; again.Membership.FreeSeats != 3 || !replayed() {
		t.Errorf("a repeat grants %v", again)
	}
	if fewer := must(c.GrantSeats(w.keyed(anaEdits, "g2"), &usherv1.GrantSeatsRequest{Membership: id, Seats: proto.Int32(-1)})).Outcome; fewer.Membership.FreeSeats != 2 {
		t.Errorf("taken back %v", fewer)
	}
}

func TestSeats_refuse(t *testing.T) {
	w := newWorld(t)
	c := w.seats()
	bo, cy := w.joined("bo@example.com", "k1", 1), w.joined("cy@example.com", "k2", 2)
	id := bo.Membership.Id
	theirs := must(c.ListSeats(w.as(anaSees), &usherv1.ListSeatsRequest{Membership: cy.Membership.Id})).Seats[0].Id
	assign := func(token, email string) error {
		_, err := c.AssignSeat(w.as(token), &usherv1.AssignSeatRequest{Membership: id, Email: email})
		return err
	}
	grant := func(token, key string, n *int32) error {
		ctx, _ := w.again(token, key)
		_, err := c.GrantSeats(ctx, &usherv1.GrantSeatsRequest{Membership: id, Seats: n})
		return err
	}
	claim := func(token string) error {
		_, err := c.ClaimSeat(w.as(token), &usherv1.ClaimSeatRequest{})
		return err
	}
	_, revoke := c.RevokeSeat(w.as(bo.AccessToken), &usherv1.RevokeSeatRequest{Membership: id, Seat: theirs})
	_, another := c.ListSeats(w.as(cy.AccessToken), &usherv1.ListSeatsRequest{Membership: id})
	_, blind := c.ListSeats(w.as(anaEdits), &usherv1.ListSeatsRequest{Membership: id})
	for _, tt := range []struct {
		name          string
		got           error
		code          connect.Code
		detail, field string
	}{
		{"no seat is left", assign(anaEdits, "di@example.com"), connect.CodeFailedPrecondition, "no_seat_available", ""},
		{"another buyer assigns", assign(cy.AccessToken, "di@example.com"), connect.CodeNotFound, "membership_not_found", ""},
		{"a token without the scope assigns", assign(anaSees, "di@example.com"), connect.CodePermissionDenied, "forbidden", ""},
		{"a seat of another membership", revoke, connect.CodeNotFound, "seat_not_found", ""},
		{"another buyer looks", another, connect.CodeNotFound, "membership_not_found", ""},
		{"a token without the scope looks", blind, connect.CodePermissionDenied, "forbidden", ""},
		{"a buyer grants", grant(bo.AccessToken, "g", proto.Int32(1)), connect.CodePermissionDenied, "forbidden", ""},
		{"granted is no number", grant(anaEdits, "g", nil), connect.CodeInvalidArgument, "invalid", "seats"},
		{"granted without a key", grant(anaEdits, "", proto.Int32(1)), connect.CodeInvalidArgument, "invalid", "idempotency_key"},
		{"more are taken back than were given", grant(anaEdits, "g", proto.Int32(-1)), connect.CodeInvalidArgument, "below_minimum_seats", "seats"},
		{"a seller claims", claim(anaAll), connect.CodeUnauthenticated, "unauthenticated", ""},
		{"a buyer claims", claim(bo.AccessToken), connect.CodeUnauthenticated, "unauthenticated", ""},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.got, tt.code, tt.detail, tt.field) })
	}
}
