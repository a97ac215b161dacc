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
	_ "time/tzdata" // time zones for systems without their own

	"github.com/alecthomas/kong"
)

// Set by the linker.
var (
	version = "development"
	commit  = ""
)

// cli is every command with its flags; a flag overrides the environment's setting of the same name.
type cli struct {
	Serve     serveCommand     `cmd:"" help:"Serve the API and work its jobs. SIGTERM drains, then ends."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database schema up to date, or show how it stands."`
	Bootstrap bootstrapCommand `cmd:"" help:"Create an MSSP and the invite of its first admin; print them as JSON."`
	Product   productCommand   `cmd:"" help:"Connect an MSSP to a product."`
	Sync      syncCommand      `cmd:"" help:"Sync one MSSP now; print the run as JSON; exit 0 only if it was complete, 3 if it could not read some resellers."`
	Keys      keysCommand      `cmd:"" help:"Rotate the keys access tokens are signed with."`
	Version   kong.VersionFlag `help:"Print the version and exit."`
}

// The exits operators and scripts can tell apart.
const (
	exitFailed   = 1
	exitUnusable = 2
	exitPartial  = 3
)

// unusable is a setting that cannot be used: which, and what it should be.
type unusable struct {
	setting string
	reason  string
}

func (u unusable) Error() string { return u.setting + ": " + u.reason }

// badSetting says that a setting cannot be used, in one line.
func badSetting(setting string, err error) error {
	return unusable{setting, strings.ReplaceAll(err.Error(), "\n", " ")}
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
		return exitUnusable
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
		kong.Description("The server of FS Client Portal. Every setting is an environment variable; the flag of the same name overrides it."),
		kong.ConfigureHelp(kong.HelpOptions{Tree: true}),
		kong.Vars{"version": strings.TrimSpace(version + " " + commit)})...)
}

// help explains one command, or lists all of them and every setting with its default, which serve has.
func help(command []string) int {
	pages := [][]string{append(command, "--help")}
	if len(command) == 0 {
		pages = append(pages, []string{"serve", "--help"})
	}
	for _, page := range pages {
		// Showing help would end the program; what is parsed after it does not matter.
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
	var setting unusable
	switch {
	case errors.As(err, &setting):
		return exitUnusable
	case errors.Is(err, errPartial):
		return exitPartial
	}
	return exitFailed
}
