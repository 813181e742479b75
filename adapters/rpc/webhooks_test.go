package rpc

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const hooksURL = "https://hooks.example.com/usher"

func (w *world) webhooks() usherv1connect.WebhookServiceClient {
	return usherv1connect.NewWebhookServiceClient(http.DefaultClient, w.url)
}

// receiver is the program that webhooks lead to: what it got, and what it answers.
type receiver struct {
	mu     sync.Mutex
	got    []ports.Message
	status int
}

func (r *receiver) Post(_ context.Context, m ports.Message) (domain.Post, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, m)
	return domain.Post{Status: r.status}, nil
}

// answers has it answer with that from now on.
func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// all returns what came since the last call.
func (r *receiver) all() []ports.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// newToldWorld is a world with a receiver that answers 200.
func newToldWorld(t *testing.T) (*world, *receiver) {
	to := &receiver{status: http.StatusOK}
	return newWorld(t, func(o *options) {
		o.with = func(c *app.Config) { c.Poster, c.EventBody = to, webhook.Body }
	}), to
}

func TestWebhooks_story(t *testing.T) {
	w, _ := newToldWorld(t)
	c := w.webhooks()
	asked := &usherv1.AddWebhookRequest{Url: hooksURL, Name: "my shop", Topics: []string{"purchase.completed", "license.*"}}
	made := must(c.AddWebhook(w.keyed(anaAll, "shop"), asked))
	id := made.Webhook.Id
	if h := made.Webhook; h.Name != "my shop" || h.Url != hooksURL || h.Format != usherv1.WebhookFormat_WEBHOOK_FORMAT_EVENT || !h.Durable || h.Application != "" ||
		!slices.Equal(h.Topics, []string{"license.*", "purchase.completed"}) || !h.CreatedAt.AsTime().Equal(noon) || h.SecretSetAt == nil || h.StoppedAt != nil {
		t.Errorf("made %v", h)
	}
	if !strings.HasPrefix(made.Secret, "whsec_") {
		t.Error("the secret is none of Standard Webhooks")
	}
	ctx, replayed := w.again(anaAll, "shop")
	if again := must(c.AddWebhook(ctx, asked)); !proto.Equal(again, made) || !replayed() {
		t.Errorf("a repeat under the key made %v", again.Webhook)
	}
	if got := must(c.GetWebhook(w.as(anaAll), &usherv1.GetWebhookRequest{Webhook: id})).Webhook; !proto.Equal(got, made.Webhook) {
		t.Errorf("it is %v", got)
	}

	rotate := &usherv1.RotateWebhookSecretRequest{Webhook: id}
	rotated := must(c.RotateWebhookSecret(w.keyed(anaAll, "leaked"), rotate))
	if rotated.Secret == made.Secret || !strings.HasPrefix(rotated.Secret, "whsec_") || rotated.Webhook.RotatedAt == nil {
		t.Errorf("rotated, it is %v", rotated.Webhook)
	}
	if again := must(c.RotateWebhookSecret(w.keyed(anaAll, "leaked"), rotate)); again.Secret != rotated.Secret {
		t.Error("a repeat under the key made another secret")
	}

	const other = "https://hooks.example.com/other"
	edited := must(c.EditWebhook(w.as(anaAll), &usherv1.EditWebhookRequest{Webhook: id, Url: proto.String(other)})).Webhook
	if edited.Url != other || edited.Name != "my shop" || len(edited.Topics) != 2 {
		t.Errorf("with another address it is %v", edited)
	}
	edited = must(c.EditWebhook(w.as(anaAll), &usherv1.EditWebhookRequest{Webhook: id, Name: proto.String(""), Topics: &usherv1.TopicSet{}})).Webhook
	if edited.Url != other || edited.Name != "" || len(edited.Topics) != 0 {
		t.Errorf("for everything, and without a name, it is %v", edited)
	}

	for range 2 {
		if h := must(c.PauseWebhook(w.as(anaAll), &usherv1.PauseWebhookRequest{Webhook: id})).Webhook; h.Stopped != "by_seller" || h.StoppedAt == nil {
			t.Errorf("paused, it is %v", h)
		}
	}
	_, err := c.TestWebhook(w.as(anaAll), &usherv1.TestWebhookRequest{Webhook: id})
	refused(t, err, connect.CodeFailedPrecondition, "webhook_stopped", "")
	for range 2 {
		if h := must(c.ResumeWebhook(w.as(anaAll), &usherv1.ResumeWebhookRequest{Webhook: id})).Webhook; h.Stopped != "" || h.StoppedAt != nil {
			t.Errorf("resumed, it is %v", h)
		}
	}

	ping := must(c.AddWebhook(w.as(anaAll), &usherv1.AddWebhookRequest{Url: hooksURL, Ping: "sale", Durable: proto.Bool(false)}))
	if h := ping.Webhook; h.Format != usherv1.WebhookFormat_WEBHOOK_FORMAT_PING || h.Ping != "sale" || h.Durable || h.SecretSetAt != nil || ping.Secret != "" {
		t.Errorf("for pings it is %v", h)
	}
	_, err = c.RotateWebhookSecret(w.as(anaAll), &usherv1.RotateWebhookSecretRequest{Webhook: ping.Webhook.Id})
	refused(t, err, connect.CodeFailedPrecondition, "webhook_not_signed", "")
	if h := must(c.EditWebhook(w.as(anaAll), &usherv1.EditWebhookRequest{Webhook: ping.Webhook.Id, Durable: proto.Bool(true)})).Webhook; !h.Durable {
		t.Errorf("to be tried for long, it is %v", h)
	}

	var listed []string
	for token, pages := "", 0; ; pages++ {
		p := must(c.ListWebhooks(w.as(anaAll), &usherv1.ListWebhooksRequest{PageSize: 1, PageToken: token}))
		for _, h := range p.Webhooks {
			listed = append(listed, h.Id)
		}
		if token = p.NextPageToken; token == "" || pages > 2 {
			break
		}
	}
	if want := []string{id, ping.Webhook.Id}; !slices.Equal(listed, want) {
		t.Errorf("lists %q, want %q", listed, want)
	}

	for range 2 { // the second is a repeat
		must(c.DeleteWebhook(w.keyed(anaAll, "away"), &usherv1.DeleteWebhookRequest{Webhook: id}))
	}
	_, err = c.DeleteWebhook(w.as(anaAll), &usherv1.DeleteWebhookRequest{Webhook: id})
	refused(t, err, connect.CodeNotFound, "webhook_not_found", "")
	_, err = c.GetWebhook(w.as(anaAll), &usherv1.GetWebhookRequest{Webhook: id})
	refused(t, err, connect.CodeNotFound, "webhook_not_found", "")
}

