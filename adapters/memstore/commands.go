package memstore

import (
	"bytes"
	"context"
	"fmt"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type commands struct{ *tx }

func (r commands) Begin(ctx context.Context, c ports.Command) (ports.Command, bool, error) {
	if err := r.inserting(ctx, r.seller); err != nil {
		return ports.Command{}, false, err
	}
	k := ofSeller{r.seller, c.Key}
	if was, taken := r.commands[k]; taken {
		was.Answer = bytes.Clone(was.Answer)
		return was, false, nil
	}
	c.Answer = nil
	set(r.tx, r.commands, k, c)
	return c, true, nil
}

func (r commands) ByKey(ctx context.Context, key string) (ports.Command, error) {
	if err := r.reading(ctx); err != nil {
		return ports.Command{}, err
	}
	if r.seller == "" {
		return ports.Command{}, domain.ErrScope
	}
	c, ok := r.commands[ofSeller{r.seller, key}]
	if !ok {
		return ports.Command{}, domain.ErrCommandNotFound
	}
	c.Answer = bytes.Clone(c.Answer)
	return c, nil
}

func (r commands) Release(ctx context.Context, key string) error {
	if err := r.inserting(ctx, r.seller); err != nil {
		return err
	}
	k := ofSeller{r.seller, key}
	if c, ok := r.commands[k]; ok && c.Answer == nil {
		unset(r.tx, r.commands, k)
	}
	return nil
}

func (r commands) Finish(ctx context.Context, key, state string, answer []byte) error {
	if err := r.inserting(ctx, r.seller); err != nil {
		return err
	}
	k := ofSeller{r.seller, key}
	c, ok := r.commands[k]
	if !ok {
		return fmt.Errorf("memstore: no command %q was begun", key)
	}
	c.State, c.Answer = state, bytes.Clone(answer)
	set(r.tx, r.commands, k, c)
	return nil
}

type progress struct{ *tx }

// reached refuses the scope that reaches nothing. The system's tasks are under
// no seller.
func (r progress) reached() error {
	if r.seller == "" && !r.system {
		return domain.ErrScope
	}
	return nil
}

func (r progress) ByID(ctx context.Context, id string) (ports.Task, error) {
	if err := r.reading(ctx); err != nil {
		return ports.Task{}, err
	}
	task, ok := r.tasks[ofSeller{r.seller, id}]
	if !ok || r.reached() != nil {
		return ports.Task{}, domain.ErrProgressNotFound
	}
	return task, nil
}

func (r progress) Put(ctx context.Context, task ports.Task) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if err := r.reached(); err != nil {
		return err
	}
	set(r.tx, r.tasks, ofSeller{r.seller, task.ID}, task)
	return nil
}
