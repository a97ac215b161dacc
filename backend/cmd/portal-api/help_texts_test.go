package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestHelpTexts(t *testing.T) {
	unused := map[string]bool{}
	for _, text := range helpTexts {
		unused[text] = true
	}
	check := func(t *testing.T, name, text string) {
		delete(unused, text)
		if text == "" || strings.Contains(text, "${") {
			t.Errorf("%s: got the help %q, want a sentence", name, text)
		}
	}
	err := kong.Visit(newParser().Model, func(node kong.Visitable, next kong.Next) error {
		switch node := node.(type) {
		case *kong.Command:
			check(t, node.FullPath(), node.Help)
		case *kong.Flag:
			check(t, "--"+node.Name, node.Help)
		}
		return next(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	for text := range unused {
		t.Errorf("no command or flag has the help %q", text)
	}
}