func TestDeliveries_story(t *testing.T) {
	w, to := newToldWorld(t)
	c := w.webhooks()
	made := must(c.AddWebhook(w.as(anaAll), &usherv1.AddWebhookRequest{Url: hooksURL, Topics: []string{"license.issued"}}))
	id := made.Webhook.Id
	for range 2 { // the second is a repeat
		must(c.TestWebhook(w.keyed(anaAll, "trial"), &usherv1.TestWebhookRequest{Webhook: id}))
	}
	w.goTo(noon.Add(time.Second))
	got := to.all()
	if len(got) != 1 || !strings.Contains(string(got[0].Body), `"type":"webhook.tested"`) || !slices.Equal(got[0].Secrets, []string{made.Secret}) {
		t.Fatalf("tested once, it got %d", len(got))
	}

	to.answers(http.StatusInternalServerError)
	sold := w.sold("bo@example.com")
	w.goTo(noon.AddDate(0, 0, 5)) // longer than it is tried
	tries := len(to.all())
	all := must(c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{})).Deliveries
	if len(all) != 2 || all[0].Topic != "license.issued" || all[1].Topic != "webhook.tested" {
		t.Fatalf("there are %v", all)
	}
	d := all[0]
	if d.Webhook != id || d.Event != "license.issued" || d.Status != usherv1.DeliveryStatus_DELIVERY_STATUS_FAILED || d.Answered != 500 || d.Why != "bad_status" ||
		int(d.Tries) != tries || tries < 2 || d.DoneAt == nil || d.EventId == "" {
		t.Errorf("after %d tries it is %v", tries, d)
	}
	if d := all[1]; d.Status != usherv1.DeliveryStatus_DELIVERY_STATUS_DELIVERED || d.Answered != 200 || d.Tries != 1 {
		t.Errorf("the test is %v", d)
	}
	first := must(c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{Webhook: id, PageSize: 1}))
	second := must(c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{Webhook: id, PageSize: 1, PageToken: first.NextPageToken}))
	if len(first.Deliveries) != 1 || len(second.Deliveries) != 1 || first.Deliveries[0].Id != all[0].Id || second.Deliveries[0].Id != all[1].Id || second.NextPageToken != "" {
		t.Errorf("the pages are %v and %v", first, second)
	}
	failed := &usherv1.ListDeliveriesRequest{Status: usherv1.DeliveryStatus_DELIVERY_STATUS_FAILED}
	if some := must(c.ListDeliveries(w.as(anaAll), failed)).Deliveries; len(some) != 1 || some[0].Id != d.Id {
		t.Errorf("failed are %v", some)
	}
	if some := must(c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{Webhook: "another"})).Deliveries; len(some) != 0 {
		t.Errorf("to another there are %v", some)
	}
	shown := must(c.GetDelivery(w.as(anaAll), &usherv1.GetDeliveryRequest{Delivery: d.Id}))
	if !proto.Equal(shown.Delivery, d) || shown.Url != hooksURL || shown.ContentType != "application/json" || !strings.Contains(shown.Body, string(sold.License.ID)) {
		t.Errorf("it would be sent as %v", shown)
	}
	if strings.Contains(shown.String(), string(sold.License.Key)) || strings.Contains(shown.String(), made.Secret) {
		t.Error("a secret is shown")
	}

	to.answers(http.StatusOK)
	since := func(at time.Time) *usherv1.ReplayFailedDeliveriesRequest {
		return &usherv1.ReplayFailedDeliveriesRequest{Webhook: id, Since: timestamppb.New(at)}
	}
	if n := must(c.ReplayFailedDeliveries(w.as(anaAll), since(noon.AddDate(0, 0, 4)))).Replayed; n != 0 {
		t.Errorf("of none since then %d were replayed", n)
	}
	for range 2 { // the second is a repeat
		if n := must(c.ReplayFailedDeliveries(w.keyed(anaAll, "back"), since(noon))).Replayed; n != 1 {
			t.Errorf("%d were replayed", n)
		}
	}
	w.goTo(noon.AddDate(0, 0, 6))
	if got := to.all(); len(got) != 1 || got[0].ID != d.EventId {
		t.Errorf("replayed, it got %d", len(got))
	}
	again := must(c.ReplayDelivery(w.as(anaAll), &usherv1.ReplayDeliveryRequest{Delivery: d.Id})).Delivery
	if again.Id != d.Id || again.Status != usherv1.DeliveryStatus_DELIVERY_STATUS_WAITING || again.DoneAt != nil {
		t.Errorf("to be sent once more it is %v", again)
	}
	w.goTo(noon.AddDate(0, 0, 7))
	if got := to.all(); len(got) != 1 || got[0].ID != d.EventId {
		t.Errorf("once more, it got %d", len(got))
	}

	must(c.PauseWebhook(w.as(anaAll), &usherv1.PauseWebhookRequest{Webhook: id}))
	_, err := c.ReplayDelivery(w.as(anaAll), &usherv1.ReplayDeliveryRequest{Delivery: d.Id})
	refused(t, err, connect.CodeFailedPrecondition, "webhook_stopped", "")
	must(c.DeleteWebhook(w.as(anaAll), &usherv1.DeleteWebhookRequest{Webhook: id}))
	_, err = c.ReplayDelivery(w.as(anaAll), &usherv1.ReplayDeliveryRequest{Delivery: d.Id})
	refused(t, err, connect.CodeNotFound, "webhook_not_found", "")
	if some := must(c.ListDeliveries(w.as(anaAll), &usherv1.ListDeliveriesRequest{Webhook: id})).Deliveries; len(some) != 2 {
		t.Errorf("of a deleted one there are %v", some)
	}
}
