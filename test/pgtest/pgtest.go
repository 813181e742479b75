package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
)

// shared is the cluster of this test binary.
var shared = sync.OnceValues(func() (*Cluster, error) {
	c, err := makeCluster(context.Background(), Options{})
	if err != nil {
		return nil, err
	}
	return c, errors.Join(c.Start(context.Background()))
})

var (
	made      atomic.Int64 // databases
	templates sync.Map     // by key, a func() (string, error)
)

// URL returns the address of a new, empty database, which goes when the test
// ends.
func URL(t testing.TB) string {
	t.Helper()
	return open(t, "template1")
}

// Copy returns the address of a new database that is a copy of the one that
// fill has filled, once for each key. fill must leave no connection open.
func Copy(t testing.TB, key string, fill func(ctx context.Context, url string) error) string {
	t.Helper()
	c := running(t)
	template, _ := templates.LoadOrStore(key, sync.OnceValues(func() (string, error) {
		name := fmt.Sprintf("template_%d", made.Add(1))
		if err := c.copyDatabase(context.Background(), name, "template1"); err != nil {
			return "", err
		}
		return name, fill(context.Background(), c.URL(name))
	}))
	name, err := template.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, name)
}

func open(t testing.TB, template string) string {
	t.Helper()
	c := running(t)
	name := fmt.Sprintf("test_%d", made.Add(1))
	if err := c.copyDatabase(t.Context(), name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return c.URL(name)
}

func running(t testing.TB) *Cluster {
	t.Helper()
	c, err := shared()
	if err != nil {
		without(t, err)
	}
	return c
}

// Own makes and starts a cluster for one test.
func Own(t testing.TB, o Options) *Cluster {
	t.Helper()
	c, err := makeCluster(t.Context(), o)
	if err != nil {
		without(t, err)
	}
	t.Cleanup(func() {
		c.end("")
		c.unguard()
		if err := os.RemoveAll(c.dir); err != nil { // if it was stopped already
			t.Error(err)
		}
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// without ends a test that has no PostgreSQL.
func without(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && !required() {
		t.Skip(err)
	}
	t.Fatal(err)
}
