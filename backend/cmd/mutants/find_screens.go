package main

import (
	"bytes"
	"context"
	_ "embed" // for the parser of the screens
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// screensScript parses TypeScript with the parser of the screens' own build.
//
//go:embed screens.mjs
var screensScript string

// Tests and what only they use, texts, generated files, and what decides on looks alone.
var notScreens = regexp.MustCompile(`\.test\.tsx?$|^src/test/|/fake[A-Z]?\w*\.ts$|/browserFake\.ts$|^src/i18n/en/|/(enums|limits)\.ts$|` +
	`^src/(main\.tsx|theme\.ts)$|/(icons|Logo)\.tsx$|\.d\.ts$`)

// screenMutants returns the mutants of the screens.
func screenMutants(ctx context.Context, top string) ([]mutant, error) {
	files, err := screenFiles(filepath.Join(top, "frontend"))
	if err != nil || len(files) == 0 {
		return nil, err
	}
	command := exec.CommandContext(ctx, "node", append([]string{"--input-type=module", "-e", screensScript, "--"}, files...)...)
	command.Dir = filepath.Join(top, "frontend")
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("the screens could not be read: %w: %s", err, problems.String())
	}
	var found []mutant
	if err := json.Unmarshal(output, &found); err != nil {
		return nil, err
	}
	return locatedIn(top, found)
}

func screenFiles(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(filepath.Join(folder, "src"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err == nil && !entry.IsDir() && strings.Contains(filepath.Ext(name), ".ts") && !notScreens.MatchString(filepath.ToSlash(name)) {
			files = append(files, filepath.ToSlash(name))
		}
		return err
	})
	return files, err
}

func locatedIn(top string, found []mutant) ([]mutant, error) {
	sources := map[string]string{}
	for i, m := range found {
		if _, ok := sources[m.Path]; !ok {
			source, err := os.ReadFile(filepath.Join(top, m.Path))
			if err != nil {
				return nil, err
			}
			sources[m.Path] = string(source)
		}
		found[i] = m.located(sources[m.Path])
	}
	sort.SliceStable(found, func(i, j int) bool {
		a, b := found[i], found[j]
		return a.Path < b.Path || a.Path == b.Path && a.Start < b.Start
	})
	return found, nil
}
