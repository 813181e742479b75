package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// jsonCodec writes JSON for people who read it: names as in the protos and in the
// other APIs, and zeros too; what is unset is left out. It reads names in either
// form, and ignores those that are not known.
type jsonCodec struct{ name string }

// jsonNames are what a content type may call it.
var jsonNames = []string{"json", "json; charset=utf-8"}

// Name is what the content type says.
func (c jsonCodec) Name() string { return c.name }

// Marshal writes a message, each time the same.
func (jsonCodec) Marshal(v any) ([]byte, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("rpc: %T is no message", v)
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = json.Compact(&b, text) // protojson adds blanks by chance
	return b.Bytes(), err
}

// Unmarshal reads a message. An empty body is one without fields.
func (jsonCodec) Unmarshal(text []byte, v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("rpc: %T is no message", v)
	}
	if len(text) == 0 {
		return nil
	}
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(text, m)
}
