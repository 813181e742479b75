package rpc

import (
	"context"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/usherhq/usher/app"
)

const replayedHeader = "Idempotent-Replayed"

// key returns the command key of a call, which is missing only if it need not be
// there.
func (c caller) key(ctx context.Context, needed bool) (string, error) {
	return c.token.CommandKey(sent(ctx).Values("Idempotency-Key"), needed)
}

// message is a pointer to a generated message M.
type message[M any] interface {
	*M
	proto.Message
}

// keeper is [once] or [onceOrAgain].
type keeper[P any] func(context.Context, *server, caller, proto.Message, func(context.Context) (P, error)) (P, error)

// once does a change whose command takes no key: with the header it is done once,
// and a repeat is answered as the first time. asked is the whole request, by which a
// repeat is known; do uses the context that it is given.
func once[M any, P message[M]](ctx context.Context, s *server, c caller, asked proto.Message, do func(context.Context) (P, error)) (P, error) {
	return carryOut(ctx, s, c, asked, false, do)
}

// onceOrAgain is once for what may be done again if its answer was ever lost,
// because twice is harmless.
func onceOrAgain[M any, P message[M]](ctx context.Context, s *server, c caller, asked proto.Message, do func(context.Context) (P, error)) (P, error) {
	return carryOut(ctx, s, c, asked, true, do)
}

func carryOut[M any, P message[M]](ctx context.Context, s *server, c caller, asked proto.Message, repeatable bool, do func(context.Context) (P, error)) (P, error) {
	key, err := c.key(ctx, false)
	if err != nil {
		return nil, err
	}
	request, err := proto.MarshalOptions{Deterministic: true}.Marshal(asked)
	if err != nil {
		return nil, err
	}
	var made P
	what := app.Command{Seller: c.seller, Key: key, Repeatable: repeatable, Asked: struct {
		Message string
		Asked   []byte
	}{string(asked.ProtoReflect().Descriptor().FullName()), request}}
	text, again, err := s.usher.Commands.Once(ctx, what, func(ctx context.Context) (string, error) {
		var err error
		if made, err = do(ctx); err != nil {
			return "", err
		}
		kept, err := anypb.New(made) // which is never empty
		if err != nil {
			return "", err
		}
		text, err := proto.Marshal(kept)
		return string(text), err
	})
	if err != nil || !again {
		return made, err
	}
	kept, first := &anypb.Any{}, P(new(M))
	if err := proto.Unmarshal([]byte(text), kept); err != nil {
		return nil, err
	}
	if err := kept.UnmarshalTo(first); err != nil {
		return nil, err
	}
	replayed(ctx)
	return first, nil
}

// replayed says in the answer that the command came before under its key.
func replayed(ctx context.Context) {
	if info, ok := connect.CallInfoForHandlerContext(ctx); ok {
		info.ResponseHeader().Set(replayedHeader, "true")
	}
}

func wasReplayed(ctx context.Context) bool {
	info, ok := connect.CallInfoForHandlerContext(ctx)
	return ok && info.ResponseHeader().Get(replayedHeader) != ""
}
