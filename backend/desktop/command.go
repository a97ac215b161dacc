package desktop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
)

const usage = `Usage: fs-client-portal [LINK]

Opens the window of FS Client Portal, and in it what a link of the portal leads to. Or:

  --doctor            checks whether this computer can run the app and reach the portal; needs no display.
                      Ends with 0 if no check failed, otherwise with 1
  --doctor --json     the same as JSON
  --diagnostics FILE  writes a zip for support: the result of the checks, versions, where settings come from and
                      the log, without names, addresses and tokens. Never replaces a file
  --version           prints the version
  --help              prints this
`

// Exit codes of commands.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Command runs the command that the program's arguments name, if any, and returns its exit code. Other arguments are
// links, or the system's own.
func Command(arguments []string, version, commit string) (code int, ran bool) {
	name := commandOf(arguments)
	if name == "" {
		return exitOK, false
	}
	out, errs := terminal(os.Stdout), terminal(os.Stderr)
	if name == "--version" || name == "--help" {
		return runCommand(name, arguments, computer{version: version, commit: commit}, out, errs), true
	}
	c, err := thisComputer(version, commit)
	if err != nil {
		fmt.Fprintln(errs, "fs-client-portal:", err)
		return exitFailed, true
	}
	return runCommand(name, arguments, c, out, errs), true
}

var commands = []string{"--help", "--version", "--doctor", "--diagnostics"}

// commandOf returns the first argument that is a command, without a value.
func commandOf(arguments []string) string {
	for _, argument := range arguments {
		name, _, _ := strings.Cut(argument, "=")
		if slices.Contains(commands, name) {
			return name
		}
	}
	return ""
}

func runCommand(command string, arguments []string, c computer, out, errs io.Writer) int {
	var err error
	switch command {
	case "--help":
		_, err = io.WriteString(out, usage)
	case "--version":
		_, err = fmt.Fprintf(out, "fs-client-portal %s %s %s/%s\n", c.version, c.commit, runtime.GOOS, runtime.GOARCH)
	case "--doctor":
		return c.doctor(slices.Contains(arguments, "--json"), out, errs)
	case "--diagnostics":
		return c.writeDiagnostics(valueAfter(arguments, command), out, errs)
	}
	if err != nil {
		return exitFailed
	}
	return exitOK
}

// valueAfter returns the value of an option: what follows its equals sign, or the next argument.
func valueAfter(arguments []string, option string) string {
	for i, argument := range arguments {
		if value, found := strings.CutPrefix(argument, option+"="); found {
			return value
		}
		if argument == option && i+1 < len(arguments) && !strings.HasPrefix(arguments[i+1], "--") {
			return arguments[i+1]
		}
	}
	return ""
}

func (c computer) doctor(asJSON bool, out, errs io.Writer) int {
	report := c.examine(context.Background())
	write := report.WriteText
	if asJSON {
		write = report.WriteJSON
	}
	if err := write(out); err != nil {
		fmt.Fprintln(errs, "fs-client-portal: the report could not be written:", err)
		return exitFailed
	}
	if !report.OK {
		return exitFailed
	}
	return exitOK
}

func (c computer) writeDiagnostics(path string, out, errs io.Writer) int {
	if path == "" {
		fmt.Fprintln(errs, "fs-client-portal: --diagnostics needs the name of a file: fs-client-portal --diagnostics diagnostics.zip")
		return exitUsage
	}
	if _, err := os.Lstat(path); err == nil {
		fmt.Fprintf(errs, "fs-client-portal: %s exists; choose another name, because no file is replaced\n", path)
		return exitFailed
	}
	if err := c.saveDiagnostics(c.examine(context.Background()), path, createFile); err != nil {
		fmt.Fprintf(errs, "fs-client-portal: %s: %s\n", path, errorText(err))
		return exitFailed
	}
	fmt.Fprintf(out, "Saved %s, without names, addresses and tokens.\n", path)
	return exitOK
}

// errorText returns the text for the user of a Problem, and any other error's own.
func errorText(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Message
	}
	return err.Error()
}
