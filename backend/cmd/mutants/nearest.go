package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var testName = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)

// nearestTests returns the tests whose files are named like a file: of sync_merge_read.go those in sync_merge_read*,
// else those in sync_merge*, else those in sync*. They find most faults, and sooner than the whole package.
func nearestTests(top, file string) ([]string, error) {
	stem := strings.TrimSuffix(file, ".go")
	for {
		tests, err := filepath.Glob(filepath.Join(top, strings.TrimSuffix(stem, "s")+"*_test.go"))
		if err != nil {
			return nil, err
		}
		if len(tests) > 0 {
			return testsIn(tests)
		}
		at := strings.LastIndexByte(stem, '_')
		if at <= strings.LastIndexByte(stem, '/') {
			return nil, nil
		}
		stem = stem[:at]
	}
}

func testsIn(files []string) ([]string, error) {
	var names []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, match := range testName.FindAllSubmatch(content, -1) {
			names = append(names, string(match[1]))
		}
	}
	return names, nil
}
