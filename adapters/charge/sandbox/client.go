package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const maxAnswer = 64 << 20 // a whole book

// Client asks a processor that runs behind a [Handler], each time once.
type Client struct {
	url   string
	http  *http.Client
	terms termsMsg
}

var _ ports.Charger = (*Client)(nil)

// Dial asks the processor at url for its terms. A call that takes longer than
// timeout is given up; 0 is ten seconds.
func Dial(ctx context.Context, url string, timeout time.Duration) (*Client, error) {
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	c := &Client{
		url: strings.TrimSuffix(url, "/"),
		http: &http.Client{
			Timeout:   timeout,
			Transport: &http.Transport{MaxIdleConnsPerHost: 16}, // and no proxy
			CheckRedirect: func(*http.Request, []*http.Request) error { // an order goes to whom it was addressed
				return http.ErrUseLastResponse
			},
		},
	}
	if err := c.call(ctx, http.MethodGet, "/terms", nil, &c.terms); err != nil {
		return nil, err
	}
	if c.terms.KeyLifeSeconds <= 0 {
		return nil, fmt.Errorf("sandbox: %s is no sandbox: it does not say how long a key lives", url)
	}
	return c, nil
}

// Close gives up idle connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Charge takes the amount of an order.
func (c *Client) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	a, _, err := c.ask(ctx, "/charge", o)
	return a, err
}

// Find says what became of an order.
func (c *Client) Find(ctx context.Context, o ports.Order) (domain.Answer, bool, error) {
	return c.ask(ctx, "/find", o)
}

// Void gives up an order that waits for its customer.
func (c *Client) Void(ctx context.Context, o ports.Order) (domain.Answer, error) {
	a, _, err := c.ask(ctx, "/void", o)
	return a, err
}

// ask asks about an order. That it was never seen is an answer to /find only.
func (c *Client) ask(ctx context.Context, path string, o ports.Order) (domain.Answer, bool, error) {
	if err := o.Check(); err != nil {
		return domain.Answer{}, false, err
	}
	var m answerMsg
	if err := c.call(ctx, http.MethodPost, path, msgOf(o), &m); err != nil {
		return domain.Answer{}, false, err
	}
	a, seen, ok := m.answer()
	if !ok || !seen && path != "/find" {
		return domain.Answer{}, false, fmt.Errorf("sandbox: %s answered what is no answer: %+v", path, m)
	}
	return a, seen, nil
}

// Refund gives money of a paid charge back.
func (c *Client) Refund(ctx context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	if err := o.Check(); err != nil {
		return ports.RefundAnswer{}, err
	}
	var m refundedMsg
	if err := c.call(ctx, http.MethodPost, "/refund", refundMsgOf(o), &m); err != nil {
		return ports.RefundAnswer{}, err
	}
	a, ok := m.answer()
	if !ok {
		return ports.RefundAnswer{}, fmt.Errorf("sandbox: /refund answered what is no answer: %+v", m)
	}
	return a, nil
}

// KeyLife is what the processor said when it was dialled.
func (c *Client) KeyLife() time.Duration { return time.Duration(c.terms.KeyLifeSeconds) * time.Second }

// LeastCharge is what the processor said when it was dialled.
func (c *Client) LeastCharge(cur domain.Currency) int64 { return c.terms.Least[cur] }

// Confirm pays what waits under a key.
func (c *Client) Confirm(ctx context.Context, seller domain.SellerID, key string) error {
	return c.call(ctx, http.MethodPost, "/confirm", endMsg{Seller: seller, Key: key}, nil)
}

// Refuse declines what waits under a key.
func (c *Client) Refuse(ctx context.Context, seller domain.SellerID, key string, d domain.Decline) error {
	return c.call(ctx, http.MethodPost, "/refuse", endMsg{Seller: seller, Key: key, Decline: d}, nil)
}

// Next has the next new orders decided by these cards.
func (c *Client) Next(ctx context.Context, methods ...string) error {
	return c.call(ctx, http.MethodPost, "/next", nextMsg{methods}, nil)
}

// Book returns what was asked for and what came of it.
func (c *Client) Book(ctx context.Context) (b Book, err error) {
	err = c.call(ctx, http.MethodGet, "/book", nil, &b)
	return b, err
}

// call sends one message and reads what came of it.
func (c *Client) call(ctx context.Context, method, path string, q, a any) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return domain.ErrUnavailable.Because(err)
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return err
	case res.StatusCode == http.StatusOK && a == nil:
		return nil
	case res.StatusCode == http.StatusOK:
		return json.Unmarshal(text, a)
	}
	var m errorMsg
	if res.StatusCode == http.StatusConflict && json.Unmarshal(text, &m) == nil {
		if err := m.err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("sandbox: %s answered %s", path, res.Status)
}
