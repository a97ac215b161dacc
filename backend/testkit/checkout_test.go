package testkit_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkout is the root of the sources.
const checkout = "../.."

// The version is wails.json's: builds read it from there and hand it to the programs.
func TestVersionHasOnePlace(t *testing.T) {
	content, err := os.ReadFile(checkout + "/wails.json")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Info struct {
			Version string `json:"productVersion"`
		} `json:"info"`
	}
	if err := json.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(^|[^.\d])` + regexp.QuoteMeta(config.Info.Version) + `($|[^.\d])`)
	// Locked dependencies have versions of their own; the changelog names every release, and each policy key its first one.
	others := []string{
		"wails.json", "go.mod", "go.sum", "package-lock.json", "CHANGELOG.md", "keys.go", "fs-client-portal.admx", "fs-client-portal.adml",
	}
	found := 0
	eachSource(t, func(name string, content []byte) {
		found++
		if !slices.Contains(others, path.Base(name)) && version.Match(content) {
			t.Errorf("%s contains the version %s; only wails.json may", name, config.Info.Version)
		}
	})
	if found < 500 {
		t.Errorf("got %d sources, want all of them", found)
	}
}

// The screens' package has no version of its own, which would be a second place of it.
func TestScreensHaveNoVersion(t *testing.T) {
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(checkout + "/frontend/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Version string `json:"version"`
		}
		if err := json.Unmarshal(content, &file); err != nil || file.Version != "" {
			t.Errorf("frontend/%s has the version %q, %v, want none", name, file.Version, err)
		}
	}
}

func TestReadmeNamesFilesThatExist(t *testing.T) {
	content, err := os.ReadFile(checkout + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:backend|frontend|build|\\.gitlab)/[\\w./-]+|\\.golangci\\.yml|app\\.go)`").FindAllSubmatch(content, -1)
	for _, match := range named {
		name := string(match[1])
		if _, err := os.Stat(checkout + "/" + name); err != nil &&
			!strings.HasPrefix(name, "build/cache") && !strings.HasPrefix(name, "build/bin") {
			t.Errorf("README.md names %s: %v", name, err)
		}
	}
	if len(named) < 20 {
		t.Errorf("got %d names of files, want those of every how-to", len(named))
	}
}

// eachSource calls do with the name and content of each file that is not generated.
func eachSource(t *testing.T, do func(name string, content []byte)) {
	t.Helper()
	root := os.DirFS(checkout)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		made := []string{".git", "node_modules", "frontend/dist", "frontend/wailsjs", "build/bin", "build/cache"}
		if slices.Contains(made, name) || slices.Contains(made, entry.Name()) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := fs.ReadFile(root, name)
		if err == nil && !bytes.ContainsRune(content, 0) {
			do(name, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
