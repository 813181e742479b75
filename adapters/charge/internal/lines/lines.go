package lines

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// disk is what is needed of an [os.File]; tests have one that fails.
type disk interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// File is an open file of lines. Its methods may be called by any number of
// goroutines.
type File struct {
	path  string
	disk  disk
	lock  func() (bool, error)
	free  func() error
	still func() bool   // whether path still names this file
	turn  chan struct{} // holds one token: whoever has it, has the turn
	size  int64         // of the lines that were read or written here
	lines int           // so many
	lost  error         // why nobody knows any more what is in the file
}

// Open opens or makes a file that only its owner may read. Nothing of it is
// read before the first turn.
func Open(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if d, err := os.Open(filepath.Dir(path)); err == nil { // the name, too, must be on disk; some systems cannot
		d.Sync()
		d.Close()
	}
	l := &File{
		path: path, disk: f, turn: make(chan struct{}, 1),
		lock: func() (bool, error) { return lock(f) }, free: func() error { return unlock(f) },
		still: func() bool {
			a, err := f.Stat()
			if err != nil {
				return false
			}
			b, err := os.Stat(path)
			return err == nil && os.SameFile(a, b)
		},
	}
	l.turn <- struct{}{}
	return l, nil
}

// Close closes the file, after the turn that is on.
func (l *File) Close() error {
	<-l.turn
	defer func() { l.turn <- struct{}{} }()
	l.lost = fmt.Errorf("%s: %w", l.path, os.ErrClosed)
	return l.disk.Close()
}

// patience is how long a program that starts waits for the others' turns.
const patience = 10 * time.Second

// Read is a turn that only learns, for a program that has just opened the file.
func (l *File) Read(learn func(line []byte) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := l.Turn(ctx, learn, func() ([]byte, error) { return nil, nil })
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: another process keeps it locked", l.path)
	}
	return err
}

// Turn gives learn each line that it has not had yet, then asks decide for a
// line to add: nil is none. Once that line is on disk learn gets it like any
// other, so what is remembered is what a process that opens the file would
// remember. If the line cannot be written it is not in the file, or, when not
// even that is sure, no turn succeeds any more. decide's own error is returned
// as it is.
func (l *File) Turn(ctx context.Context, learn func(line []byte) error, decide func() ([]byte, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-l.turn:
	}
	defer func() { l.turn <- struct{}{} }()
	if l.lost != nil {
		return l.lost
	}
	if err := l.wait(ctx); err != nil {
		return err
	}
	defer l.free()
	if !l.still() {
		return fmt.Errorf("%s: the file was moved away; open it again", l.path)
	}
	if err := l.read(learn); err != nil {
		return fmt.Errorf("%s: %w", l.path, err)
	}
	line, err := decide()
	if err != nil || line == nil {
		return err
	}
	if err := l.add(line); err != nil {
		return fmt.Errorf("%s: %w", l.path, err)
	}
	return learn(line)
}

// wait waits for the lock among processes.
func (l *File) wait(ctx context.Context) error {
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		if ok, err := l.lock(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// read learns what others have added, and mends the end of the file.
func (l *File) read(learn func([]byte) error) error {
	from := max(l.size-1, 0) // one byte early, to see the end of what was read before
	r := bufio.NewReader(io.NewSectionReader(l.disk, from, 1<<62))
	if l.size > 0 {
		if end, err := r.ReadByte(); err == io.EOF || err == nil && end != '\n' {
			return errors.New("lines that were there are gone")
		} else if err != nil {
			return err
		}
	}
	for {
		line, err := r.ReadBytes('\n')
		switch {
		case err == io.EOF && len(line) > 0:
			return l.mend(line, learn)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := l.learn(line[:len(line)-1], learn); err != nil {
			return err
		}
	}
}

func (l *File) learn(line []byte, learn func([]byte) error) error {
	if !json.Valid(line) {
		return fmt.Errorf("line %d is not JSON", l.lines+1)
	}
	if err := learn(line); err != nil {
		return fmt.Errorf("line %d: %w", l.lines+1, err)
	}
	l.size += int64(len(line)) + 1
	l.lines++
	return nil
}

// mend ends a last line that has no newline. A part of a JSON object is never
// JSON, so what is JSON is all of the line.
func (l *File) mend(line []byte, learn func([]byte) error) error {
	if !json.Valid(line) {
		return errors.Join(l.disk.Truncate(l.size), l.disk.Sync())
	}
	if _, err := l.disk.WriteAt([]byte{'\n'}, l.size+int64(len(line))); err != nil {
		return err
	}
	if err := l.disk.Sync(); err != nil {
		return err
	}
	return l.learn(line, learn)
}

// add appends a line. What could not be written whole is taken back; if that
// fails as well, somebody may read a line that nobody has answered for.
func (l *File) add(line []byte) error {
	line = append(bytes.Clone(line), '\n')
	_, err := l.disk.WriteAt(line, l.size)
	if err == nil {
		err = l.disk.Sync()
	}
	if err == nil {
		l.size += int64(len(line))
		l.lines++
		return nil
	}
	if back := errors.Join(l.disk.Truncate(l.size), l.disk.Sync()); back != nil {
		err = errors.Join(err, back)
		l.lost = fmt.Errorf("%s: a line could neither be written nor taken back; open it again: %w", l.path, err)
	}
	return err
}
