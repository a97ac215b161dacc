package main

import (
	"fmt"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// checkEnvironment rejects characters that files of settings can leave around a value: carriage returns, quotes, white
// space. They are invisible, and every reader takes them as part of the value.
func checkEnvironment(parser *kong.Kong) error {
	return kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				if fault := textFault(os.Getenv(name)); fault != "" {
					return settingError{name, fault}
				}
			}
		}
		return next(nil)
	})
}

// checkArguments checks the command-line flags in the same way.
func checkArguments(command *kong.Context) error {
	for _, step := range command.Path {
		if step.Flag == nil {
			continue
		}
		value, isText := command.FlagValue(step.Flag).(string)
		if fault := textFault(value); isText && fault != "" {
			return settingError{"--" + step.Flag.Name, fault}
		}
	}
	return nil
}

// textFault returns what is wrong with a setting's text, without repeating the text, which may be a secret.
func textFault(value string) string {
	if !utf8.ValidString(value) {
		return "is not valid UTF-8; it should be typed again"
	}
	if strings.ContainsRune(value, '\r') {
		return "contains a carriage return; its file should have Unix line endings (LF)"
	}
	if strings.TrimSpace(value) != value {
		return "begins or ends with a blank, which should be removed"
	}
	if quoted(value) {
		return "is in quotes, which are part of the value here and should be removed"
	}
	for _, c := range value {
		if c != ' ' && (!unicode.IsGraphic(c) || unicode.IsSpace(c)) {
			return fmt.Sprintf("contains an invisible character (U+%04X); it should be typed again", c)
		}
	}
	return ""
}

// quotePairs are straight quotes, and those that a word processor inserts.
var quotePairs = []string{`""`, "''", "“”", "„“", "‘’", "«»", "``"}

func quoted(value string) bool {
	letters := []rune(value)
	if len(letters) < 2 {
		return false
	}
	for _, pair := range quotePairs {
		if ends := []rune(pair); letters[0] == ends[0] && letters[len(letters)-1] == ends[1] {
			return true
		}
	}
	return false
}
