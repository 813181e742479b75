//go:build darwin || linux

package main

import (
	"syscall"
	"time"
)

// freeSpace returns what an ordinary user may still write to the disk of path.
func freeSpace(path string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}

// processorTime returns what this process has used of the processors so far.
func processorTime() (used time.Duration, known bool) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, false
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), true
}
