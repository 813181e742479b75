package rpc

import (
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func (w *world) operations() usherv1connect.OperationsServiceClient {
	return usherv1connect.NewOperationsServiceClient(http.DefaultClient, w.url)
}

func TestDeadJobs(t *testing.T) {
	w := newWorld(t)
	const id = "0196-job"
	job := ports.Job{ID: id, Kind: "membership", Lane: "ana", Key: "membership:gone", Payload: "gone", DueAt: noon}
	if err := w.store.Enqueue(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	claimed, err := w.store.Claim(t.Context(), noon, []string{"membership"}, time.Minute, 1)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	if err := w.store.Finish(t.Context(), ports.Done{Job: claimed[0], Outcome: ports.Dead, At: noon, Why: "unavailable"}); err != nil {
		t.Fatal(err)
	}
	c := w.operations()
	got, err := c.ListDeadJobs(w.as(anaSees), &usherv1.ListDeadJobsRequest{})
	if err != nil || len(got.Jobs) != 1 || got.Jobs[0].Id != id || got.Jobs[0].Key != "membership:gone" || got.Jobs[0].Why != "unavailable" || got.Jobs[0].Tries != 1 {
		t.Errorf("lists %v, %v", got, err)
	}
	if got, err := c.ListDeadJobs(w.as(benAll), &usherv1.ListDeadJobsRequest{}); err != nil || len(got.Jobs) != 0 {
		t.Errorf("to another seller it lists %v, %v", got, err)
	}
	_, err = c.ListDeadJobs(w.as(anaSees), &usherv1.ListDeadJobsRequest{Limit: 101})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "limit")
	_, err = c.ReviveJob(w.as(benAll), &usherv1.ReviveJobRequest{Job: id})
	refused(t, err, connect.CodeNotFound, "job_not_found", "")
	for range 2 {
		if _, err := c.ReviveJob(w.keyed(anaEdits, "again"), &usherv1.ReviveJobRequest{Job: id}); err != nil {
			t.Fatalf("under one key: %v", err)
		}
	}
	_, err = c.ReviveJob(w.as(anaEdits), &usherv1.ReviveJobRequest{Job: id})
	refused(t, err, connect.CodeNotFound, "job_not_found", "")
}

func TestMails(t *testing.T) {
	w := newWorld(t)
	mail := domain.Mail{ID: "m1", SellerID: "ana", Cause: "a cause", To: "bo@example.com", Subject: "Your key", Text: "Here it is.", CreatedAt: noon}
	later := mail
	later.ID, later.Cause, later.CreatedAt = "m2", "another", noon.Add(time.Hour)
	fixture.Fill(t, w.store, mail, later)
	c := w.operations()
	first, err := c.ListMails(w.as(anaSees), &usherv1.ListMailsRequest{PageSize: 1})
	if err != nil || len(first.Mails) != 1 || first.Mails[0].Id != "m1" || first.Mails[0].To != "bo@example.com" {
		t.Fatalf("lists %v, %v", first, err)
	}
	if rest, err := c.ListMails(w.as(anaSees), &usherv1.ListMailsRequest{PageSize: 1, PageToken: first.NextPageToken}); err != nil || len(rest.Mails) != 1 || rest.Mails[0].Id != "m2" || rest.NextPageToken != "" {
		t.Errorf("then lists %v, %v", rest, err)
	}
	if got, err := c.GetMail(w.as(anaAll), &usherv1.GetMailRequest{Mail: "m1"}); err != nil || got.Text != "Here it is." || got.Mail.Subject != "Your key" {
		t.Errorf("shows %v, %v", got, err)
	}
	_, err = c.GetMail(w.as(anaSees), &usherv1.GetMailRequest{Mail: "m1"})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	_, err = c.GetMail(w.as(benAll), &usherv1.GetMailRequest{Mail: "m1"})
	refused(t, err, connect.CodeNotFound, "mail_not_found", "")
}

// TestClock moves it in every dialect.
func TestClock(t *testing.T) {
	for _, d := range dialects(t) {
		t.Run(d.name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.usher.Sales.Buy(t.Context(), w.ana, domain.SaleRequest{ProductID: teamID, Variants: domain.ChosenVariants(soloID)}, app.Buyer{Email: "bo@example.com", Method: sandbox.Pays}, "k")
			if err != nil {
				t.Fatal(err)
			}
			c := usherv1connect.NewOperationsServiceClient(d.client, w.url, d.options...)
			stream, err := c.AdvanceClock(w.as(anaEdits), &usherv1.AdvanceClockRequest{By: "1mo"})
			if err != nil {
				t.Fatal(err)
			}
			var last *usherv1.AdvanceClockResponse
			jobs, stops := int32(0), 0
			for stream.Receive() {
				if last = stream.Msg(); !last.Done {
					jobs += last.Jobs
					stops++
				}
			}
			if err := stream.Close(); err != nil {
				t.Error(err)
			}
			if err := stream.Err(); err != nil || last == nil || !last.Done || last.Jobs != jobs || stops == 0 || !last.At.AsTime().Equal(noon.AddDate(0, 1, 0)) {
				t.Errorf("after %d stops with %d jobs it says %v, %v", stops, jobs, last, err)
			}
			if now, err := c.GetClock(w.as(anaSees), &usherv1.GetClockRequest{}); err != nil || !now.TestClock || !now.Now.AsTime().Equal(noon.AddDate(0, 1, 0)) {
				t.Errorf("it is %v, %v", now, err)
			}
		})
	}
}

