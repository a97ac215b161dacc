//go:build packages

package packages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"fs-client-portal/backend/testkit/wait"
)

const folder = "../bin/packages"

// certificate is that of the programs' signatures, as build/sign.sh chooses it.
func certificate(t *testing.T) string {
	t.Helper()
	if file := os.Getenv("PORTAL_SIGN_CERT"); file != "" {
		return file
	}
	return absolute(t, "../cache/test-keys/code.crt")
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// files returns the packages whose names match a pattern. It is an error if there are not as many as wanted.
func files(t *testing.T, pattern string, want int) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(absolute(t, folder), pattern))
	if err != nil || len(found) != want {
		t.Fatalf("got the files %v (%v) for %s, want %d", found, err, pattern, want)
	}
	return found
}

// command is a program with a bound. Its output is returned with the error.
func command(t *testing.T, dir string, environment []string, name string, arguments ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait.Timeout(5*time.Minute))
	defer cancel()
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir, c.Env = dir, append(os.Environ(), environment...)
	// A file, because what a program leaves running may keep a pipe open.
	output, err := os.CreateTemp(t.TempDir(), "output-")
	if err != nil {
		return "", err
	}
	defer output.Close()
	c.Stdout, c.Stderr = output, output
	ended := c.Run()
	content, err := os.ReadFile(output.Name())
	return string(content), errors.Join(ended, err)
}

func succeed(t *testing.T, dir string, environment []string, name string, arguments ...string) string {
	t.Helper()
	output, err := command(t, dir, environment, name, arguments...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, output)
	}
	return output
}

