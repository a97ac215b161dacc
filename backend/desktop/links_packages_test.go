package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// TestLinkScheme checks that the packages make the system open the portal's links with the app.
func TestLinkScheme(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want []string
	}{
		"is_registered_by_the_desktop_entry": {"linux/fs-client-portal.desktop", []string{
			"\nMimeType=x-scheme-handler/" + portal.LinkScheme + ";\n",
			"\nExec=/usr/bin/fs-client-portal %u\n",
		}},
		"is_registered_by_the_installer_for_windows": {"windows/installer/project.nsi", []string{
			`"Software\Classes\` + portal.LinkScheme + `" "URL Protocol" ""`,
			`"Software\Classes\` + portal.LinkScheme + `\shell\open\command" "" '"$INSTDIR\${PRODUCT_EXECUTABLE}" "%1"'`,
		}},
		"is_removed_by_the_uninstaller_for_windows": {"windows/installer/project.nsi", []string{
			"wails.unassociateFiles\n    DeleteRegKey SHELL_CONTEXT \"Software\\Classes\\" + portal.LinkScheme + "\"\n",
		}},
		"is_declared_in_the_bundle_for_macos": {"darwin/Info.plist", []string{
			"<key>CFBundleURLTypes</key>", "<string>" + portal.LinkScheme + "</string>",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("../../build", test.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !strings.Contains(string(content), want) {
					t.Errorf("%s does not have %q", test.file, want)
				}
			}
		})
	}
}
