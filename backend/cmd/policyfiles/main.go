// policyfiles writes what IT needs to set policy, from the table of its keys: the templates of Group Policy, a schema and
// a sample profile for macOS, the schema of the policy file on Linux, and the table of the README. Run it at the top of
// the repository after changing the table; its test fails while a file is out of date.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	admxFile    = "build/windows/policy/fs-client-portal.admx"
	englishFile = "build/windows/policy/en-US/fs-client-portal.adml"
	germanFile  = "build/windows/policy/de-DE/fs-client-portal.adml"
	jamfFile    = "build/darwin/policy/com.fs.clientportal.json"
	profileFile = "build/darwin/policy/com.fs.clientportal.mobileconfig"
	schemaFile  = "build/linux/policy.schema.json"
	readmeFile  = "README.md"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "policyfiles:", err)
		os.Exit(1)
	}
}

func run(top string) error {
	files, err := generate(top)
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the content of each file by its name below the top of the repository.
func generate(top string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, write := range map[string]func() ([]byte, error){
		admxFile:    admx,
		englishFile: english.adml,
		germanFile:  german.adml,
		jamfFile:    jamfSchema,
		profileFile: profile,
		schemaFile:  linuxSchema,
		readmeFile:  func() ([]byte, error) { return readme(filepath.Join(top, readmeFile)) },
	} {
		content, err := write()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = content
	}
	return files, nil
}
