package main

import (
	"encoding/xml"
	"fmt"
	"strings"

	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/desktop/policy"
)

// The elements of an ADML file, in the order that its schema requires.
type (
	translations struct {
		XMLName       xml.Name       `xml:"policyDefinitionResources"`
		Space         string         `xml:"xmlns,attr"`
		Revision      string         `xml:"revision,attr"`
		SchemaVersion string         `xml:"schemaVersion,attr"`
		DisplayName   string         `xml:"displayName"`
		Description   string         `xml:"description"`
		Strings       []translation  `xml:"resources>stringTable>string"`
		Presentations []presentation `xml:"resources>presentationTable>presentation"`
	}
	translation struct {
		ID   string `xml:"id,attr"`
		Text string `xml:",chardata"`
	}
	presentation struct {
		ID       string    `xml:"id,attr"`
		TextBox  *textBox  `xml:"textBox"`
		Lines    *labelled `xml:"multiTextBox"`
		Dropdown *dropdown `xml:"dropdownList"`
	}
	textBox struct {
		RefID string `xml:"refId,attr"`
		Label string `xml:"label"`
	}
	labelled struct {
		RefID string `xml:"refId,attr"`
		Label string `xml:",chardata"`
	}
	dropdown struct {
		RefID  string `xml:"refId,attr"`
		NoSort bool   `xml:"noSort,attr"`
		Label  string `xml:",chardata"`
	}
)

// language has what the ADML file of a language says beside the table's own texts.
type language struct {
	of          func(policy.Words) string
	description string
	since       string
	reserved    string
	environment string
	onOff       string
	yesNo       map[bool]string
	notSet      string
	notSetNone  string
	onePerLine  string
}

var english = language{
	of:          func(w policy.Words) string { return w.English },
	description: "Settings of FS Client Portal",
	since:       "FS Client Portal %s or later",
	reserved:    "Reserved: the value is checked, and has no effect in this version.",
	environment: "Without this policy the environment variable %s is read.",
	onOff:       "Enabled: yes. Disabled: no.",
	yesNo:       map[bool]string{true: "yes", false: "no"},
	notSet:      "Not configured: %s.",
	notSetNone:  "Not configured: nothing is set.",
	onePerLine:  "One in each line: %s",
}

var german = language{
	of:          func(w policy.Words) string { return w.German },
	description: "Einstellungen des FS Client Portal",
	since:       "FS Client Portal %s oder neuer",
	reserved:    "Reserviert: Der Wert wird geprüft und hat in dieser Version keine Wirkung.",
	environment: "Ohne diese Richtlinie wird die Umgebungsvariable %s gelesen.",
	onOff:       "Aktiviert: ja. Deaktiviert: nein.",
	yesNo:       map[bool]string{true: "ja", false: "nein"},
	notSet:      "Nicht konfiguriert: %s.",
	notSetNone:  "Nicht konfiguriert: Es ist nichts festgelegt.",
	onePerLine:  "Je Zeile einer: %s",
}

func (l language) adml() ([]byte, error) {
	file := translations{
		Space: admxSpace, Revision: "1.0", SchemaVersion: "1.0", DisplayName: loopback.Product, Description: l.description,
		Strings: []translation{{category, loopback.Product}},
	}
	for _, since := range versions() {
		file.Strings = append(file.Strings, translation{sinceID(since), fmt.Sprintf(l.since, since)})
	}
	for _, key := range policy.Keys {
		file.Strings = append(file.Strings, l.stringsOf(key)...)
		if key.Kind != policy.Boolean {
			file.Presentations = append(file.Presentations, l.presentationOf(key))
		}
	}
	return encodeXML(file)
}

func (l language) stringsOf(key policy.Key) []translation {
	all := []translation{{key.Name, l.of(key.Title)}, {explainID(key), l.explain(key)}}
	if key.Kind == policy.Choice {
		for _, choice := range key.Choices {
			all = append(all, translation{choiceID(key, choice), choice})
		}
	}
	return all
}

// explain returns the help text with what the policy's states mean.
func (l language) explain(key policy.Key) string {
	parts := []string{l.of(key.Help)}
	if key.Kind == policy.Boolean {
		parts = append(parts, l.onOff)
	}
	if key.Environment != "" {
		parts = append(parts, fmt.Sprintf(l.environment, key.Environment))
	}
	parts = append(parts, l.defaultOf(key))
	if key.Reserved {
		parts = append(parts, l.reserved)
	}
	return strings.Join(parts, "\n\n")
}

func (l language) defaultOf(key policy.Key) string {
	switch standard := key.Default.(type) {
	case bool:
		return fmt.Sprintf(l.notSet, l.yesNo[standard])
	case string:
		return fmt.Sprintf(l.notSet, standard)
	}
	return l.notSetNone
}

func (l language) presentationOf(key policy.Key) presentation {
	p := presentation{ID: key.Name}
	switch key.Kind {
	case policy.Choice:
		p.Dropdown = &dropdown{key.Name, true, l.of(key.Title)}
	case policy.List:
		p.Lines = &labelled{key.Name, fmt.Sprintf(l.onePerLine, strings.Join(key.Choices, ", "))}
	default:
		p.TextBox = &textBox{key.Name, l.of(key.Title)}
	}
	return p
}
