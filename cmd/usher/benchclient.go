package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// benchClient is one connection that asks and waits for its answer. What asks
// shares the processors with what is measured, so it does as little as can be
// done: a request is bytes that are there already, and of an answer it looks
// for the status and the end.
type benchClient struct {
	address string
	conn    net.Conn // nil: not made yet, or lost
	out, in []byte
}

// ask sends one request, whole, and waits for its answer. The deadline is that
// of the connection, see until.
func (c *benchClient) ask(request []byte) error {
	if c.conn == nil {
		return errors.New("there is no connection")
	}
	if _, err := c.conn.Write(request); err != nil {
		return c.lost(err)
	}
	for n, whole := 0, 0; ; {
		if n == len(c.in) {
			c.in = append(c.in, make([]byte, max(4<<10, n))...)
		}
		got, err := c.conn.Read(c.in[n:])
		if err != nil {
			return c.lost(err)
		}
		n += got
		if whole == 0 {
			if whole, err = answerSize(c.in[:n]); err != nil {
				return c.lost(err)
			}
		}
		if whole > 0 && n >= whole {
			return answered(c.in[:whole])
		}
	}
}

// until makes the connection if there is none, and bounds how long all that is
// asked from now on may take.
func (c *benchClient) until(ctx context.Context, limit time.Time) error {
	if c.conn == nil {
		conn, err := (&net.Dialer{Deadline: limit}).DialContext(ctx, "tcp", c.address)
		if err != nil {
			return err
		}
		c.conn = conn
	}
	return c.conn.SetDeadline(limit)
}

// lost closes the connection: nobody knows where the next answer begins.
func (c *benchClient) lost(err error) error {
	_ = c.conn.Close()
	c.conn = nil
	return err
}

func (c *benchClient) close() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
}

var (
	headEnd       = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
)

// answerSize returns how long an answer is as a whole, and 0 as long as its head
// is not there.
func answerSize(b []byte) (int, error) {
	head := bytes.Index(b, headEnd)
	if head < 0 {
		return 0, nil
	}
	_, after, found := bytes.Cut(b[:head+2], contentLength)
	digits, _, ended := bytes.Cut(after, headEnd[:2])
	n, err := strconv.Atoi(string(digits))
	if !found || !ended || err != nil || n < 0 {
		return 0, errors.New("an answer does not say how long it is")
	}
	return head + len(headEnd) + n, nil
}

// answered refuses every answer but 200.
func answered(answer []byte) error {
	const ok = "HTTP/1.1 200 "
	if bytes.HasPrefix(answer, []byte(ok)) {
		return nil
	}
	status, _, _ := bytes.Cut(answer, headEnd[:2])
	_, body, _ := bytes.Cut(answer, headEnd)
	return fmt.Errorf("%s: %s", status, body)
}
