// Package openapitest holds what a server answers against what its description
// says (adapters/openapi): the status, the type and the body of each answer, and
// the names and values of what was asked, if that was accepted.
//
//	server := httptest.NewServer(openapitest.Checked(t, handler))
//	openapitest.Routes(t, "/api/", []string{"GET /api/clock"})
//
// An answer that is not described fails the test that asked for it. So tests that
// use it need say nothing about the description.
package openapitest
