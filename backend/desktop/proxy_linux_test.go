package desktop

import (
	"os"
	"path/filepath"
	"testing"
)

func TestGNOMESettings(t *testing.T) {
	recorded := filepath.Join(t.TempDir(), "recorded")
	if err := os.WriteFile(recorded, []byte(gnomeProxies), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("are_read", func(t *testing.T) {
		called := programs(t, map[string]string{"gsettings": "/bin/cat " + recorded})
		settings, err := readSystemProxy()
		if err != nil || settings.https != "proxy.example:3128" || called() != "gsettings|list-recursively|org.gnome.system.proxy" {
			t.Errorf("got %+v, %v; called %q", settings, err, called())
		}
	})
	for name, scripts := range map[string]map[string]string{
		"are_none_without_gsettings":   nil,
		"are_none_without_schema":      {"gsettings": "echo 'No such schema' >&2; exit 1"},
		"are_none_where_nothing_comes": {"gsettings": "exit 0"},
	} {
		t.Run(name, func(t *testing.T) {
			programs(t, scripts)
			if settings, err := readSystemProxy(); err != nil || settings.https != "" || settings.auto.on() {
				t.Errorf("got %+v, %v", settings, err)
			}
		})
	}
	t.Run("give_up_on_a_gsettings_that_hangs", func(t *testing.T) {
		programs(t, map[string]string{"gsettings": "exec /bin/sleep 60"})
		if _, err := readSystemProxy(); err == nil {
			t.Error("got no error")
		}
	})
}
