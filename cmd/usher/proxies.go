package main

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
)

// network is an address, or all addresses with the same beginning.
type network struct{ netip.Prefix }

// UnmarshalText reads 10.0.0.0/8, or one address.
func (n *network) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		n.Prefix = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		return nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return errors.New("must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8")
	}
	n.Prefix = p.Masked()
	return nil
}

// proxies are those whose word about a client is taken.
type proxies []network

func (p proxies) trust(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// forwarded are the headers in which a proxy speaks about its client.
var forwarded = []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-Ip"}

// client returns the address that a request comes from. If the peer is a
// trusted proxy, it is the last one in X-Forwarded-For that is not; of anybody
// else, what is said there is taken out of the request, so that no handler
// believes it.
func (p proxies) client(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	from := peer.Addr().Unmap()
	if !p.trust(from) {
		for _, h := range forwarded {
			r.Header.Del(h)
		}
		return from
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // whoever is further away is not known
		}
		from = hop.Unmap().WithZone("")
		if !p.trust(from) {
			break
		}
	}
	return from
}

// secure reports whether the client speaks https, to usher or to a trusted
// proxy. It is asked after client, which takes away what is not to be believed.
func secure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(r.Header.Get("X-Forwarded-Proto")), "https")
}
