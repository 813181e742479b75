package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
)

var errForbidden = errors.New("webhook: the address leads into a network that webhooks must not reach")

// special are networks that nobody on the internet has an address in (the special
// purpose registries of IANA), and those whose addresses stand for another one.
var special = func() (all []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// Of version 6 only what is given out is global, and of that not what stands for
// an address of version 4 or is for documents.
var (
	global6  = netip.MustParsePrefix("2000::/3")
	special6 = []netip.Prefix{
		netip.MustParsePrefix("2001::/23"), // Teredo, benchmarking, ORCHID
		netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("2002::/16"), // 6to4
		netip.MustParsePrefix("3fff::/20"),
	}
)

// check refuses an address that must not be dialed.
func (r Reach) check(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errForbidden
	}
	ip := at.Addr().Unmap().WithZone("")
	switch {
	case r == Anywhere, r == Loopback && ip.IsLoopback(), global(ip):
		return nil
	}
	return errForbidden
}

// global reports whether an address is one of the internet.
func global(ip netip.Addr) bool {
	of := special
	if ip.Is6() {
		if !global6.Contains(ip) {
			return false
		}
		of = special6
	}
	for _, p := range of {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

func isTLS(err error) bool {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var cert *tls.CertificateVerificationError
	return errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &cert)
}
