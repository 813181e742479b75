package ports

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// Mailer hands mails on. It is called outside of every transaction, at least
// once for each mail: the same cause of a seller twice is once, as far as it
// can tell.
type Mailer interface {
	// Send hands a mail on, or fails: then it is tried again later.
	Send(context.Context, domain.Mail) error
}
