//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lines

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the lock, or reports false if another process or another File has it.
func lock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
