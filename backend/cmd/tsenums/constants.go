package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// constant is a string constant of a package. Its type is as written in the source, "" where none is.
type constant struct{ name, typeName, value string }

// constantsIn returns the string constants of the package in dir, by file and in the order of the source.
func constantsIn(dir string) ([]constant, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var found []constant
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		found = append(found, constantsOf(parsed)...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no string constants in %s: run this at the top of the repository", dir)
	}
	return found, nil
}

func constantsOf(file *ast.File) []constant {
	var found []constant
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			found = append(found, constantsOfSpec(spec.(*ast.ValueSpec))...)
		}
	}
	return found
}

func constantsOfSpec(spec *ast.ValueSpec) []constant {
	var found []constant
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			break
		}
		literal, ok := spec.Values[i].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		if value, err := strconv.Unquote(literal.Value); err == nil {
			found = append(found, constant{name.Name, typeName(spec.Type), value})
		}
	}
	return found
}

func typeName(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeName(e.X) + "." + e.Sel.Name
	}
	return ""
}

// ofType returns the values of the constants with a type.
func ofType(all []constant, typeName string) []string {
	var values []string
	for _, c := range all {
		if c.typeName == typeName {
			values = append(values, c.value)
		}
	}
	return values
}

// withPrefix returns the values of the untyped constants whose names begin with a prefix.
func withPrefix(all []constant, prefix string) []string {
	var values []string
	for _, c := range all {
		if c.typeName == "" && strings.HasPrefix(c.name, prefix) {
			values = append(values, c.value)
		}
	}
	return values
}
