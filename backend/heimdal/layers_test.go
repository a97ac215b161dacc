package heimdal

import (
	"errors"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLayers checks the arrows of the drawing in doc.go: which part of the package may use which other one. A part is
// the files with its prefix; files without one, such as errors.go, may be used by all.
func TestLayers(t *testing.T) {
	t.Parallel()
	uses := map[string][]string{
		"json": {}, "transport": {}, "customer": {"json"}, "envelope": {"customer", "json"}, "paging": {"envelope", "customer", "json"},
	}
	files := token.NewFileSet()
	var parsed []*ast.File
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(files, name, nil, goparser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	partOf := func(at token.Pos) string {
		part, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(files.Position(at).Filename), ".go"), "_")
		return part
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	// Without imports the check reports errors, but it still resolves the package's own names.
	config := types.Config{Error: func(error) {}, Importer: noImports{}}
	pkg, _ := config.Check("heimdal", files, parsed, &info)
	found := 0
	for name, object := range info.Uses {
		from, to := partOf(name.Pos()), ""
		if object.Pkg() == pkg && object.Pos().IsValid() {
			to = partOf(object.Pos())
		}
		allowed, isPart := uses[from]
		if _, toPart := uses[to]; isPart && (toPart || to == "reader") && from != to {
			found++
			if !slices.Contains(allowed, to) {
				t.Errorf("%s uses %s of %s, want only %v", files.Position(name.Pos()), name.Name, to, allowed)
			}
		}
	}
	if found < 100 {
		t.Errorf("got %d uses of other parts, want the package's names to be resolved", found)
	}
}

// noImports imports nothing.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }
