package verify_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/adapters/rpc/verify"
)

// An app goes on when its license is valid, or was not long ago and usher cannot
// be reached.
func Example() {
	_, usher := usherv1connect.NewLicenseServiceHandler(always{})
	server := httptest.NewServer(usher)
	licenses, err := verify.New(server.URL, &verify.Options{Tries: 1})
	if err != nil {
		panic(err)
	}
	pen := verify.License{Key: "85DB562A-C11D4B06-A2335A6B-8C079166", Product: "pen"}
	v := licenses.Check(context.Background(), pen)
	fmt.Println(v.State, v.OK())

	server.Close()
	v = licenses.Check(context.Background(), pen)
	fmt.Println(v.State, v.OK())
	v = licenses.Check(context.Background(), verify.License{Key: "another", Product: "pen"})
	fmt.Println(v.State, v.Reason)
	// Output:
	// valid true
	// stale true
	// unknown never_seen
}

// always is a server that says yes; yours is usher.
type always struct {
	usherv1connect.UnimplementedLicenseServiceHandler
}

func (always) Verify(context.Context, *usherv1.VerifyRequest) (*usherv1.VerifyResponse, error) {
	return &usherv1.VerifyResponse{Verification: &usherv1.Verification{Entitlement: &usherv1.Entitlement{Active: true}}}, nil
}
