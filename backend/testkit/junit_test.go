package testkit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A run whose report is missing or shows no failure must not count as passed.
func TestJUnitSum(t *testing.T) {
	t.Parallel()
	const (
		passed = `<testcase name="a"/>`
		failed = `<testcase name="b"><system-out/><failure/></testcase>`
		broken = `<testcase name="c"><error/></testcase>`
		left   = `<testcase name="d"><skipped/></testcase>`
	)
	report := func(cases ...string) string {
		return "<testsuites><testsuite>" + strings.Join(cases, "") + "</testsuite></testsuites>"
	}
	for name, test := range map[string]struct{ code, report, want string }{
		"all_passed":             {"0", report(passed, passed), "2 passed, 0 failed"},
		"some_failed":            {"1", report(passed, failed, broken), "1 passed, 2 failed"},
		"failed_with_code_0":     {"0", report(passed, failed), "1 passed, 1 failed"},
		"some_skipped":           {"0", report(passed, left), "1 passed, 0 failed, 1 skipped"},
		"all_skipped":            {"0", report(left), "0 passed, 1 failed, 1 skipped"},
		"code_without_a_failure": {"2", report(passed), "1 passed, 1 failed"},
		"no_tests":               {"0", report(), "0 passed, 1 failed"},
		"no_report":              {"0", "", "0 passed, 1 failed"},
		"killed":                 {"137", "", "0 passed, 1 failed"},
		"cut_report":             {"0", "<testsuites><testsuite>" + passed, "0 passed, 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if test.report != "" {
				write(t, folder, "part.xml", test.report)
			}
			junit(t, folder, "report", "part", test.code)
			checkSum(t, folder, test.want)
		})
	}
}

func TestJUnitCheck(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write(t, folder, "log", "\x1b[31mnot <formatted>\x00\xff\n")
	junit(t, folder, "check", "good", "0", filepath.Join(folder, "log"))
	junit(t, folder, "check", "bad", "1", filepath.Join(folder, "log"))
	checkSum(t, folder, "1 passed, 1 failed")
	content, err := os.ReadFile(filepath.Join(folder, "bad.xml"))
	if err != nil || !strings.Contains(string(content), "not &lt;formatted&gt;") {
		t.Errorf("got %q, %v, want the output of the check", content, err)
	}
}

func TestJUnitSumOfNothing(t *testing.T) {
	t.Parallel()
	checkSum(t, t.TempDir(), "0 passed, 0 failed")
}

// checkSum compares the closing line; the exit code is 0 only where tests passed and none failed.
func checkSum(t *testing.T, folder, want string) {
	t.Helper()
	output, ok := junit(t, folder, "sum")
	if output != want+"\n" {
		t.Errorf("got %q, want %q", output, want)
	}
	if wantOK := strings.Contains(want, " 0 failed") && !strings.HasPrefix(want, "0 passed"); ok != wantOK {
		t.Errorf("got exit code 0: %t, want %t", ok, wantOK)
	}
}

func junit(t *testing.T, folder string, arguments ...string) (output string, ok bool) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "python3", append([]string{checkout + "/build/junit.py"}, arguments...)...)
	command.Env = append(os.Environ(), "PORTAL_JUNIT="+folder)
	printed, err := command.Output()
	if err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(printed), err == nil
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
