package storetest_test

import (
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/storetest"
)

// A store of your own is usher's once it passes these lines, with yours in place
// of the one in memory. One for another SQL database need not be written anew:
// adapters/sqlrepo has the statements, over a connection of two methods.
func TestYourStore(t *testing.T) {
	open := func(_ *testing.T, now func() time.Time) ports.Store {
		return memstore.New(&memstore.Options{Now: now})
	}
	storetest.Run(t, open)
	storetest.RunConcurrent(t, open)
}
