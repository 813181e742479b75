package ports

import "time"

// Clock tells business time: all that a person can see or owe. It is in UTC,
// to the microsecond. Leases and deadlines are not on it.
type Clock func() time.Time

// Random fills b with random bytes. It never fails.
type Random func(b []byte)
