package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/desktop/policy"
)

type object = map[string]any

// linuxSchema returns the JSON Schema of the policy file. Further keys are valid: the app notes them in its log.
func linuxSchema() ([]byte, error) {
	properties := object{"$schema": object{"type": "string", "description": "The address of this schema, for editors."}}
	for _, key := range policy.Keys {
		property := typeOf(key)
		property["title"], property["description"] = key.Title.English, describe(key)
		property["examples"] = []any{key.Example}
		property["$comment"] = fmt.Sprintf("Since version %s.", key.Since)
		if key.Default != nil {
			property["default"] = key.Default
		}
		properties[key.Name] = property
	}
	return encodeJSON(object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "Policy of " + loopback.Product,
		"description":          "The content of " + policy.LinuxFile + ", in UTF-8.",
		"type":                 "object",
		"properties":           properties,
		"additionalProperties": true,
	})
}

// jamfSchema returns the custom schema that Jamf Pro makes a form of.
func jamfSchema() ([]byte, error) {
	properties := object{}
	for n, key := range policy.Keys {
		set := typeOf(key)
		set["title"] = "Configured"
		properties[key.Name] = object{
			"title": key.Title.English, "description": describe(key), "property_order": 10 * (n + 1),
			// Without this choice the form would set every key.
			"anyOf": []any{object{"title": "Not configured", "type": "null"}, set},
		}
	}
	return encodeJSON(object{
		"title":              loopback.Product + " (" + policy.MacOSDomain + ")",
		"description":        english.description,
		"__preferencedomain": policy.MacOSDomain,
		"properties":         properties,
	})
}

// typeOf returns the part of a schema that says which values a key may have.
func typeOf(key policy.Key) object {
	switch key.Kind {
	case policy.Boolean:
		return object{"type": "boolean"}
	case policy.Choice:
		return object{"type": "string", "enum": key.Choices}
	case policy.List:
		items := object{"type": "string", "enum": key.Choices}
		return object{"type": "array", "items": items, "minItems": 1, "uniqueItems": true}
	default:
		return object{"type": "string", "minLength": 1}
	}
}

func describe(key policy.Key) string {
	if key.Reserved {
		return key.Help.English + " " + english.reserved
	}
	return key.Help.English
}

func encodeJSON(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return text.Bytes(), err
}
