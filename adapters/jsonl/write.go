package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Options say what a file holds.
type Options struct {
	WithKeys bool // licence keys, without which the licences cannot be imported
}

// Write writes records as a file and returns how many it wrote. The same
// records always give the same bytes. It stops at the first error: that of
// records, of w, or a record that no file can hold.
func Write(w io.Writer, records iter.Seq2[app.Record, error], o Options) (n int64, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	put := func(v any) error {
		line.Reset()
		if err := enc.Encode(v); err != nil {
			return err
		}
		if line.Len() > maxLine+1 {
			return fmt.Errorf("jsonl: a %T is longer than a line may be", v)
		}
		_, err := out.Write(line.Bytes())
		return err
	}
	if err := put(header{Usher: version}); err != nil {
		return 0, err
	}
	for r, err := range records {
		if err != nil {
			return n, err
		}
		l, err := lineOf(r.Value, o)
		if err != nil {
			return n, err
		}
		if err := put(l); err != nil {
			return n, err
		}
		n++
	}
	return n, out.Flush()
}

// lineOf returns a record as it stands in a file.
func lineOf(v any, o Options) (line, error) {
	switch v := v.(type) {
	case domain.Seller:
		return ofSeller(v), nil
	case domain.Product:
		return ofProduct(v)
	case domain.Variant:
		return ofVariant(v), nil
	case domain.PurchaseState:
		return ofPurchase(v), nil
	case domain.MembershipState:
		return ofMembership(v), nil
	case domain.MembershipRecord:
		return ofMembershipRecord(v), nil
	case domain.PaymentState:
		return ofPayment(v), nil
	case domain.Refund:
		return ofRefund(v), nil
	case domain.Dispute:
		return ofDispute(v), nil
	case domain.Seat:
		return ofSeat(v), nil
	case ports.CountedLicense:
		if !o.WithKeys {
			v.License.Key = ""
		}
		return ofLicense(v), nil
	case domain.TokenState:
		if v.PurchaseID != "" || v.SeatID != "" || v.ApplicationID != "" {
			return nil, fmt.Errorf("jsonl: the token %s is of a sale, a seat or an application, and no line holds such a one", v.ID)
		}
		return ofToken(v), nil
	}
	return nil, fmt.Errorf("jsonl: no line holds a %T", v)
}
