package pgstore

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/usherhq/usher/domain"
)

// code returns the SQLSTATE of err, and "" if it is not the server's.
func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// The SQLSTATEs that decide what is done next.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03"
	invalidParameter     = "22023"
	readOnlyTransaction  = "25006" // the server is a standby: no closure of ours is asked to write where it reads
)

// classes are the SQLSTATEs, or beginnings of them, that mean that the database
// cannot be reached or written now.
var classes = []string{
	"08", "28", "3D", // the connection, the password, the database
	"53", "57", "58", // what the server lacks, what somebody told it, the disk
	"25P03", "25P04", // a transaction that took too long
	serializationFailure, deadlockDetected, lockNotAvailable, readOnlyTransaction,
}

// classify gives an error of the driver its meaning. broken says that the
// connection is gone.
func classify(err error, broken bool) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if broken {
			return domain.ErrUnavailable.Because(err)
		}
		return err
	}
	if e.Code == uniqueViolation {
		return taken(e.ConstraintName).Because(err)
	}
	for _, class := range classes {
		if strings.HasPrefix(e.Code, class) {
			return domain.ErrUnavailable.Because(err)
		}
	}
	return err
}

// names are the unique indexes whose clash has a name of its own; that of all
// others is domain.ErrExists. A statement asks before it writes: a clash comes
// to light here only if two transactions met.
var names = map[string]*domain.Error{
	"usher_products_permalink_key_key":           domain.ErrPermalinkTaken,
	"usher_products_custom":                      domain.ErrPermalinkTaken,
	"usher_purchases_seller_id_order_number_key": domain.ErrOrderNumberTaken,
	"usher_licenses_digest_product_id_key":       domain.ErrKeyTaken,
	"usher_licenses_purchase_id_seat_id_key":     domain.ErrLicenseExists,
	"usher_payments_cycle":                       domain.ErrAlreadyPaid,
	"usher_seats_email":                          domain.ErrSeatTaken,
}

func taken(constraint string) *domain.Error {
	if e := names[constraint]; e != nil {
		return e
	}
	return domain.ErrExists
}

// mostClashes is how often a closure is run again because a name was taken
// between asking and writing. The next run sees who has it.
const mostClashes = 3

// rerunnable reports whether a transaction that ended so may succeed if it is
// run again; nothing of it was kept.
func rerunnable(err error, try int) bool {
	switch code(err) {
	case serializationFailure, deadlockDetected:
		return true
	case uniqueViolation:
		return try < mostClashes
	}
	return false
}

// cut reports whether err says that a context, or the transaction, has ended.
func cut(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errOver)
}
