package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/usherhq/usher/domain"
)

const maxBody = 64 << 10

// Handler lets a processor be asked over HTTP, in JSON: POST /charge, /find,
// /void, /refund, /confirm, /refuse and /next, GET /book and /terms. Where no
// answer is to come, the connection ends.
func Handler(p *Processor) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /charge", post(func(ctx context.Context, m orderMsg) (answerMsg, error) {
		a, err := p.Charge(ctx, m.order())
		return saw(a), err
	}))
	mux.Handle("POST /find", post(func(ctx context.Context, m orderMsg) (answerMsg, error) {
		a, ok, err := p.Find(ctx, m.order())
		if !ok {
			return answerMsg{Order: neverSeen}, err
		}
		return saw(a), err
	}))
	mux.Handle("POST /void", post(func(ctx context.Context, m orderMsg) (answerMsg, error) {
		a, err := p.Void(ctx, m.order())
		return saw(a), err
	}))
	mux.Handle("POST /refund", post(func(ctx context.Context, m refundMsg) (refundedMsg, error) {
		a, err := p.Refund(ctx, m.order())
		return refunded(a), err
	}))
	mux.Handle("POST /confirm", post(func(ctx context.Context, m endMsg) (noneMsg, error) {
		return noneMsg{}, p.Confirm(ctx, m.Seller, m.Key)
	}))
	mux.Handle("POST /refuse", post(func(ctx context.Context, m endMsg) (noneMsg, error) {
		return noneMsg{}, p.Refuse(ctx, m.Seller, m.Key, m.Decline)
	}))
	mux.Handle("POST /next", post(func(ctx context.Context, m nextMsg) (noneMsg, error) {
		return noneMsg{}, p.Next(ctx, m.Methods...)
	}))
	mux.HandleFunc("GET /book", func(w http.ResponseWriter, r *http.Request) {
		b, err := p.Book(r.Context())
		answer(w, b, err)
	})
	mux.HandleFunc("GET /terms", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, termsMsg{KeyLifeSeconds: int64(p.KeyLife().Seconds()), Least: p.least}, nil)
	})
	return mux
}

// post reads a message, has it done, and writes what came of it.
func post[Q, A any](do func(context.Context, Q) (A, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A page of another site can send forms here, but no JSON.
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
			http.Error(w, "the body must be application/json", http.StatusUnsupportedMediaType)
			return
		}
		var q Q
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		d.DisallowUnknownFields()
		err := d.Decode(&q)
		if err == nil {
			if _, more := d.Token(); more != io.EOF {
				err = errors.New("must be one JSON object")
			}
		}
		if err != nil {
			answer(w, noneMsg{}, domain.InvalidField("body", err.Error()))
			return
		}
		a, err := do(r.Context(), q)
		answer(w, a, err)
	})
}

// answer writes what a caller may know. Of what went wrong in here it may know
// that something did.
func answer(w http.ResponseWriter, a any, err error) {
	if errors.Is(err, errNoAnswer) {
		panic(http.ErrAbortHandler)
	}
	status := http.StatusOK
	if err != nil {
		m := errorMsg{Code: "internal", Message: "something went wrong"}
		status = http.StatusInternalServerError
		for _, e := range known {
			if refusal, ok := errors.AsType[*domain.Error](err); ok && refusal.Code == e.Code {
				status = http.StatusConflict
				m = errorMsg{Code: refusal.Code, Field: refusal.Field, Message: refusal.Msg}
			}
		}
		a = m
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(a) // who is gone is gone
}
