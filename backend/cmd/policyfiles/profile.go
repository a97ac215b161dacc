package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/desktop/policy"
)

// profile returns a sample of a configuration profile for macOS that sets every key which has an effect.
func profile() ([]byte, error) {
	settings := []string{}
	for _, key := range policy.Keys {
		if !key.Reserved {
			settings = append(settings, "<key>"+key.Name+"</key>", plist(key.Example))
		}
	}
	settings = append(settings, payload(policy.MacOSDomain, policy.MacOSDomain+".settings")...)
	whole := append([]string{"<key>PayloadContent</key>", "<array>", "<dict>"}, settings...)
	whole = append(whole, "</dict>", "</array>", "<key>PayloadScope</key>", plist("System"))
	whole = append(whole, payload("Configuration", policy.MacOSDomain+".policy")...)
	lines := append([]string{"<dict>"}, append(whole, "</dict>")...)
	return []byte(xml.Header +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		"<!-- A sample: remove the keys that are not needed, replace the values of the others, and sign it. -->\n" +
		`<plist version="1.0">` + "\n" + indented(lines) + "</plist>\n"), nil
}

// payload returns what every dictionary of a profile has. The same identifier always gets the same UUID, so that a new
// profile replaces the older one.
func payload(kind, identifier string) []string {
	return []string{
		"<key>PayloadType</key>", plist(kind),
		"<key>PayloadIdentifier</key>", plist(identifier),
		"<key>PayloadUUID</key>", plist(strings.ToUpper(uuid.NewSHA1(uuid.NameSpaceDNS, []byte(identifier)).String())),
		"<key>PayloadDisplayName</key>", plist(loopback.Product),
		"<key>PayloadOrganization</key>", plist("Example"),
		"<key>PayloadVersion</key>", "<integer>1</integer>",
	}
}

// plist returns a value as an element of a property list.
func plist(value any) string {
	switch value := value.(type) {
	case bool:
		return fmt.Sprintf("<%t/>", value)
	case []string:
		var items strings.Builder
		for _, one := range value {
			items.WriteString(plist(one))
		}
		return "<array>" + items.String() + "</array>"
	default:
		var text bytes.Buffer
		// A buffer accepts everything.
		_ = xml.EscapeText(&text, fmt.Append(nil, value))
		return "<string>" + text.String() + "</string>"
	}
}

// indented joins lines, with those inside a dict or an array further to the right.
func indented(lines []string) string {
	var text strings.Builder
	depth := 0
	for _, line := range lines {
		if line == "</dict>" || line == "</array>" {
			depth--
		}
		text.WriteString(strings.Repeat("\t", depth) + line + "\n")
		if line == "<dict>" || line == "<array>" {
			depth++
		}
	}
	return text.String()
}
