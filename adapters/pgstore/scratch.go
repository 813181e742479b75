package pgstore

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/domain"
)

// Scratch is an empty database beside another one, to measure or to try things
// in.
type Scratch struct {
	URL  string // its address, which may hold a password
	Name string

	beside string
}

// MakeScratch makes a database with a name that nobody has, on the server of the
// one at that address, which stays as it is. The role must be allowed to make
// databases.
func MakeScratch(ctx context.Context, address string) (*Scratch, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, unparsable(err)
	}
	name := "usher_scratch_" + strings.ToLower(rand.Text())
	if err := command(ctx, address, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return nil, err
	}
	u.Path = "/" + name
	q := u.Query()
	q.Del("dbname") // it would count more than the path
	q.Del("database")
	u.RawQuery = q.Encode()
	return &Scratch{URL: u.String(), Name: name, beside: address}, nil
}

// Drop drops the database; whoever is connected to it is cut off.
func (s *Scratch) Drop(ctx context.Context) error {
	return command(ctx, s.beside, "DROP DATABASE "+s.Name+" WITH (FORCE)")
}

// command runs one statement on a connection of its own.
func command(ctx context.Context, address, sql string) error {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return unparsable(err)
	}
	c.ConnectTimeout = connectFor
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return domain.ErrUnavailable.Because(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, sql)
	return err
}
