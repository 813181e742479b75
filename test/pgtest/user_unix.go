//go:build unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// credential is who runs the server.
type credential struct{ sys syscall.SysProcAttr }

// apply makes a program run as that user, in a process group of its own: ^C in
// a terminal must not stop the server before the tests.
func (c credential) apply(cmd *exec.Cmd) {
	sys := c.sys
	sys.Setpgid = true
	cmd.SysProcAttr = &sys
}

// unprivileged gives dir to somebody who is not root, which PostgreSQL refuses
// to run as.
func unprivileged(dir string) (credential, error) {
	if os.Geteuid() != 0 {
		return credential{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return credential{}, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return credential{}, err
		}
		as := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return credential{syscall.SysProcAttr{Credential: as}}, os.Chown(dir, int(uid), int(gid))
	}
	return credential{}, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
}
