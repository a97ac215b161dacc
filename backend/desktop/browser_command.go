package desktop

import (
	"errors"
	"log/slog"
	"os/exec"
	"strings"
	"time"
)

// shownAfter is how long a browser runs in the foreground before it must have shown the link.
const shownAfter = 20 * time.Second

// openNamedBrowser tries the commands of $BROWSER, separated by colons, with %s replaced by the link. It
// reports whether one showed the link, and logs why another did not.
func openNamedBrowser(log *slog.Logger, commands, link string) bool {
	for i, command := range alternatives(commands) {
		began := time.Now()
		err := runBrowser(command, link)
		if err == nil || linkShown(err, time.Since(began)) {
			return true
		}
		log.Warn("BROWSER cannot be used", "entry", i+1, "error", err.Error())
	}
	return false
}

func runBrowser(command, link string) error {
	words, err := browserWords(command, link)
	if err != nil {
		return err
	}
	return exec.Command(words[0], words[1:]...).Run()
}

// linkShown reports whether a browser that ended with an error did show the link: one that was in use until then did,
// and the same link in another browser would only confuse.
func linkShown(err error, ran time.Duration) bool {
	var ended *exec.ExitError
	return errors.As(err, &ended) && ran >= shownAfter
}

// browserWords returns the arguments of a command as a shell would split them, with the link inserted. The path of a
// program may contain blanks without quotes.
func browserWords(command, link string) ([]string, error) {
	if _, err := exec.LookPath(strings.TrimSpace(command)); err == nil {
		return []string{strings.TrimSpace(command), link}, nil
	}
	words, err := shellWords(command)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("it names no program")
	}
	placed := false
	for i, word := range words[1:] {
		placed = placed || strings.Contains(strings.ReplaceAll(word, "%%", ""), "%s")
		words[i+1] = strings.NewReplacer("%s", link, "%%", "%").Replace(word)
	}
	if !placed {
		words = append(words, link)
	}
	return words, nil
}

// alternatives splits $BROWSER at the colons outside quotes and drops empty parts.
func alternatives(commands string) []string {
	var all []string
	begin := 0
	quoted := quotes{}
	for i := range len(commands) {
		if commands[i] == ':' && quoted.outside() {
			all = append(all, commands[begin:i])
			begin = i + 1
		}
		quoted.read(commands[i])
	}
	all = append(all, commands[begin:])
	var named []string
	for _, command := range all {
		if strings.TrimSpace(command) != "" {
			named = append(named, command)
		}
	}
	return named
}

// shellWords splits a command at blanks outside quotes and removes quotes and backslashes.
func shellWords(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	begun := false
	quoted := quotes{}
	for i := range len(command) {
		c := command[i]
		blank := strings.IndexByte(" \t\n", c) >= 0 && quoted.outside()
		kept := quoted.read(c)
		if blank && begun {
			words = append(words, word.String())
			word.Reset()
		}
		begun = !blank
		if kept && !blank {
			word.WriteByte(c)
		}
	}
	if !quoted.outside() {
		return nil, errors.New("a quote or backslash in it has no end")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// quotes follows single quotes, double quotes and backslashes as a shell does.
type quotes struct {
	open    byte
	escaped bool
}

func (q *quotes) outside() bool { return q.open == 0 && !q.escaped }

// read consumes the next byte. It reports whether the byte is text, and not a quote or an escaping backslash.
func (q *quotes) read(c byte) (text bool) {
	switch {
	case q.escaped:
		q.escaped = false
		return true
	case c == '\\' && q.open != '\'':
		q.escaped = true
		return false
	case q.open == c:
		q.open = 0
		return false
	case q.open == 0 && (c == '"' || c == '\''):
		q.open = c
		return false
	}
	return true
}
