package rpc

import (
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/usherhq/usher/domain"
)

// storable refuses a message in which a string holds what no store keeps, naming
// the field.
func storable(m protoreflect.Message) (err error) {
	check := func(f protoreflect.FieldDescriptor, v protoreflect.Value) error {
		switch f.Kind() {
		case protoreflect.StringKind:
			if !domain.Storable(v.String()) {
				return domain.InvalidField(string(f.Name()), "must not contain NUL characters")
			}
		case protoreflect.MessageKind:
			return storable(v.Message())
		}
		return nil
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap(): // no request has one
			panic("rpc: a map in a request")
		case f.IsList():
			for i := range v.List().Len() {
				if err = check(f, v.List().Get(i)); err != nil {
					break
				}
			}
		default:
			err = check(f, v)
		}
		return err == nil
	})
	return err
}

// stamp is unset for never.
func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// instant reads a time; unset is the zero one.
func instant(field string, t *timestamppb.Timestamp) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	if t.CheckValid() != nil {
		return time.Time{}, domain.InvalidField(field, "is not a time")
	}
	return domain.Instant(t.AsTime()), nil
}

// instantOf is a time of a request, and where it goes.
type instantOf struct {
	field string
	sent  *timestamppb.Timestamp
	to    *time.Time
}

// small is a count as it goes on the wire.
func small(n int) int32 { return int32(min(n, math.MaxInt32)) }

// wordOf returns the word of the domain that an enum's value stands for: its name
// in lower case, without what all of its names begin with. Unspecified is "". A
// number without a name is refused, naming the field.
func wordOf[W ~string](field string, e protoreflect.Enum) (W, error) {
	v := e.Descriptor().Values().ByNumber(e.Number())
	if v == nil {
		return "", domain.InvalidField(field, "is not known here")
	}
	word := strings.TrimPrefix(string(v.Name()), prefixOf(e.Descriptor()))
	if v.Number() == 0 {
		return "", nil
	}
	return W(strings.ToLower(word)), nil
}

// enumOf returns the value of an enum that stands for a word of the domain;
// unspecified, if none does.
func enumOf[E interface {
	~int32
	protoreflect.Enum
}, W ~string](word W) E {
	var zero E
	d := zero.Descriptor()
	v := d.Values().ByName(protoreflect.Name(prefixOf(d) + strings.ToUpper(string(word))))
	if v == nil {
		return zero
	}
	return E(v.Number())
}

// prefixOf is what all names of an enum begin with, as RECURRENCE_ in
// RECURRENCE_UNSPECIFIED.
func prefixOf(d protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(d.Values().ByNumber(0).Name()), "UNSPECIFIED")
}
