package sqlrepo

import (
	"fmt"
	"time"
)

// Time scans a timestamp into t: NULL as the zero time, an integer as
// microseconds since 1970, anything else as the driver's own time.
func Time(t *time.Time) any { return &timeDest{t} }

type timeDest struct{ t *time.Time }

// Scan implements sql.Scanner.
func (d *timeDest) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.t = time.Time{}
	case int64:
		*d.t = time.UnixMicro(v).UTC()
	case time.Time:
		*d.t = v.UTC()
	default:
		return fmt.Errorf("sqlrepo: scan %T as time", src)
	}
	return nil
}
