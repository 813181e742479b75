package plantest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// Unmet names the places in the source of a folder that hand a statement to a
// connection and from which nothing was sent: calls of Exec and Query, and of
// the folder's functions with a parameter that is called sql. A test that sends
// it is missing, and its plan has not been looked at.
func (s *Sent) Unmet(folder string) (found []string, err error) {
	folder, err = filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	sends := map[string]bool{"Exec": true, "Query": true}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && takesSQL(fn) {
				sends[fn.Name.Name] = true
			}
		}
	}
	places := 0
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !sends[called(call.Fun)] {
				return true
			}
			places++
			from, to := set.Position(call.Pos()), set.Position(call.End())
			if !s.met(filepath.ToSlash(from.Filename), from.Line, to.Line) {
				found = append(found, fmt.Sprintf("%s:%d: no test sends this statement to the database", filepath.Base(from.Filename), from.Line))
			}
			return true
		})
	}
	switch {
	case narrowed():
		return nil, nil
	case places == 0:
		return nil, fmt.Errorf("nothing in %s sends a statement", folder)
	}
	return found, nil
}

func (s *Sent) met(file string, from, to int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := from; line <= to; line++ {
		if s.lines[file][line] {
			return true
		}
	}
	return false
}

func takesSQL(fn *ast.FuncDecl) bool {
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == "sql" {
				return true
			}
		}
	}
	return false
}

// called is the name of what is called, without its package or receiver.
func called(fn ast.Expr) string {
	switch f := fn.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.IndexExpr:
		return called(f.X)
	case *ast.IndexListExpr:
		return called(f.X)
	}
	return ""
}
