package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const heading = `# The secrets of one usher server: what its licence keys are sealed with.
# Keep a copy of this file, and keep it apart from the copies of the database:
# each is of no use without the other.
`

// Parse reads a keyring from its text form, out of a setting or a file.
func Parse(text []byte) (*Keyring, error) {
	secrets, err := parseSecrets(text)
	if err != nil {
		return nil, err
	}
	return New(secrets...)
}

// Load reads a keyring from a file. A file that is not there is
// [fs.ErrNotExist].
func Load(path string) (*Keyring, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k.From(path), nil
}

// Create draws a secret and makes a file of it that only its owner may read. It
// never touches a file that is there: that is [fs.ErrExist]. The file appears
// whole, and once Create returns it is on disk: a database must not outlive
// its secrets.
func Create(path string) (*Keyring, error) {
	s, err := Generate(1)
	if err != nil {
		return nil, err
	}
	k, err := New(s)
	if err != nil {
		return nil, err
	}
	if err := create(path, []byte(heading+s.line()+"\n")); err != nil {
		return nil, err
	}
	return k.From(path), nil
}

// link is os.Link, which some file systems do not have.
var link = os.Link

// create writes a file under another name and then links it to its own, which
// fails if that is taken.
func create(path string, text []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.new") // with mode 0600
	if err != nil {
		return err
	}
	whole := f.Name()
	defer os.Remove(whole)
	if err := write(f, text); err != nil {
		return err
	}
	err = link(whole, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without links: the file is not whole for a moment.
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			if err = write(f, text); err != nil {
				os.Remove(path)
			}
		}
	}
	if err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil { // the name, too, must be on disk; some systems cannot
		d.Sync()
		d.Close()
	}
	return nil
}

func write(f *os.File, text []byte) error {
	_, err := f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
