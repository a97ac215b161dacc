package pipeline

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What a deployment does on servers is tested by build/deploy/machine-test.
func TestDeploySettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := map[string]string{
		"DEPLOY_HOSTS": "deploy@one.example.com root@two.example.com:2222", "DEPLOY_SSH_KEY": file, "DEPLOY_KNOWN_HOSTS": file,
		"DEPLOY_URL": "https://portal.example.com",
	}
	for name, test := range map[string]struct{ setting, value, want string }{
		"all_right_but_the_file": {"", "", "missing.deb is no package of portal-api; build/package makes it"},
		"no_hosts":               {"DEPLOY_HOSTS", "", `DEPLOY_HOSTS is not set: build/deploy/README.md, "Deployment"`},
		"blank_hosts":            {"DEPLOY_HOSTS", " \n", "DEPLOY_HOSTS is blank; it should be like deploy@server.example.com"},
		"host_without_user":      {"DEPLOY_HOSTS", "one.example.com", "it should be like deploy@server.example.com"},
		"option_as_host":         {"DEPLOY_HOSTS", "-oProxyCommand=true", "it should be like deploy@server.example.com"},
		"no_key":                 {"DEPLOY_SSH_KEY", file + "-missing", "cannot read " + file + "-missing"},
		"no_known_hosts":         {"DEPLOY_KNOWN_HOSTS", "", "DEPLOY_KNOWN_HOSTS is not set"},
		"address_without_tls":    {"DEPLOY_URL", "http://portal.example.com", "it should be like https://portal.example.com"},
		"address_with_a_path":    {"DEPLOY_URL", "https://portal.example.com/", "it should be like https://portal.example.com"},
		"no_file_of_authority":   {"DEPLOY_CA_FILE", file + "-missing", "cannot read " + file + "-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "../deploy/deploy", "missing.deb")
			command.Env = []string{"PATH=" + os.Getenv("PATH")}
			for setting, value := range good {
				if setting != test.setting {
					command.Env = append(command.Env, setting+"="+value)
				}
			}
			if test.setting != "" {
				command.Env = append(command.Env, test.setting+"="+test.value)
			}
			output, err := command.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(output), test.want) {
				t.Errorf("got %v and %q, want exit code 2 and %q", err, output, test.want)
			}
		})
	}
}
