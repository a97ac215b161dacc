package desktop

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"fs-client-portal/backend/desktop/policy"
	"fs-client-portal/backend/portal"
)

const (
	managedByNameLimit = 100
	managedByURLLimit  = 300
)

// managedByForm has no character that is special to a shell.
var managedByForm = regexp.MustCompile(
	`\Ahttps://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._/-]*)?\z`)

func isManagedByURL(address string) bool {
	return len(address) <= managedByURLLimit && managedByForm.MatchString(address)
}

func (s *Settings) setManagedByName(given policy.Setting) error {
	name := strings.TrimSpace(given.Value)
	tooLong := utf8.RuneCountInString(name) > managedByNameLimit
	if given.Value != "" && (name == "" || tooLong || strings.ContainsFunc(name, invisible)) {
		return fmt.Errorf("%s must be a name of at most %d visible characters", given.Name, managedByNameLimit)
	}
	s.ManagedByName = name
	return nil
}

func (s *Settings) setManagedByURL(given policy.Setting) error {
	if given.Value != "" && !isManagedByURL(given.Value) {
		return fmt.Errorf("%s must be an address such as https://it.example.com/portal: https, at most %d characters, without "+
			"user name and query, the path of letters, digits and . _ - /", given.Name, managedByURLLimit)
	}
	s.ManagedByURL = given.Value
	return nil
}

// OpenManagedBy opens policy's ManagedByUrl in the system's browser. The code is browser_failed if the browser cannot be
// opened.
func (d *Desktop) OpenManagedBy() error {
	if d.options.Settings.ManagedByURL == "" {
		return problem(portal.NotFound, "Policy names no page of those who manage this computer.")
	}
	return d.openBrowser(d.options.Settings.ManagedByURL)
}
