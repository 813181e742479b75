//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sqlitestore

import (
	"errors"
	"os"
	"syscall"
)

// errHeld says that somebody else holds the lock.
var errHeld = errors.New("another process has the database open")

// fileLock is a lock between processes, and between stores of one process, on
// a file of its own. SQLite's locks on the database would not do: they are held
// for the time of a transaction.
type fileLock struct{ f *os.File }

// openLock opens the lock's file, which is never removed: who holds a lock on
// a removed file holds nothing.
func openLock(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &fileLock{f}, nil
}

// share takes the lock together with others, also in place of alone, or fails
// with errHeld.
func (l *fileLock) share() error { return l.flock(syscall.LOCK_SH) }

// alone takes the lock with nobody beside, or fails with errHeld; then nothing
// is held any more.
func (l *fileLock) alone() error {
	err := l.flock(syscall.LOCK_EX)
	if err != nil {
		return errors.Join(err, l.flock(syscall.LOCK_UN))
	}
	return nil
}

func (l *fileLock) flock(how int) error {
	err := syscall.Flock(int(l.f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}

func (l *fileLock) close() error { return l.f.Close() }
