package circletest

import (
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is a Circle that listens on the loopback interface.
type Server struct {
	*Circle
	URL  string // without a slash at the end; the API is below /api
	http *http.Server
}

// NewServer starts a Circle whose clock is now; nil is the machine's. It is
// ended with Close.
func NewServer(now func() time.Time) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := New(now)
	s := &Server{Circle: c, URL: "http://" + l.Addr().String(), http: &http.Server{
		Handler:           c,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // its lines may have a URL in them
	}}
	go s.http.Serve(l) // returns when the server is closed
	return s, nil
}

// Close ends the server and every connection. Twice is once.
func (s *Server) Close() {
	s.Circle.Close()
	s.http.Close() // nothing is to be saved
}

// T is the part of a testing.T that Start needs.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Start starts a Circle for a test and ends it with the test. Complaints that
// the test did not take fail it.
func Start(t T, now func() time.Time) *Server {
	t.Helper()
	s, err := NewServer(now)
	if err != nil {
		t.Fatalf("circletest: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		s.Close()
		for _, complaint := range s.TakeComplaints() {
			t.Errorf("circletest: %s", complaint)
		}
	})
	return s
}
