package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// goMutants returns the mutants of the Go files of a folder that this system compiles and that are no tests.
func goMutants(top, folder string) ([]mutant, error) {
	entries, err := os.ReadDir(filepath.Join(top, folder))
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if matches, err := build.Default.MatchFile(filepath.Join(top, folder), name); err != nil || !matches {
			continue
		}
		source, err := os.ReadFile(filepath.Join(top, folder, name))
		if err != nil {
			return nil, err
		}
		found, err := mutantsOf(path.Join(folder, name), string(source))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// mutantsOf returns the mutants of one Go file in the order of the source.
func mutantsOf(name, source string) ([]mutant, error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil || ast.IsGenerated(parsed) {
		return nil, err
	}
	f := &goFile{path: name, source: source, base: files.File(parsed.Pos()).Base(), sql: strings.HasPrefix(name, "backend/postgres/")}
	for _, declaration := range parsed.Decls {
		f.function = nameOf(declaration)
		ast.Inspect(declaration, f.visit)
	}
	sort.SliceStable(f.found, func(i, j int) bool { return f.found[i].Start < f.found[j].Start })
	return f.found, nil
}

// nameOf returns the name of a function, with the type of a method, or of the first constant or variable of a group.
func nameOf(declaration ast.Decl) string {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name.Name
		}
		return receiver(d.Recv.List[0].Type) + "." + d.Name.Name
	case *ast.GenDecl:
		if len(d.Specs) == 0 {
			break
		}
		switch spec := d.Specs[0].(type) {
		case *ast.ValueSpec:
			return spec.Names[0].Name
		case *ast.TypeSpec:
			return spec.Name.Name
		}
	}
	return "file"
}

func receiver(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// goFile collects the mutants of a file.
type goFile struct {
	path, source, function string
	base                   int
	sql                    bool
	found                  []mutant
}

func (f *goFile) offset(at token.Pos) int { return int(at) - f.base }

func (f *goFile) text(n ast.Node) string { return f.source[f.offset(n.Pos()):f.offset(n.End())] }

func (f *goFile) replace(operator string, n ast.Node, text string) {
	f.replaceBytes(operator, f.offset(n.Pos()), f.offset(n.End()), text)
}

func (f *goFile) replaceBytes(operator string, start, end int, text string) {
	m := mutant{Path: f.path, Function: f.function, Operator: operator, Start: start, End: end, Text: text}
	f.found = append(f.found, m.located(f.source))
}
