package archtest

import (
	"bytes"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A project is what the rules look at: the files of the checkout, parsed.
type project struct {
	files  []file            // Go files
	texts  map[string]string // SQL and proto files, by path
	gomod  string
	broken []string // Go files that do not parse
}

// A file is one Go file. Its path is relative to the project and has slashes.
type file struct {
	path, dir string
	test      bool // a _test.go file
	ast       *ast.File
	lines     int
}

// load reads every source file below the root. It takes a file system, and not
// a folder, so that the tests of the rules can hand in a project of three lines.
func load(fsys fs.FS) (project, error) {
	p := project{texts: map[string]string{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && skipped(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		ext := path.Ext(name)
		if ext != ".go" && ext != ".sql" && ext != ".proto" && name != "go.mod" {
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		switch {
		case name == "go.mod":
			p.gomod = string(src)
		case ext == ".go":
			p.add(name, src)
		default:
			p.texts[name] = string(src)
		}
		return nil
	})
	return p, err
}

// skipped says which folders hold no source of ours, as the go command does.
func skipped(dir string) bool {
	return dir == "testdata" || dir == "vendor" || dir == "node_modules" ||
		strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

func (p *project) add(name string, src []byte) {
	parsed, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		p.broken = append(p.broken, name)
		return
	}
	p.files = append(p.files, file{
		path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
		ast: parsed, lines: bytes.Count(src, []byte("\n")),
	})
}

func (p project) inDir(dir string) []file {
	var in []file
	for _, f := range p.files {
		if f.dir == dir {
			in = append(in, f)
		}
	}
	return in
}

// program follows imports from a command through the project, and returns
// every import path that it meets with the file that brought it in. Packages
// of other modules are named but not entered.
func (p project) program(cmd string) map[string]string {
	met := map[string]string{}
	for todo := []string{cmd}; len(todo) > 0; todo = todo[1:] {
		for _, f := range p.inDir(todo[0]) {
			if f.test || !f.linked() {
				continue
			}
			for _, imp := range f.imports() {
				if _, seen := met[imp]; seen {
					continue
				}
				met[imp] = f.path
				if dir, own := strings.CutPrefix(imp, module+"/"); own {
					todo = append(todo, dir)
				}
			}
		}
	}
	return met
}

func (f file) imports() []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		if s, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, s)
		}
	}
	return paths
}

// linked says whether some ordinary build compiles this file: one without
// Wire's tag, on whatever system. A file that is not linked is an input of Wire.
func (f file) linked() bool {
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if c.Pos() > f.ast.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			expr, err := constraint.Parse(c.Text)
			if err != nil {
				return true
			}
			return expr.Eval(func(tag string) bool { return tag != wireTag }) ||
				expr.Eval(func(string) bool { return false })
		}
	}
	return true
}

// generated files may be as long as they like.
func (f file) generated() bool {
	return path.Base(f.path) == "wire_gen.go" || ast.IsGenerated(f.ast) ||
		strings.Contains(f.path, "/gen/") || strings.Contains(f.path, "/portsmock/")
}

// within says whether p is dir or lies below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// withinAny is within for several folders.
func withinAny(p string, dirs []string) bool {
	for _, d := range dirs {
		if within(p, d) {
			return true
		}
	}
	return false
}
