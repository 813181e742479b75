package pgtest

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// errMissing says what to do.
var errMissing = errors.New("PostgreSQL is not installed: apt-get install postgresql, or brew install postgresql@17, or name the folder of initdb in USHER_TEST_POSTGRES_BIN")

// places are where systems put the programs, which need not be on PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/usr/local/pgsql/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// find returns the folder with initdb and postgres: the one that is named, the
// one on PATH, or that of the newest version.
func find() (string, error) {
	var found []string
	if named := os.Getenv("USHER_TEST_POSTGRES_BIN"); named != "" {
		found = append(found, named)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			found = append(found, filepath.Dir(real))
		}
	}
	var usual []string
	for _, pattern := range places {
		some, _ := filepath.Glob(pattern) // fails for a malformed pattern only
		usual = append(usual, some...)
	}
	slices.SortStableFunc(usual, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	for _, dir := range append(found, usual...) {
		if isFile(filepath.Join(dir, "initdb")) && isFile(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errMissing
}

// version is the last number in a path.
func version(path string) (n int) {
	for _, digits := range strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' }) {
		n, _ = strconv.Atoi(digits)
	}
	return n
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// required reports whether a missing PostgreSQL is a failure.
func required() bool {
	return slices.Contains(strings.Split(os.Getenv("USHER_TEST_REQUIRE"), ","), "postgres")
}
