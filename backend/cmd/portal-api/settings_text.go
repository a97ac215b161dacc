package main

import (
	"fmt"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// checkEnvironment refuses what files of settings leave around a value: a carriage return, quotes, blanks. They are
// part of the value to whatever reads it, and nobody sees them.
func checkEnvironment(parser *kong.Kong) error {
	return kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				if fault := textFault(os.Getenv(name)); fault != "" {
					return unusable{name, fault}
				}
			}
		}
		return next(nil)
	})
}

// checkArguments refuses the same in the flags of the command line.
func checkArguments(command *kong.Context) error {
	for _, step := range command.Path {
		if step.Flag == nil {
			continue
		}
		value, isText := command.FlagValue(step.Flag).(string)
		if fault := textFault(value); isText && fault != "" {
			return unusable{"--" + step.Flag.Name, fault}
		}
	}
	return nil
}

// textFault says what is wrong with the text of a setting, without repeating it: it may be a secret.
func textFault(value string) string {
	if !utf8.ValidString(value) {
		return "is not text in UTF-8; it should be typed anew"
	}
	if strings.ContainsRune(value, '\r') {
		return "holds a carriage return; its file should have the line ends of Unix (LF)"
	}
	if strings.TrimSpace(value) != value {
		return "has a blank at its beginning or end; it should be written without"
	}
	if quoted(value) {
		return "is in quotes, which are part of the value here; it should be written without"
	}
	for _, c := range value {
		if c != ' ' && (!unicode.IsGraphic(c) || unicode.IsSpace(c)) {
			return fmt.Sprintf("holds a character that cannot be seen (U+%04X); it should be typed anew", c)
		}
	}
	return ""
}

// quotePairs are straight quotes, and those that a word processor makes of them.
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
