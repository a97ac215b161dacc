package main

import (
	"bytes"
	"encoding/xml"
	"testing"
)

// element is any element of an XML file.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// plistValue decodes a property list in XML.
func plistValue(t *testing.T, content []byte) any {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(content))
	var root element
	if err := decoder.Decode(&root); err != nil {
		t.Fatal(err)
	}
	if root.XMLName.Local != "plist" || len(root.Children) != 1 {
		t.Fatalf("got %d values in %s, want one in plist", len(root.Children), root.XMLName.Local)
	}
	return root.Children[0].value(t)
}

func (e element) value(t *testing.T) any {
	t.Helper()
	switch e.XMLName.Local {
	case "string", "integer":
		return e.Text
	case "true", "false":
		return e.XMLName.Local == "true"
	case "array":
		var list []any
		for _, child := range e.Children {
			list = append(list, child.value(t))
		}
		return list
	case "dict":
		values := map[string]any{}
		for n := 0; n+1 < len(e.Children); n += 2 {
			if e.Children[n].XMLName.Local != "key" {
				t.Fatalf("got %s where a key is due", e.Children[n].XMLName.Local)
			}
			values[e.Children[n].Text] = e.Children[n+1].value(t)
		}
		return values
	}
	t.Fatalf("got the unknown element %s", e.XMLName.Local)
	return nil
}
