package main

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
)

// TestServe_speaksGRPC asks a server with and without encryption, on the port of
// everything else, and reads in its log which procedure that was.
func TestServe_speaksGRPC(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	for _, tt := range []struct {
		name  string
		flags []string
	}{
		{"plain", nil},
		{"over TLS", []string{"--tls-cert", cert, "--tls-key", key}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := runUsher(t, append([]string{"serve", "--json", "--listen", "127.0.0.1:0"}, tt.flags...)...)
			transport := &http.Transport{Protocols: &http.Protocols{}, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // made here, a moment ago
			transport.Protocols.SetHTTP2(true)
			transport.Protocols.SetUnencryptedHTTP2(true)
			licenses := usherv1connect.NewLicenseServiceClient(&http.Client{Transport: transport}, p.url(""), connect.WithGRPC())
			_, err := licenses.Verify(t.Context(), &usherv1.VerifyRequest{Key: "4F1D52F4-3B0C4E5A-8F1D52F4-3B0C4E5A", Product: "none"})
			if connect.CodeOf(err) != connect.CodeNotFound {
				t.Errorf("a key that nobody has is answered %v", err)
			}
			transport.CloseIdleConnections()
			p.stop()
			if log := p.stderr.String(); !strings.Contains(log, "/usher.v1.LicenseService/Verify") || !strings.Contains(log, "reason=license_not_found") || strings.Contains(log, "4F1D52F4") {
				t.Errorf("the log says\n%s", log)
			}
		})
	}
}
