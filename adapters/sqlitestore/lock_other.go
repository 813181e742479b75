//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package sqlitestore

import "errors"

// errHeld is never returned here.
var errHeld = errors.New("another process has the database open")

// fileLock locks nothing on systems without flock. Migrating while another
// process works is then its operator's to avoid; two migrations at once are
// kept apart by SQLite's own lock, and the later one fails.
type fileLock struct{}

func openLock(string) (*fileLock, error) { return &fileLock{}, nil }

func (*fileLock) share() error { return nil }
func (*fileLock) alone() error { return nil }
func (*fileLock) close() error { return nil }
