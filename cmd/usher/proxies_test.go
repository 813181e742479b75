package main

import (
	"net/http/httptest"
	"testing"
)

func networkOf(t *testing.T, s string) network {
	t.Helper()
	var n network
	if err := n.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestClient_isTheLastHopThatIsNoTrustedProxy(t *testing.T) {
	for _, c := range []struct {
		name    string
		trusted []string
		peer    string
		headers []string
		want    string
	}{
		{"nobody is trusted", nil, "192.0.2.1:99", []string{"203.0.113.9"}, "192.0.2.1"},
		{"a stranger's word is not taken", []string{"10.0.0.0/8"}, "192.0.2.1:99", []string{"203.0.113.9"}, "192.0.2.1"},
		{"a proxy's word is", []string{"192.0.2.1"}, "192.0.2.1:99", []string{"203.0.113.9"}, "203.0.113.9"},
		{"what the client made up is not", []string{"192.0.2.1"}, "192.0.2.1:99", []string{"10.0.0.1, 203.0.113.9"}, "203.0.113.9"},
		{"proxies in a row are passed", []string{"192.0.2.0/24", "10.0.0.0/8"}, "192.0.2.1:99", []string{"1.1.1.1, 203.0.113.9, 10.1.1.1", "192.0.2.7"}, "203.0.113.9"},
		{"all of them proxies: the furthest", []string{"10.0.0.0/8"}, "10.0.0.1:99", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"nothing said", []string{"192.0.2.1"}, "192.0.2.1:99", nil, "192.0.2.1"},
		{"rubbish ends the chain", []string{"192.0.2.1", "10.0.0.0/8"}, "192.0.2.1:99", []string{"203.0.113.9, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"IPv6", []string{"2001:db8::/32"}, "[2001:db8::1]:99", []string{"2001:4860::8"}, "2001:4860::8"},
		{"IPv4 in IPv6", []string{"192.0.2.1"}, "[::ffff:192.0.2.1]:99", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
	} {
		var p proxies
		for _, s := range c.trusted {
			p = append(p, networkOf(t, s))
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		for _, h := range c.headers {
			r.Header.Add("X-Forwarded-For", h)
		}
		if got := p.client(r).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestClient_takesAwayWhatAStrangerSays(t *testing.T) {
	said := func(p proxies) (left int, https bool) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "192.0.2.1:99"
		for _, h := range forwarded {
			r.Header.Set(h, "https")
		}
		p.client(r)
		return len(r.Header), secure(r)
	}
	if left, https := said(nil); left != 0 || https {
		t.Errorf("a stranger's %d headers are left, and https is %v", left, https)
	}
	if left, https := said(proxies{networkOf(t, "192.0.2.1")}); left != len(forwarded) || !https {
		t.Errorf("a trusted proxy's %d headers are left, and https is %v", left, https)
	}
}

func TestNetwork_refusesWhatIsNone(t *testing.T) {
	for _, s := range []string{"", "10.0.0", "10.0.0.0/33", "localhost", "10.0.0.1:80", "fe80::1%eth0"} {
		var n network
		if err := n.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q is taken for %v", s, n)
		}
	}
}
