package rpc

import (
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestClients_carryNoServer reads what the packages that clients import bring
// along: of usher, only each other.
func TestClients_carryNoServer(t *testing.T) {
	const module, ours = "github.com/usherhq/usher/", "github.com/usherhq/usher/adapters/rpc/gen/"
	files := 0
	for _, root := range []string{"gen", "verify"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f, err := parser.ParseFile(gotoken.NewFileSet(), path, text, parser.ImportsOnly)
			if err != nil {
				return err
			}
			files++
			for _, spec := range f.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil || strings.HasPrefix(imported, module) && !strings.HasPrefix(imported, ours) {
					t.Errorf("%s imports %s, %v", path, imported, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files == 0 {
		t.Error("there is nothing to import")
	}
}

// TestGenerated_isOfProtosThatAreThere finds what a proto left behind when it went.
func TestGenerated_isOfProtosThatAreThere(t *testing.T) {
	err := filepath.WalkDir("gen", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		name, isConnect := strings.CutSuffix(d.Name(), ".connect.go")
		dir := filepath.Dir(path)
		if isConnect {
			dir = filepath.Dir(dir)
		}
		proto := filepath.Join("proto", strings.TrimPrefix(dir, "gen"), strings.TrimSuffix(name, ".pb.go")+".proto")
		if _, err := os.Stat(proto); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
