// portal-api is the headless server of FS Client Portal and the commands its operators run.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // time zones, for systems without their own

	"github.com/alecthomas/kong"
)

// Set by the linker.
var (
	version = "development"
	commit  = ""
)

// cli is every command with its flags; a flag overrides the environment's setting of the same name.
type cli struct {
	Serve     serveCommand     `cmd:"" help:"Serve the API and run its jobs. SIGTERM shuts down gracefully."`
	Migrate   migrateCommand   `cmd:"" help:"Migrate the database schema, or show its state."`
	Bootstrap bootstrapCommand `cmd:"" help:"Create an MSSP and an invite for its first admin; print both as JSON."`
	MSSP      msspCommand      `cmd:"" name:"mssp" help:"List the MSSPs."`
	Product   productCommand   `cmd:"" help:"Connect an MSSP to a product."`
	Sync      syncCommand      `cmd:"" help:"${sync_command}"`
	Keys      keysCommand      `cmd:"" help:"Rotate the signing keys of access tokens."`
	Version   kong.VersionFlag `help:"Print the version and exit."`
}

// The exit codes that operators and scripts can tell apart.
const (
	exitFailed  = 1
	exitInvalid = 2
	exitPartial = 3
)

// settingError is an invalid setting: its name, and what it should be.
type settingError struct {
	setting string
	reason  string
}

func (u settingError) Error() string { return u.setting + ": " + u.reason }

// badSetting returns a one-line error for an invalid setting.
func badSetting(setting string, err error) error {
	return settingError{setting, strings.ReplaceAll(err.Error(), "\n", " ")}
}

func main() { os.Exit(run(os.Args[1:])) }

func run(arguments []string) int {
	if len(arguments) > 0 && arguments[0] == "help" {
		return help(arguments[1:])
	}
	parser := newParser()
	if err := checkEnvironment(parser); err != nil {
		return exitCode(err)
	}
	command, err := parser.Parse(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, "portal-api:", err)
		return exitInvalid
	}
	if err := checkArguments(command); err != nil {
		return exitCode(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	return exitCode(command.Run())
}

func newParser(options ...kong.Option) *kong.Kong {
	return kong.Must(&cli{}, append(options, kong.Name("portal-api"),
		kong.Description("The server of FS Client Portal. "+
			"Every setting is an environment variable, which the flag of the same name overrides."),
		kong.ConfigureHelp(kong.HelpOptions{Tree: true}),
		helpTexts,
		kong.Vars{"version": strings.TrimSpace(version + " " + commit)})...)
}

// help prints the help of one command. Without a command it prints the list of commands and the help of serve, which
// has every setting with its default.
func help(command []string) int {
	pages := [][]string{append(command, "--help")}
	if len(command) == 0 {
		pages = append(pages, []string{"serve", "--help"})
	}
	for _, page := range pages {
		// Kong would exit after printing the help; the result of parsing does not matter.
		_, _ = newParser(kong.Exit(func(int) {})).Parse(page)
		fmt.Println()
	}
	return 0
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "portal-api:", err)
	var setting settingError
	switch {
	case errors.As(err, &setting):
		return exitInvalid
	case errors.Is(err, errPartial):
		return exitPartial
	}
	return exitFailed
}
