//go:build !unix

package pgtest

import "os/exec"

// credential is who runs the server.
type credential struct{}

func (credential) apply(*exec.Cmd) {}

// unprivileged refuses: there is no shell to watch over the server.
func unprivileged(string) (credential, error) { return credential{}, errMissing }
