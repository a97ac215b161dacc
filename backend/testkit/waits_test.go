package testkit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestWaitsAreBounded refuses each receive outside a select and each wait for a sync.WaitGroup. The package wait bounds
// both. A receive from a context's Done ends with its context. What runs in a bubble of synctest needs no bound; the
// comment of a function says so where it is not the bubble's own.
func TestWaitsAreBounded(t *testing.T) {
	t.Parallel()
	positions := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(positions, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, wait := range unboundedWaits(file) {
			t.Errorf("%s waits without a limit; use package wait", positions.Position(wait))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func unboundedWaits(file *ast.File) (found []token.Pos) {
	bounded, groups := map[ast.Expr]bool{}, map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return !strings.Contains(n.Doc.Text(), "in a bubble of synctest")
		case *ast.CommClause:
			switch statement := n.Comm.(type) {
			case *ast.ExprStmt:
				bounded[statement.X] = true
			case *ast.AssignStmt:
				bounded[statement.Rhs[0]] = true
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && !bounded[n] && !strings.HasSuffix(types.ExprString(n.X), ".Done()") {
				found = append(found, n.Pos())
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				if n.Type != nil && types.ExprString(n.Type) == "sync.WaitGroup" {
					groups[name.Name+".Wait"] = true
				}
			}
		case *ast.CallExpr:
			if groups[types.ExprString(n.Fun)] {
				found = append(found, n.Pos())
			}
			return types.ExprString(n.Fun) != "synctest.Test"
		}
		return true
	})
	return found
}
