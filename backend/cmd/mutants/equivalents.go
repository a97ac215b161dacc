package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// equivalentsFile lists mutants that no test can notice, each with the reason.
const equivalentsFile = "backend/cmd/mutants/equivalent.txt"

// equivalents maps a change to the reason why it changes no behaviour.
type equivalents map[change]string

// readEquivalents reads blocks of "key: value" lines, separated by empty lines. Lines that begin with # are comments.
func readEquivalents(path string) (equivalents, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	known := equivalents{}
	for text := range strings.SplitSeq(string(content), "\n\n") {
		if err := known.add(readBlock(text)); err != nil {
			return nil, fmt.Errorf("%s: %w in the block:\n%s", path, err, text)
		}
	}
	return known, nil
}

func readBlock(text string) map[string]string {
	block := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		key, value, ok := strings.Cut(line, ":")
		if ok && !strings.HasPrefix(line, "#") {
			block[key] = strings.TrimSpace(value)
		}
	}
	return block
}

func (known equivalents) add(block map[string]string) error {
	if len(block) == 0 {
		return nil
	}
	for _, key := range []string{"path", "function", "operator", "was", "reason"} {
		if block[key] == "" {
			return fmt.Errorf("no %s", key)
		}
	}
	nth := 1
	if text := block["number"]; text != "" {
		number, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		nth = number
	}
	known[change{block["path"], block["function"], block["operator"], block["was"], block["becomes"], nth}] = block["reason"]
	return nil
}

// stale returns the changes of the areas' files that are not among their mutants.
func (known equivalents) stale(found []areaMutants) []string {
	present := map[change]bool{}
	for _, a := range found {
		for _, m := range a.mutants {
			present[m.change()] = true
		}
	}
	var stale []string
	for c := range known {
		if !present[c] && covered(found, c.path) {
			stale = append(stale, c.String())
		}
	}
	return stale
}

// covered reports whether a path lies in one of the areas: with --package not every area is there.
func covered(found []areaMutants, path string) bool {
	for _, a := range found {
		if a.contains(path) {
			return true
		}
	}
	return false
}