func TestAdvanceClock_refuses(t *testing.T) {
	w := newWorld(t)
	ahead := timestamppb.New(noon.AddDate(0, 0, 1))
	for _, tt := range []struct {
		name   string
		asked  *usherv1.AdvanceClockRequest
		code   connect.Code
		detail string
		field  string
	}{
		{"neither", &usherv1.AdvanceClockRequest{}, connect.CodeInvalidArgument, "invalid", "to"},
		{"both", &usherv1.AdvanceClockRequest{By: "1d", To: ahead}, connect.CodeInvalidArgument, "invalid", "to"},
		{"no such unit", &usherv1.AdvanceClockRequest{By: "1 fortnight"}, connect.CodeInvalidArgument, "invalid", "by"},
		{"back", &usherv1.AdvanceClockRequest{To: timestamppb.New(noon.Add(-1e9))}, connect.CodeInvalidArgument, "invalid", "to"},
		{"too far", &usherv1.AdvanceClockRequest{To: timestamppb.New(noon.AddDate(101, 0, 0))}, connect.CodeInvalidArgument, "invalid", "to"},
		{"no time", &usherv1.AdvanceClockRequest{To: &timestamppb.Timestamp{Nanos: -1}}, connect.CodeInvalidArgument, "invalid", "to"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, w.advance(anaEdits, tt.asked), tt.code, tt.detail, tt.field) })
	}
	refused(t, w.advance(anaSees, &usherv1.AdvanceClockRequest{By: "1d"}), connect.CodePermissionDenied, "forbidden", "")

	w = newWorld(t, func(o *options) {
		o.wrap = func(ports.Store) ports.Store {
			s := memstore.New(nil)
			fixture.Fill(t, s, seller("ana"), token(seller("ana"), anaEdits, domain.EditProducts))
			return s
		}
	})
	refused(t, w.advance(anaEdits, &usherv1.AdvanceClockRequest{By: "1d"}), connect.CodeFailedPrecondition, "no_test_clock", "")
}

// advance returns what a stream of the clock ended with.
func (w *world) advance(token string, asked *usherv1.AdvanceClockRequest) error {
	stream, err := w.operations().AdvanceClock(w.as(token), asked)
	if err != nil {
		return err
	}
	for stream.Receive() {
	}
	return stream.Err()
}

func TestHold(t *testing.T) {
	w := newWorld(t)
	c := w.operations()
	if got, err := c.GetHold(w.as(anaSees), &usherv1.GetHoldRequest{}); err != nil || got.Held {
		t.Errorf("shows %v, %v", got, err)
	}
	if err := w.usher.Holding.Hold(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := c.GetHold(w.as(anaSees), &usherv1.GetHoldRequest{}); err != nil || !got.Held || got.Since == nil || got.BackupTakenAt != nil {
		t.Errorf("shows %v, %v", got, err)
	}
}
