package discordtest

import (
	"net"
	"net/http"
	"sync"
)

// Server is a [Discord] that listens on the loopback interface.
type Server struct {
	*Discord
	URL string // "http://127.0.0.1:…", without a slash at its end

	http *http.Server
	once sync.Once
}

// TB is the part of testing.TB that [Start] needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Cleanup(func())
}

// NewServer starts a server on a port of its own. It panics if there is none,
// as httptest does.
func NewServer(app App) *Server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("discordtest: " + err.Error())
	}
	d := New(app)
	s := &Server{Discord: d, URL: "http://" + l.Addr().String(), http: &http.Server{Handler: d}}
	go s.http.Serve(l)
	return s
}

// Start starts a server that ends with the test, and fails the test for each
// complaint that is left then.
func Start(t TB, app App) *Server {
	t.Helper()
	s := NewServer(app)
	t.Cleanup(func() {
		s.Close()
		for _, c := range s.TakeComplaints() {
			t.Errorf("discordtest: %s", c)
		}
	})
	return s
}

// Close ends the server and every connection to it. Twice is once.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.stop)
		s.http.Close()
	})
}

// AuthorizeURL is the address of the authorize page, without a query.
func (s *Server) AuthorizeURL() string { return s.URL + "/oauth2/authorize" }

// APIURL is the address that /v10 and /oauth2/token are below.
func (s *Server) APIURL() string { return s.URL + "/api" }
