package main

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// TestBenchClient: an answer may come in pieces, and the next one follows it.
func TestBenchClient(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
	for _, tt := range []struct {
		name   string
		pieces []string
		want   string // what the error says; empty: none
		keeps  bool   // the connection is of use afterwards
	}{
		{"in one piece", []string{good}, "", true},
		{"byte by byte", strings.Split(good, ""), "", true},
		{"an empty body", []string{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, "", true},
		{"a long body", []string{fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 1<<20), strings.Repeat("x", 1<<20)}, "", true},
		{"a refusal", []string{"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"}, "503 Service Unavailable: busy", true},
		{"without a length", []string{"HTTP/1.1 200 OK\r\n\r\n"}, "how long", false},
		{"a length in the body", []string{"HTTP/1.1 200 OK\r\n\r\n\r\nContent-Length: 5\r\n"}, "how long", false},
		{"cut off", []string{good[:20]}, "EOF", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				buf := make([]byte, 64)
				for range 2 {
					if n, err := conn.Read(buf); err != nil || !bytes.Equal(buf[:n], []byte("ask")) {
						return
					}
					for _, piece := range tt.pieces {
						_, _ = conn.Write([]byte(piece))
					}
					if !tt.keeps {
						return
					}
				}
			}()
			c := &benchClient{address: l.Addr().String()}
			defer c.close()
			if err := c.until(t.Context(), time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				err := c.ask([]byte("ask"))
				if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				if (c.conn != nil) != tt.keeps {
					t.Fatalf("the connection is kept: %v", c.conn != nil)
				}
				if !tt.keeps {
					return
				}
			}
		})
	}
}
