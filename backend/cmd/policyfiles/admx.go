package main

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"

	"fs-client-portal/backend/desktop/policy"
)

const admxSpace = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"

// category is the folder of the settings in the editor of Group Policy.
const category = "FS_ClientPortal"

// The elements of an ADMX file, in the order that its schema requires.
type (
	definitions struct {
		XMLName       xml.Name      `xml:"policyDefinitions"`
		Space         string        `xml:"xmlns,attr"`
		Revision      string        `xml:"revision,attr"`
		SchemaVersion string        `xml:"schemaVersion,attr"`
		Target        namespace     `xml:"policyNamespaces>target"`
		Resources     resources     `xml:"resources"`
		SupportedOn   []named       `xml:"supportedOn>definitions>definition"`
		Categories    []named       `xml:"categories>category"`
		Policies      []policyEntry `xml:"policies>policy"`
	}
	namespace struct {
		Prefix    string `xml:"prefix,attr"`
		Namespace string `xml:"namespace,attr"`
	}
	resources struct {
		MinRequiredRevision string `xml:"minRequiredRevision,attr"`
	}
	named struct {
		Name        string `xml:"name,attr"`
		DisplayName string `xml:"displayName,attr"`
	}
	policyEntry struct {
		Name         string     `xml:"name,attr"`
		Class        string     `xml:"class,attr"`
		DisplayName  string     `xml:"displayName,attr"`
		ExplainText  string     `xml:"explainText,attr"`
		Presentation string     `xml:"presentation,attr,omitempty"`
		Key          string     `xml:"key,attr"`
		ValueName    string     `xml:"valueName,attr,omitempty"`
		Category     reference  `xml:"parentCategory"`
		SupportedOn  reference  `xml:"supportedOn"`
		Enabled      *admxValue `xml:"enabledValue"`
		Disabled     *admxValue `xml:"disabledValue"`
		Elements     *elements  `xml:"elements"`
	}
	reference struct {
		Ref string `xml:"ref,attr"`
	}
	admxValue struct {
		Decimal *decimal `xml:"decimal"`
		String  *string  `xml:"string"`
	}
	decimal struct {
		Value uint32 `xml:"value,attr"`
	}
	elements struct {
		Text      *textElement `xml:"text"`
		MultiText *textElement `xml:"multiText"`
		Enum      *enumElement `xml:"enum"`
	}
	textElement struct {
		ID         string `xml:"id,attr"`
		ValueName  string `xml:"valueName,attr"`
		Required   bool   `xml:"required,attr"`
		Expandable bool   `xml:"expandable,attr,omitempty"`
	}
	enumElement struct {
		ID        string     `xml:"id,attr"`
		ValueName string     `xml:"valueName,attr"`
		Required  bool       `xml:"required,attr"`
		Items     []enumItem `xml:"item"`
	}
	enumItem struct {
		DisplayName string    `xml:"displayName,attr"`
		Value       admxValue `xml:"value"`
	}
)

func admx() ([]byte, error) {
	file := definitions{
		Space: admxSpace, Revision: "1.0", SchemaVersion: "1.0",
		Target:     namespace{"fsclientportal", "FS.Policies.ClientPortal"},
		Resources:  resources{"1.0"},
		Categories: []named{{category, stringRef(category)}},
	}
	for _, since := range versions() {
		file.SupportedOn = append(file.SupportedOn, named{sinceID(since), stringRef(sinceID(since))})
	}
	for _, key := range policy.Keys {
		file.Policies = append(file.Policies, entryOf(key))
	}
	return encodeXML(file)
}

func entryOf(key policy.Key) policyEntry {
	e := policyEntry{
		Name: key.Name, Class: "Machine", Key: policy.WindowsKey,
		DisplayName: stringRef(key.Name), ExplainText: stringRef(explainID(key)),
		Category: reference{category}, SupportedOn: reference{sinceID(key.Since)},
	}
	if key.Kind == policy.Boolean {
		e.ValueName = key.Name
		e.Enabled, e.Disabled = &admxValue{Decimal: &decimal{1}}, &admxValue{Decimal: &decimal{0}}
		return e
	}
	e.Presentation = "$(presentation." + key.Name + ")"
	e.Elements = elementsOf(key)
	return e
}

func elementsOf(key policy.Key) *elements {
	switch key.Kind {
	case policy.Choice:
		enum := &enumElement{ID: key.Name, ValueName: key.Name, Required: true}
		for _, choice := range key.Choices {
			enum.Items = append(enum.Items, enumItem{stringRef(choiceID(key, choice)), admxValue{String: &choice}})
		}
		return &elements{Enum: enum}
	case policy.List:
		return &elements{MultiText: &textElement{ID: key.Name, ValueName: key.Name, Required: true}}
	default:
		text := &textElement{ID: key.Name, ValueName: key.Name, Required: true, Expandable: key.Kind == policy.Path}
		return &elements{Text: text}
	}
}

// versions are those that first had a key, in the order of the table.
func versions() []string {
	var all []string
	for _, key := range policy.Keys {
		if !slices.Contains(all, key.Since) {
			all = append(all, key.Since)
		}
	}
	return all
}

func stringRef(id string) string { return "$(string." + id + ")" }

func sinceID(version string) string { return "Since_" + strings.ReplaceAll(version, ".", "_") }

func explainID(key policy.Key) string { return key.Name + "_Help" }

func choiceID(key policy.Key, choice string) string { return key.Name + "_" + choice }

func encodeXML(file any) ([]byte, error) {
	content, err := xml.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, err
	}
	// In texts a line break needs no escape, and reads better without it.
	content = bytes.ReplaceAll(content, []byte("&#xA;"), []byte("\n"))
	return append([]byte(xml.Header), append(content, '\n')...), nil
}
