package app_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// emit appends events as if what they tell of had happened.
func emit(ctx context.Context, store ports.Store, seller domain.SellerID, at time.Time, d *dice, all ...domain.Event) error {
	var rows []ports.Event
	for _, e := range all {
		var b [10]byte
		d.fill(b[:])
		rows = append(rows, ports.Event{ID: domain.EventID(domain.NewID(at, b)), Subject: e.EventSubject(), Name: e.EventName(), Payload: string(must(json.Marshal(e))), At: at})
	}
	return store.Update(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error { return tx.Events.Append(ctx, rows...) })
}

func decodedFields(of string) (e domain.LicenseRotated) {
	if err := json.Unmarshal([]byte(of), &e); err != nil {
		panic(err)
	}
	return e
}
