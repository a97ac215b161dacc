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
		"is_registered_by_the_setup_for_windows": {"windows/installer.nsi", []string{
			`!define LINK_KEY "Software\Classes\` + portal.LinkScheme + `"`,
			`WriteRegStr SHCTX "${LINK_KEY}" "URL Protocol" ""`,
			`WriteRegStr SHCTX "${LINK_KEY}\shell\open\command" "" '"$INSTDIR\${APP}" "%1"'`,
		}},
		"is_removed_by_the_setup_for_windows": {"windows/installer.nsi", []string{
			`DeleteRegKey SHCTX "${LINK_KEY}"`,
		}},
		"is_registered_by_the_msi": {"windows/app.wxs", []string{
			`Key="Software\Classes\` + portal.LinkScheme + `" Name="URL Protocol"`,
			`Key="Software\Classes\` + portal.LinkScheme + `\shell\open\command"`,
			`"&quot;[INSTALLDIR]fs-client-portal.exe&quot; &quot;%1&quot;"`,
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
