package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// hanging are receivers of which some never answer.
type hanging struct {
	mu    sync.Mutex
	at    map[string]int // requests at an address that hangs, now
	most  int
	came  chan string
	never chan struct{}
}

func (h *hanging) Post(ctx context.Context, m ports.Message) (domain.Post, error) {
	if !strings.Contains(m.URL, "hangs") {
		h.came <- m.URL
		return domain.Post{Status: 200}, nil
	}
	h.mu.Lock()
	h.at[m.URL]++
	h.most = max(h.most, h.at[m.URL])
	h.mu.Unlock()
	select {
	case <-ctx.Done():
		return domain.Post{}, ctx.Err()
	case <-h.never:
		return domain.Post{Why: "timeout"}, nil
	}
}

// TestWebhooks_whoHangsDelaysNobody has ten of a hundred receivers hang, each with
// more sales than it is told of at once: while none of them has even timed out, the
// other ninety have had everything, and other work is done.
func TestWebhooks_whoHangsDelaysNobody(t *testing.T) {
	w := newToldInMemory(t)
	const sales = 30
	for i := range 100 {
		url := fmt.Sprintf("https://hooks.example.com/%d", i)
		if i%10 == 0 {
			url = fmt.Sprintf("https://hangs.example.com/%d", i)
		}
		w.add(app.NewWebhook{URL: url})
	}
	for i := range sales {
		w.happens(issued(fmt.Sprint("b", i), w.clock.now()))
	}
	to := &hanging{at: map[string]int{}, came: make(chan string), never: make(chan struct{})}
	u := w.process(to)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- u.Worker.Run(ctx) }()
	for range 90 * sales { // none of those that hang is let go before all of these have come
		<-to.came
	}
	// And so is what happens now, as fast as if nobody hung.
	w.happens(issued("later", w.clock.now()))
	u.Worker.Wake()
	for range 90 {
		<-to.came
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	if len(to.at) != 10 || to.most > 4 {
		t.Errorf("%d hung, and one was asked for %d things at once", len(to.at), to.most)
	}
	for _, d := range w.deliveries(ports.DeliveryQuery{}) {
		if d.Status == domain.DeliveryFailed || d.Tries > 1 {
			t.Errorf("got %+v", d)
		}
	}
}
