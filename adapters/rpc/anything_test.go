package rpc

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/luck"
)

// TestAnything sends every procedure requests that are made by chance, of ids that
// are there and of all kinds of nonsense, as a seller who may do everything. None
// is a failure of the server.
func TestAnything(t *testing.T) {
	w := newWorld(t)
	bought, err := w.usher.Sales.Buy(t.Context(), w.ana, domain.SaleRequest{ProductID: teamID, Variants: domain.ChosenVariants(soloID), Quantity: 3},
		app.Buyer{Email: "bo@example.com", Method: sandbox.Pays}, "k")
	if err != nil {
		t.Fatal(err)
	}
	hook, _, err := w.usher.Webhooks.Add(t.Context(), w.ana, app.NewWebhook{URL: "https://example.com/hooks"})
	if err != nil {
		t.Fatal(err)
	}
	pen := w.sold("cy@example.com")
	w.goTo(noon.Add(time.Second)) // which plans deliveries
	told, err := w.usher.Webhooks.Deliveries(t.Context(), w.ana, ports.DeliveryQuery{Limit: 1})
	if err != nil || len(told) == 0 {
		t.Fatalf("%d deliveries, %v", len(told), err)
	}
	_, program, err := w.usher.Applications.Create(t.Context(), w.ana, "my books", domain.Scopes(domain.ViewSales))
	if err != nil {
		t.Fatal(err)
	}
	c := chance{rand.New(rand.NewPCG(7, 11)), []string{
		"", "", "", "", penID, "pen", teamID, "team", soloID, "Solo", proID, string(bought.Purchase.ID), string(bought.Membership.ID), string(bought.Payment.ID),
		string(pen.Purchase.ID), string(pen.License.Key), string(bought.License.Key), "bo@example.com", "dee@example.com", "usd", "monthly", "yearly",
		string(hook.ID), string(told[0].ID), string(program.ID), "https://example.com/other", "license.*", "sale",
		sandbox.Pays, "account", "1d", "x", "\x00", "é", " ", strings.Repeat("y", 300), strings.Repeat("z", 5000),
	}}
	for _, path := range slices.Sorted(maps.Keys(procedures())) {
		m := procedures()[path]
		for range 60 * luck.Runs(t, 1) {
			asked := dynamicpb.NewMessage(m.Input())
			c.fill(asked, 0)
			body, err := proto.Marshal(asked)
			if err != nil {
				t.Fatal(err)
			}
			media := "application/proto"
			if m.IsStreamingServer() {
				media = "application/connect+proto"
				body = append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(body))), body...)
			}
			headers := []string{"Authorization", "Bearer " + anaAll}
			if c.IntN(2) == 0 {
				headers = append(headers, "Idempotency-Key", "key"+string(rune('a'+c.IntN(26))))
			}
			status, text := post(t, w.url+path, media, bytes.NewReader(body), headers...)
			if status >= 500 || strings.Contains(text, `"internal"`) || strings.Contains(text, `"unknown"`) {
				t.Errorf("%s of %v is answered %d %s", path, asked, status, text)
			}
		}
	}
	if log := w.log.String(); log != "" {
		t.Errorf("the log says %s", log)
	}
}

// chance makes messages, of these words among others.
type chance struct {
	*rand.Rand
	words []string
}

func (c chance) fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case c.IntN(3) == 0 || depth > 3:
		case f.IsList():
			list := m.Mutable(f).List()
			for range c.IntN(3) {
				list.Append(c.value(f, list.NewElement, depth))
			}
		default:
			m.Set(f, c.value(f, func() protoreflect.Value { return m.NewField(f) }, depth))
		}
	}
}

func (c chance) value(f protoreflect.FieldDescriptor, fresh func() protoreflect.Value, depth int) protoreflect.Value {
	number := []int64{0, 1, 2, 3, -1, 100, 101, 1000, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}[c.IntN(12)]
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(c.words[c.IntN(len(c.words))])
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(c.IntN(2) == 0)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(number))
	case protoreflect.Int64Kind:
		if f.Name() == "seconds" && c.IntN(2) == 0 { // of a time
			number = noon.Unix() + int64(c.IntN(86400*60))
		}
		return protoreflect.ValueOfInt64(number)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(c.IntN(f.Enum().Values().Len() + 1)))
	case protoreflect.MessageKind:
		v := fresh()
		c.fill(v.Message(), depth+1)
		return v
	}
	panic("rpc: a request has a field of kind " + f.Kind().String())
}
