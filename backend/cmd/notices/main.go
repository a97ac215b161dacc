// Command notices prints the licences and notices of the Go modules that programs are built from.
//
//	go run ./backend/cmd/notices -tags desktop,production . >THIRD_PARTY_NOTICES
//
// The program's own module is left out. A module without a licence is an error: it must not be distributed.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	tags := flag.String("tags", "", "build tags, with commas between them")
	flag.Parse()
	modules, err := modulesOf(*tags, flag.Args())
	if err == nil {
		err = write(os.Stdout, modules)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// module is what go list prints of one.
type module struct{ name, folder string }

// systems are those that programs are built for; each has modules of its own.
var systems = []string{"linux", "windows", "darwin"}

// modulesOf returns Go itself and the modules of the packages and of what they import on any system, sorted by name.
func modulesOf(tags string, packages []string) ([]module, error) {
	root, err := goCommand("", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	modules := []module{{"Go", strings.TrimSpace(string(root))}}
	for _, system := range systems {
		const each = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"
		list, err := goCommand(system, append([]string{"list", "-deps", "-tags", tags, "-f", each}, packages...)...)
		if err != nil {
			return nil, err
		}
		for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
			name, folder, found := strings.Cut(lines.Text(), "\t")
			if m := (module{name, folder}); found && !slices.Contains(modules, m) {
				modules = append(modules, m)
			}
		}
	}
	slices.SortFunc(modules[1:], func(a, b module) int { return strings.Compare(a.name, b.name) })
	return modules, nil
}

func goCommand(system string, arguments ...string) ([]byte, error) {
	command := exec.Command("go", arguments...)
	command.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1")
	output, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go %s for %s: %w: %s", arguments[0], system, err, bytes.TrimSpace(exit.Stderr))
	}
	return output, err
}

// legalFile matches the names under which modules keep licences and notices.
var legalFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|copyright)([-_.].*)?$`)

// write prints the legal files of each module.
func write(out io.Writer, modules []module) error {
	for _, m := range modules {
		texts, err := legalTexts(m.folder)
		if err != nil {
			return fmt.Errorf("the licence of %s: %w", m.name, err)
		}
		if _, err := fmt.Fprintf(out, "%s\n%s\n\n%s\n\n", m.name, strings.Repeat("=", len(m.name)), strings.Join(texts, "\n\n")); err != nil {
			return err
		}
	}
	return nil
}

// legalTexts returns the contents of a folder's legal files. It is an error if there is no licence.
func legalTexts(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var texts []string
	licensed := false
	for _, entry := range entries {
		if entry.IsDir() || !legalFile.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		name := strings.ToLower(entry.Name())
		licensed = licensed || strings.HasPrefix(name, "licen") || strings.HasPrefix(name, "copying")
		texts = append(texts, strings.TrimSpace(string(content)))
	}
	if !licensed {
		return nil, fmt.Errorf("there is none in %s", folder)
	}
	return texts, nil
}
