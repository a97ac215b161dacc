package desktop

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"

	"github.com/pkg/browser"
)

// A browser's chatter does not belong on our terminal, and may hold the link.
func init() { browser.Stdout, browser.Stderr = io.Discard, io.Discard }

// ourLinks are the only ones a browser is ever opened with: short, on this computer, good once, and free of anything
// that a shell or another program's command line could take for more than a link.
var ourLinks = regexp.MustCompile(`^http://127\.0\.0\.1:[0-9]{1,5}` + startPath + `[A-Z2-7]{20,}$`)

// OpenBrowser shows one of our links in the system's browser. It may return only when that browser is closed: some
// systems run it in the foreground.
func OpenBrowser(link string) error {
	if !ourLinks.MatchString(link) {
		return errors.New("not a link to a sign-in of this app")
	}
	err := browser.OpenURL(link)
	if err != nil && runtime.GOOS == "linux" {
		return openNamedBrowser(os.Getenv("BROWSER"), link)
	}
	return err
}

// openNamedBrowser tries the commands of $BROWSER, which colons separate and in which %s stands for the link.
func openNamedBrowser(commands, link string) error {
	err := errors.New("BROWSER is not set")
	for command := range strings.SplitSeq(commands, ":") {
		words := strings.Fields(command)
		if len(words) == 0 {
			continue
		}
		if !strings.Contains(command, "%s") {
			words = append(words, "%s")
		}
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "%s", link)
		}
		if err = exec.Command(words[0], words[1:]...).Run(); err == nil {
			return nil
		}
	}
	return err
}