// changed returns a copy of a file with one other byte in its middle.
func changed(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	copied := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(copied, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// verified tests that verify accepts a file, and refuses it when one byte differs.
func verified(t *testing.T, file string, verify func(t *testing.T, file string) (string, error)) {
	t.Helper()
	if output, err := verify(t, file); err != nil {
		t.Errorf("%s was refused: %v\n%s", filepath.Base(file), err, output)
	}
	if output, err := verify(t, changed(t, file)); err == nil {
		t.Errorf("%s was accepted with another byte\n%s", filepath.Base(file), output)
	}
}

func TestSignatures(t *testing.T) {
	t.Run("of_programs_for_Windows", func(t *testing.T) {
		for _, file := range append(files(t, "*-setup.exe", 2), files(t, "*.msi", 1)...) {
			verified(t, file, authenticode)
		}
	})
	t.Run("of_Debian_packages", func(t *testing.T) {
		for _, file := range files(t, "*.deb", 3) {
			verified(t, file, debianSignature)
		}
	})
	t.Run("of_RPM_packages", func(t *testing.T) {
		for _, file := range files(t, "*.rpm", 3) {
			verified(t, file, rpmSignature)
		}
	})
	t.Run("of_repositories", func(t *testing.T) {
		verified(t, filepath.Join(absolute(t, folder), "repository/apt/dists/stable/InRelease"), clearSignature)
		verified(t, filepath.Join(absolute(t, folder), "repository/yum/repodata/repomd.xml"), func(t *testing.T, file string) (string, error) {
			return gpg(t, "--verify", filepath.Join(absolute(t, folder), "repository/yum/repodata/repomd.xml.asc"), file)
		})
	})
	t.Run("of_the_sums", func(t *testing.T) { verified(t, files(t, "SHA256SUMS", 1)[0], sumsSignature) })
	t.Run("of_every_file_by_the_sums", testSums)
}

func authenticode(t *testing.T, file string) (string, error) {
	return command(t, "", nil, "osslsigncode", "verify", "-CAfile", certificate(t), "-in", file)
}

// gpg runs gpg with the public key of the packages.
func gpg(t *testing.T, arguments ...string) (string, error) {
	home := t.TempDir()
	succeed(t, "", nil, "gpg", "--homedir", home, "--batch", "--import", filepath.Join(absolute(t, folder), "packages.asc"))
	defer command(t, "", nil, "gpgconf", "--homedir", home, "--kill", "all") //nolint:errcheck // only an agent that is left
	return command(t, "", nil, "gpg", append([]string{"--homedir", home, "--batch"}, arguments...)...)
}

func clearSignature(t *testing.T, file string) (string, error) { return gpg(t, "--verify", file) }

// debianSignature verifies the signature in a Debian package, which is over its other members in their order.
func debianSignature(t *testing.T, file string) (string, error) {
	dir := t.TempDir()
	if output, err := command(t, dir, nil, "ar", "x", file); err != nil {
		return output, err
	}
	var signed []byte
	for _, member := range []string{"debian-binary", "control.tar.gz", "data.tar.gz"} {
		content, err := os.ReadFile(filepath.Join(dir, member))
		if err != nil {
			return "", err
		}
		signed = append(signed, content...)
	}
	all := filepath.Join(dir, "all")
	if err := os.WriteFile(all, signed, 0o600); err != nil {
		return "", err
	}
	return gpg(t, "--verify", filepath.Join(dir, "_gpgorigin"), all)
}

func rpmSignature(t *testing.T, file string) (string, error) {
	database := t.TempDir()
	succeed(t, "", nil, "rpmkeys", "--dbpath", database, "--import", filepath.Join(absolute(t, folder), "packages.asc"))
	return command(t, "", nil, "rpmkeys", "--dbpath", database, "--checksig", file)
}

func sumsSignature(t *testing.T, file string) (string, error) {
	return command(t, absolute(t, folder), nil, "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "SHA256SUMS.pub",
		"-sigfile", "SHA256SUMS.sig", "-in", file)
}

func testSums(t *testing.T) {
	succeed(t, absolute(t, folder), nil, "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
	listed, err := os.ReadFile(filepath.Join(absolute(t, folder), "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(absolute(t, folder), func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(absolute(t, folder), path)
		if err == nil && !entry.IsDir() && !strings.HasPrefix(name, "SHA256SUMS") && !bytes.Contains(listed, []byte("  "+name+"\n")) {
			t.Errorf("%s is not in SHA256SUMS", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// version returns the version of the packages, with the kind of signature.
func version(t *testing.T) string {
	t.Helper()
	name := filepath.Base(files(t, "*.msi", 1)[0])
	return regexp.MustCompile(`^fs-client-portal-(.*)-windows-amd64\.msi$`).FindStringSubmatch(name)[1]
}

func TestPrograms(t *testing.T) {
	number, _, _ := strings.Cut(version(t), "-")
	for _, machine := range []string{"amd64", "arm64"} {
		t.Run("for_Windows_on_"+machine+"_describe_themselves", func(t *testing.T) {
			exe := absolute(t, "../cache/packages-"+kind(t)+"/windows-"+machine+"/fs-client-portal.exe")
			content, err := os.ReadFile(exe)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"FS Client Portal", number, "Copyright FS", "fs-client-portal.exe", "CompanyName"} {
				if !bytes.Contains(content, wide(text)) {
					t.Errorf("the resources do not contain %q", text)
				}
			}
			if output, err := authenticode(t, exe); err != nil {
				t.Errorf("the program is not signed: %v\n%s", err, output)
			}
		})
	}
	t.Run("are_small", func(t *testing.T) {
		for _, file := range append(files(t, "fs-client-portal*-setup.exe", 2), files(t, "*.msi", 1)...) {
			const limit = 12 << 20
			if info, err := os.Stat(file); err != nil || info.Size() > limit {
				t.Errorf("got %s with %d bytes (%v), want at most %d", filepath.Base(file), info.Size(), err, limit)
			}
		}
	})
}

// kind is test or release, by the names of the files.
func kind(t *testing.T) string {
	if strings.HasSuffix(version(t), "-test") {
		return "test"
	}
	return "release"
}

// wide returns a text in UTF-16, as resources of Windows hold it.
func wide(text string) []byte {
	var all []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		all = append(all, byte(unit), byte(unit>>8))
	}
	return all
}

// component is one of a CycloneDX document.
type component struct {
	Name, Group, Version string
	Licenses             []licence
	Evidence             struct{ Licenses []licence }
}

type licence struct {
	License    struct{ ID, Name string }
	Expression string
}

// undetected are components whose licence the detection misses: Go itself is BSD-3-Clause, goose MIT.
var undetected = []string{"std", "github.com/pressly/goose/v3"}

// allowed are the licences under which the programs may be distributed without their source. BSD-Source-Code is what the
// detection makes of Go's own BSD-3-Clause.
var allowed = []string{
	"0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-Source-Code", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0",
	"OFL-1.1", "PostgreSQL", "Unlicense", "Zlib",
}

func TestComponents(t *testing.T) {
	for name, want := range map[string]string{
		"app-linux": "github.com/wailsapp/wails/v2", "app-windows": "github.com/wailsapp/go-webview2",
		"server": "github.com/jackc/pgx/v5", "screens": "react",
	} {
		t.Run("of_the_"+name, func(t *testing.T) {
			content, err := os.ReadFile(files(t, "*-"+name+".cdx.json", 1)[0])
			if err != nil {
				t.Fatal(err)
			}
			var bom struct {
				BomFormat  string
				Components []component
			}
			if err := json.Unmarshal(content, &bom); err != nil || bom.BomFormat != "CycloneDX" {
				t.Fatalf("got the format %q (%v), want CycloneDX", bom.BomFormat, err)
			}
			found := false
			for _, c := range bom.Components {
				found = found || c.Name == want
				checkComponent(t, c)
			}
			if !found {
				t.Errorf("%s is not among %d components", want, len(bom.Components))
			}
		})
	}
}

func checkComponent(t *testing.T, c component) {
	t.Helper()
	licences := append(c.Licenses, c.Evidence.Licenses...)
	if c.Version == "" || len(licences) == 0 && !slices.Contains(undetected, c.Name) {
		t.Errorf("%s %s has no version or no licence", c.Name, c.Version)
	}
	for _, l := range licences {
		for _, id := range regexp.MustCompile(`[A-Za-z0-9.-]+`).FindAllString(l.License.ID+" "+l.License.Name+" "+l.Expression, -1) {
			if id != "AND" && id != "OR" && !slices.Contains(allowed, id) {
				t.Errorf("%s %s has the licence %s, which is not among those that allow distribution", c.Name, c.Version, id)
			}
		}
	}
}

func TestNotices(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(absolute(t, folder), "THIRD_PARTY_NOTICES.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"github.com/wailsapp/wails/v2", "github.com/wailsapp/go-webview2", "github.com/jackc/pgx/v5", "react", "@mui/material",
	} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("the notices do not contain %s", want)
		}
	}
}
