package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

const (
	token  = "job-token-of-the-test"
	folder = "/api/v4/projects/7/packages/generic/fs-client-portal/1.2.3/"
)

// gitlab is the package registry and the releases of one project, as GitLab's API documents them.
type gitlab struct {
	sync.Mutex
	files    map[string][]byte
	uploads  int
	releases map[string]map[string]any
}

func newGitLab(t *testing.T) (*gitlab, string) {
	t.Helper()
	fake := &gitlab{files: map[string][]byte{}, releases: map[string]map[string]any{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, server.URL
}

// content returns a published file.
func (g *gitlab) content(name string) string {
	g.Lock()
	defer g.Unlock()
	return string(g.files[name])
}

func (g *gitlab) put(name, content string) {
	g.Lock()
	defer g.Unlock()
	g.files[name] = []byte(content)
}

func (g *gitlab) counts() (uploads, files int) {
	g.Lock()
	defer g.Unlock()
	return g.uploads, len(g.files)
}

func (g *gitlab) releaseOf(tag string) map[string]any {
	g.Lock()
	defer g.Unlock()
	return g.releases[tag]
}

func (g *gitlab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.Lock()
	defer g.Unlock()
	name, isFile := strings.CutPrefix(r.URL.Path, folder)
	switch {
	case r.Header.Get("JOB-TOKEN") != token || strings.Contains(r.URL.RawQuery, token):
		w.WriteHeader(http.StatusUnauthorized)
	case isFile && r.Method == http.MethodGet:
		g.download(w, name)
	case isFile && r.Method == http.MethodPut:
		g.upload(w, r, name)
	case r.URL.Path == "/api/v4/projects/7/releases" && r.Method == http.MethodPost:
		g.release(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (g *gitlab) download(w http.ResponseWriter, name string) {
	content, exists := g.files[name]
	if !exists {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _ = w.Write(content)
}

func (g *gitlab) upload(w http.ResponseWriter, r *http.Request, name string) {
	content, err := io.ReadAll(r.Body)
	if err != nil || name == "" || strings.ContainsAny(name, " /") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g.files[name] = content
	g.uploads++
	w.WriteHeader(http.StatusCreated)
}

func (g *gitlab) release(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	tag, _ := body["tag_name"].(string)
	if _, exists := g.releases[tag]; exists {
		w.WriteHeader(http.StatusConflict)
		return
	}
	g.releases[tag] = body
	w.WriteHeader(http.StatusCreated)
}

// checkout is a tree with what publishing reads, of version 1.2.3, and packages as if release keys had signed them.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"build/lib.sh", "build/publish", "build/pipeline/release.py"} {
		put(t, root, name, read(t, filepath.Join("../..", name)))
	}
	put(t, root, "wails.json", `{
  "info": {
    "productVersion": "1.2.3"
  }
}`)
	put(t, root, ".gitlab/CHANGELOG.md", "# Changelog\n\n## 1.2.3 - 2030-01-02\n\n### Added\n- \"One\".\n\n## 1.2.2\n\n- Before.\n")
	put(t, root, "build/bin/packages/fs-client-portal-1.2.3-windows-amd64.msi", "msi")
	put(t, root, "build/bin/packages/fs-client-portal_1.2.3+1~x_amd64.deb", "deb")
	put(t, root, "build/bin/packages/packages.asc", "key")
	put(t, root, "build/bin/packages/repository/apt/dists/stable/Release", "apt")
	put(t, root, "build/bin/packages/repository/yum/repodata/repomd.xml", "yum")
	sums(t, root)
	return root
}

func put(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	// What is run must be executable.
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func sums(t *testing.T, root string) {
	t.Helper()
	packages := filepath.Join(root, "build/bin/packages")
	var text strings.Builder
	for _, name := range names(t, packages) {
		if name == "SHA256SUMS" {
			continue
		}
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256([]byte(read(t, filepath.Join(packages, name)))), name)
	}
	put(t, root, "build/bin/packages/SHA256SUMS", text.String())
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		if !entry.IsDir() {
			found = append(found, entry.Name())
		}
	}
	return found
}

// steps runs the script of a job as a runner does, in a tree, and returns its output and exit code.
func steps(t *testing.T, job, root, url string, environment ...string) (string, int) {
	t.Helper()
	script := strings.Join(texts(pipeline(t).jobs[job]["script"]), "\n")
	if script == "" {
		t.Fatalf("the job %s has no script", job)
	}
	ctx, cancel := context.WithTimeout(t.Context(), wait.Timeout(time.Minute))
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", script)
	command.Dir = root
	command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CI_API_V4_URL=" + url + "/api/v4", "CI_PROJECT_ID=7",
		"CI_JOB_TOKEN=" + token, "CI_COMMIT_TAG=v1.2.3",
	}, environment...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", script, err)
	}
	if strings.Contains(output.String(), token) {
		t.Errorf("the job %s prints its token: %s", job, output.String())
	}
	return output.String(), command.ProcessState.ExitCode()
}

func wantSteps(t *testing.T, job, root, url, output string, code int, environment ...string) {
	t.Helper()
	if got, ended := steps(t, job, root, url, environment...); ended != code || !strings.Contains(got, output) {
		t.Errorf("%s: got the exit code %d and %q, want %d and %q", job, ended, got, code, output)
	}
}

func TestPublishTag(t *testing.T) {
	root := checkout(t)
	wantSteps(t, "tag", root, "", "", 0)
	wantSteps(t, "tag", root, "", "the tag is v1.2.4, but productVersion in wails.json is 1.2.3: tag v1.2.3", 2, "CI_COMMIT_TAG=v1.2.4")
	wantSteps(t, "tag", root, "", "CI_COMMIT_TAG is not set", 2, "CI_COMMIT_TAG=")
	put(t, root, ".gitlab/CHANGELOG.md", "## Unreleased\n")
	wantSteps(t, "tag", root, "", `CHANGELOG.md has no section "## 1.2.3"`, 2)
}

func TestPublishPackages(t *testing.T) {
	t.Run("uploads_each_file_once", func(t *testing.T) {
		root := checkout(t)
		fake, url := newGitLab(t)
		wantSteps(t, "publish", root, url, "published: packages.asc", 0)
		wantSteps(t, "publish", root, url, "published before: packages.asc", 0)
		packages := filepath.Join(root, "build/bin/packages")
		for _, name := range names(t, packages) {
			if got, want := fake.content(name), read(t, filepath.Join(packages, name)); got != want {
				t.Errorf("%s: got %q in the registry, want %q", name, got, want)
			}
		}
		uploads, files := fake.counts()
		if want := len(names(t, packages)); uploads != want || files != want {
			t.Errorf("got %d uploads of %d files, want %d of each", uploads, files, want)
		}
	})
	t.Run("goes_on_where_it_ended", func(t *testing.T) {
		root := checkout(t)
		fake, url := newGitLab(t)
		fake.put("packages.asc", "key")
		wantSteps(t, "publish", root, url, "published before: packages.asc", 0)
		uploads, _ := fake.counts()
		if want := len(names(t, filepath.Join(root, "build/bin/packages"))) - 1; uploads != want {
			t.Errorf("got %d uploads, want the %d that were missing", uploads, want)
		}
	})
	t.Run("replaces_no_file", func(t *testing.T) {
		root := checkout(t)
		fake, url := newGitLab(t)
		fake.put("packages.asc", "another key")
		wantSteps(t, "publish", root, url, "packages.asc is published already with other content: raise productVersion", 2)
		if got := fake.content("packages.asc"); got != "another key" {
			t.Errorf("got the file %q, want the published one", got)
		}
	})
	t.Run("refuses_a_changed_file", func(t *testing.T) {
		root := checkout(t)
		fake, url := newGitLab(t)
		put(t, root, "build/bin/packages/fs-client-portal-1.2.3-windows-amd64.msi", "mSi")
		wantSteps(t, "publish", root, url, "the files differ from SHA256SUMS", 2)
		if uploads, _ := fake.counts(); uploads != 0 {
			t.Errorf("got %d uploads, want none", uploads)
		}
	})
	t.Run("refuses_test_keys", func(t *testing.T) {
		root := checkout(t)
		packages := filepath.Join(root, "build/bin/packages")
		old := filepath.Join(packages, "fs-client-portal-1.2.3-windows-amd64.msi")
		if err := os.Rename(old, filepath.Join(packages, "fs-client-portal-1.2.3-test-windows-amd64.msi")); err != nil {
			t.Fatal(err)
		}
		sums(t, root)
		_, url := newGitLab(t)
		wantSteps(t, "publish", root, url, "has no release of 1.2.3: build/sign.sh names the keys", 2)
	})
	t.Run("refuses_without_packages", func(t *testing.T) {
		root := checkout(t)
		if err := os.RemoveAll(filepath.Join(root, "build/bin")); err != nil {
			t.Fatal(err)
		}
		_, url := newGitLab(t)
		wantSteps(t, "publish", root, url, "run build/package first", 2)
	})
	t.Run("names_the_response_of_gitlab", func(t *testing.T) {
		_, url := newGitLab(t)
		wantSteps(t, "publish", checkout(t), url, "GitLab responds with 401", 2, "CI_JOB_TOKEN=wrong")
	})
}

func TestPublishRelease(t *testing.T) {
	root := checkout(t)
	fake, url := newGitLab(t)
	wantSteps(t, "desktop", root, url, "released: v1.2.3", 0)
	wantSteps(t, "desktop", root, url, "released before: v1.2.3", 0)
	release := fake.releaseOf("v1.2.3")
	if got, want := release["description"], "### Added\n- \"One\"."; got != want {
		t.Errorf("got the description %q, want %q", got, want)
	}
	assets, _ := release["assets"].(map[string]any)
	links, _ := assets["links"].([]any)
	var got []string
	for _, item := range links {
		link, _ := item.(map[string]any)
		name, _ := link["name"].(string)
		address, _ := link["url"].(string)
		if want := url + folder + strings.ReplaceAll(name, "+", "%2B"); address != want {
			t.Errorf("got the link %s, want %s", address, want)
		}
		got = append(got, name)
	}
	if want := names(t, filepath.Join(root, "build/bin/packages")); !slices.Equal(got, want) {
		t.Errorf("got links to %v, want %v", got, want)
	}
}

func TestPublishPages(t *testing.T) {
	root := checkout(t)
	wantSteps(t, "pages", root, "", "", 0)
	for name, want := range map[string]string{
		"packages.asc": "key", "apt/dists/stable/Release": "apt", "yum/repodata/repomd.xml": "yum",
	} {
		if got := read(t, filepath.Join(root, "public", name)); got != want {
			t.Errorf("public/%s: got %q, want %q", name, got, want)
		}
	}
}
