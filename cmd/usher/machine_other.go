//go:build !darwin && !linux

package main

import "time"

func freeSpace(string) (bytes uint64, known bool) { return 0, false }

func processorTime() (used time.Duration, known bool) { return 0, false }
