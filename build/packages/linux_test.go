//go:build packages

package packages

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// debian is a new root of the oldest Debian that is supported. Only root can make one.
type debian struct {
	t    *testing.T
	root string
}

const debianRelease = "bookworm"

func newDebian(t *testing.T) *debian {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can install into a root of its own")
	}
	d := &debian{t, filepath.Join(absolute(t, "../cache"), "debian")}
	if err := os.RemoveAll(d.root); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(d.root) })
	succeed(t, "", nil, "debootstrap", "--variant=minbase", debianRelease, d.root)
	return d
}

// run runs a command in the root, with a /proc of its own that ends with it.
func (d *debian) run(arguments ...string) string {
	d.t.Helper()
	return succeed(d.t, "", []string{"DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"}, "unshare", append(d.inside(), arguments...)...)
}

// inside are the arguments of unshare before a command in the root.
func (d *debian) inside() []string {
	return []string{"--mount", "--pid", "--fork", "--kill-child", "--mount-proc=" + d.root + "/proc", "chroot", d.root}
}

// packaged returns the packages that are installed, or whose settings are left.
func (d *debian) packaged() []string {
	return strings.Fields(d.run("dpkg-query", "-W", "-f", "${Package}\n"))
}

// tree returns every file of the root outside of caches, logs and the lists of packages.
func (d *debian) tree() []string {
	d.t.Helper()
	var all []string
	found := succeed(d.t, d.root, nil, "find", "etc", "usr", "var", "root", "home", "opt", "srv", "-not", "-type", "d")
	for path := range strings.Lines(found) {
		path = strings.TrimSpace(path)
		if !strings.HasPrefix(path, "var/cache/") && !strings.HasPrefix(path, "var/log/") && !strings.HasPrefix(path, "var/lib/") {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

func TestDebianPackage(t *testing.T) {
	d := newDebian(t)
	deb := files(t, "fs-client-portal_*_amd64.deb", 1)[0]
	succeed(t, "", nil, "cp", deb, d.root+"/tmp/app.deb")
	// What the app needs stays; only the app comes and goes.
	succeed(t, "", nil, "cp", "/etc/resolv.conf", d.root+"/etc/resolv.conf")
	d.run("apt-get", "update", "-q")
	d.run("apt-get", "install", "-q", "-y", "--no-install-recommends", "/tmp/app.deb")
	d.run("dpkg", "--purge", "fs-client-portal")
	before := d.tree()
	d.run("dpkg", "--install", "/tmp/app.deb")

	t.Run("prints_its_version", func(t *testing.T) {
		if output := d.run("fs-client-portal", "--version"); !strings.Contains(output, version(t)) {
			t.Errorf("got %q, want %s", output, version(t))
		}
	})
	t.Run("opens_its_window", d.opensWindow)
	t.Run("handles_links", func(t *testing.T) {
		entry, err := os.ReadFile(d.root + "/usr/share/applications/fs-client-portal.desktop")
		if err != nil || !strings.Contains(string(entry), "MimeType=x-scheme-handler/fsportal;") {
			t.Errorf("got the desktop entry %q (%v), want the handler of fsportal", entry, err)
		}
	})
	t.Run("leaves_nothing", func(t *testing.T) {
		d.run("dpkg", "--purge", "fs-client-portal")
		if slices.Contains(d.packaged(), "fs-client-portal") {
			t.Error("dpkg still knows the package")
		}
		for _, file := range d.tree() {
			if !slices.Contains(before, file) && !strings.HasPrefix(file, "root/") {
				t.Errorf("%s is left", file)
			}
		}
	})
}

// opensWindow starts the app on the display of the test, and waits for its window.
func (d *debian) opensWindow(t *testing.T) {
	succeed(t, "", nil, "cp", os.Getenv("XAUTHORITY"), d.root+"/tmp/display")
	ctx, cancel := context.WithCancel(t.Context())
	app := exec.CommandContext(ctx, "unshare", append(d.inside(), "fs-client-portal")...)
	app.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DISPLAY=" + os.Getenv("DISPLAY"), "XAUTHORITY=/tmp/display",
		"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "WEBKIT_DISABLE_DMABUF_RENDERER=1"}
	log := filepath.Join(t.TempDir(), "log")
	output, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	app.Stdout, app.Stderr = output, output
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = app.Wait()
		if content, _ := os.ReadFile(log); t.Failed() {
			t.Logf("the app printed %s", content)
		}
	}()
	wait.Until(t, time.Minute, "the window of the app", func() bool {
		_, err := command(t, "", nil, "xdotool", "search", "--name", "^FS Client Portal")
		return err == nil
	})
}

func TestRPM(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can install into a root of its own")
	}
	root := t.TempDir()
	file := files(t, "fs-client-portal-*.x86_64.rpm", 1)[0]
	// Fedora's packages are not here: the dependencies are tested by their names alone.
	requires := succeed(t, "", nil, "rpm", "-qp", "--requires", file)
	for _, want := range []string{"gtk3", "webkit2gtk4.1", "xdg-utils", "glibc >= "} {
		if !strings.Contains(requires, want) {
			t.Errorf("got the dependencies %s, want %s", requires, want)
		}
	}
	rpm := func(arguments ...string) string {
		return succeed(t, "", nil, "rpm", append([]string{"--root", root, "--noscripts"}, arguments...)...)
	}
	rpm("--install", "--nodeps", file)
	if output := succeed(t, "", nil, filepath.Join(root, "usr/bin/fs-client-portal"), "--version"); !strings.Contains(output, version(t)) {
		t.Errorf("got %q, want %s", output, version(t))
	}
	rpm("--erase", "fs-client-portal")
	for _, path := range []string{"usr/bin/fs-client-portal", "usr/share/applications/fs-client-portal.desktop", "etc/fs-client-portal"} {
		if _, err := os.Lstat(filepath.Join(root, path)); err == nil {
			t.Errorf("%s is left", path)
		}
	}
}
