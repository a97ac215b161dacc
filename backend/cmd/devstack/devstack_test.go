package main

import (
	"encoding/base64"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

func open(t *testing.T, o options) *folder {
	t.Helper()
	f, err := openFolder(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.close() })
	return f
}

func TestFolder(t *testing.T) {
	t.Run("keeps_state_and_key_for_the_next_run", testFolderKeepsStateAndKeyForTheNextRun)
	t.Run("secrets_are_private", testFolderSecretsArePrivate)
	t.Run("refuses_data_of_another_stack", testFolderRefusesDataOfAnotherStack)
	t.Run("fresh_removes_data_of_a_stack_only", testFolderFreshRemovesDataOfAStackOnly)
	t.Run("ephemeral_leaves_nothing", testFolderEphemeralLeavesNothing)
}

func testFolderKeepsStateAndKeyForTheNextRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	first := open(t, options{Data: dir})
	first.state.MSSPID = "mssp"
	if err := first.save(); err != nil {
		t.Fatal(err)
	}
	key, err := first.secret("secret.key", newSealingKey)
	if err != nil {
		t.Fatal(err)
	}
	sealing, _ := os.ReadFile(key)
	first.close()

	second := open(t, options{Data: dir})
	if second.state != first.state {
		t.Errorf("kept %+v, want %+v", second.state, first.state)
	}
	if _, err := second.secret("secret.key", newSealingKey); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(key); string(again) != string(sealing) {
		t.Error("the sealing key changed, and with it everything sealed is lost")
	}
}

func testFolderSecretsArePrivate(t *testing.T) {
	f := open(t, options{Data: t.TempDir()})
	key, err := f.secret("secret.key", newSealingKey)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := os.ReadFile(key)
	if raw, err := base64.StdEncoding.DecodeString(string(content)); err != nil || len(raw) != 32 {
		t.Errorf("the sealing key is %d bytes, %v", len(raw), err)
	}
	for _, path := range []string{key, f.file(stateFile)} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func testFolderRefusesDataOfAnotherStack(t *testing.T) {
	dir := t.TempDir()
	open(t, options{Data: dir})
	if _, err := openFolder(options{Data: dir}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("the second stack: got error %v", err)
	}
}

func testFolderFreshRemovesDataOfAStackOnly(t *testing.T) {
	dir := t.TempDir()
	first := open(t, options{Data: dir})
	first.state.MSSPID = "mssp"
	if err := first.save(); err != nil {
		t.Fatal(err)
	}
	first.close()
	if fresh := open(t, options{Data: dir, Fresh: true}); fresh.state.MSSPID != "" {
		t.Error("what an earlier run kept is still there")
	}

	foreign := t.TempDir()
	file := filepath.Join(foreign, "file.txt")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openFolder(options{Data: foreign, Fresh: true}); err == nil {
		t.Error("a folder with other things was taken")
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the foreign file is missing: %v", err)
	}
}

func testFolderEphemeralLeavesNothing(t *testing.T) {
	f := open(t, options{Ephemeral: true})
	f.close()
	if _, err := os.Stat(f.path); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", f.path, err)
	}
}

func TestPort(t *testing.T) {
	t.Run("kept_and_taken_is_an_error", testPortKeptAndTakenIsAnError)
	t.Run("usual_and_taken_is_replaced", testPortUsualAndTakenIsReplaced)
}

func testPortKeptAndTakenIsAnError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	kept := l.Addr().(*net.TCPAddr).Port
	s := &stack{folder: open(t, options{Data: t.TempDir()})}
	s.folder.state.HeimdalPort = kept
	err = s.startHeimdal(t.Context())
	if err == nil || !strings.Contains(err.Error(), strconv.Itoa(kept)) || !strings.Contains(err.Error(), "--fresh") {
		t.Errorf("got error %v", err)
	}
}

func testPortUsualAndTakenIsReplaced(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	address, err := usualOrFree(taken)
	if err != nil || address == l.Addr().String() {
		t.Errorf("chose %s, %v", address, err)
	}
}

func TestVariables(t *testing.T) {
	t.Run("are_read_back_by_a_shell", testVariablesAreReadBackByAShell)
	t.Run("replace_other_portal_settings", testVariablesReplaceOtherPortalSettings)
}

func testVariablesAreReadBackByAShell(t *testing.T) {
	awkward := `it's {tenantid} & "more" $HOME`
	script := variables{{"DEVSTACK_AWKWARD", awkward}}.shell() + `printf %s "$DEVSTACK_AWKWARD"`
	output, err := exec.Command("sh", "-c", script).Output()
	if err != nil || string(output) != awkward {
		t.Errorf("a shell read %q, %v", output, err)
	}
}

func testVariablesReplaceOtherPortalSettings(t *testing.T) {
	t.Setenv("PORTAL_SMTP_URL", "smtp://somewhere")
	t.Setenv("DEVSTACK_TEST_OTHER", "kept")
	environment := strings.Join(variables{{"PORTAL_LISTEN", "127.0.0.1:1"}}.environ(), "\n")
	for want, there := range map[string]bool{"PORTAL_SMTP_URL": false, "DEVSTACK_TEST_OTHER=kept": true, "PORTAL_LISTEN=127.0.0.1:1": true} {
		if strings.Contains(environment, want) != there {
			t.Errorf("%s there: %v, want %v", want, !there, there)
		}
	}
}

func TestSample(t *testing.T) {
	t.Run("has_the_MSP_of_the_MSP_user", testSampleHasTheMSPOfTheMSPUser)
	t.Run("invited_users_need_no_code", testSampleInvitedUsersNeedNoCode)
	t.Run("history_ends_with_current_customers", testSampleHistoryEndsWithCurrentCustomers)
}

func testSampleHasTheMSPOfTheMSPUser(t *testing.T) {
	sample := fakeheimdal.Sample(sampleSeed)
	name, clients := mspOf(sample), 0
	var id any
	for _, c := range sample {
		if c["name"] == name {
			id = c["id"]
		}
		if id != nil && c["resellerId"] == id {
			clients++
		}
	}
	if name == "" || clients < 5 {
		t.Errorf("the MSP %q has %d clients", name, clients)
	}
}

func testSampleInvitedUsersNeedNoCode(t *testing.T) {
	if portal.MSSPStaff.Admin() || portal.MSPUser.Admin() {
		t.Error("an invited role administers, so its code would have to be handed over")
	}
	if staff.HostedDomain != msspDomain || !staff.EmailVerified || mspUser.EDOV != true || !strings.HasSuffix(mspUser.Email, "@"+mspDomain) {
		t.Error("an invited account's provider is no authority for its address")
	}
}

func testSampleHistoryEndsWithCurrentCustomers(t *testing.T) {
	if last := history[len(history)-1]; last != (past{}) {
		t.Errorf("the last sync of the history is %+v", last)
	}
	for i, run := range history[1:] {
		if run.editions > history[i].editions || history[i].days <= 0 {
			t.Errorf("sync %d of the history is not before sync %d", i, i+1)
		}
	}
}
