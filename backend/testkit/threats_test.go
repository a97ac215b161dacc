package testkit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*(?:/\w+)?`)

func TestThreatModelsNameExistingTests(t *testing.T) {
	t.Parallel()
	tests := backendTests(t)
	for _, doc := range []string{"../identity/doc.go", "../session/doc.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), doc, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		named := testName.FindAllString(file.Doc.Text(), -1)
		if len(named) == 0 {
			t.Errorf("%s names no test", doc)
		}
		for _, name := range named {
			if !tests[name] {
				t.Errorf("%s names %s, which does not exist", doc, name)
			}
		}
	}
}

// backendTests returns the names of all tests and fuzz targets, and of subtests with a literal name as Test/subtest.
func backendTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && testName.MatchString(f.Name.Name) {
				tests[f.Name.Name] = true
				addSubtests(tests, f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

func addSubtests(tests map[string]bool, f *ast.FuncDecl) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		run, isMethod := call.Fun.(*ast.SelectorExpr)
		literal, isLiteral := call.Args[0].(*ast.BasicLit)
		if isMethod && isLiteral && run.Sel.Name == "Run" {
			if name, err := strconv.Unquote(literal.Value); err == nil {
				tests[f.Name.Name+"/"+strings.ReplaceAll(name, " ", "_")] = true
			}
		}
		return true
	})
}
