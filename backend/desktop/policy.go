package desktop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Policy is what IT sets for all users of this computer. A nil field is left to the user.
type Policy struct {
	APIURL           *string
	Providers        []string
	AllowSessionOnly *bool
	AllowExport      *bool
	UpdateChannel    *string
	CAFile           *string
	LogLevel         *string
	// Unknown lists keys this version does not know, which a newer one may.
	Unknown []string
}

// policyKeys are the keys of the policy, each with a description of its values.
var policyKeys = map[string]string{
	"ApiUrl":           "a string, the https address of the portal's API",
	"Providers":        `a list of "google" and "entra"`,
	"AllowSessionOnly": "true or false",
	"AllowExport":      "true or false",
	"UpdateChannel":    `"off", "notify" or "auto"`,
	"CaFile":           "a string, the path of a file of certificates",
	"LogLevel":         `"debug", "info", "warn" or "error"`,
}

// parsePolicyJSON reads one JSON object, and nothing after it.
func parsePolicyJSON(content []byte) (Policy, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	var values map[string]json.RawMessage
	if err := decoder.Decode(&values); err != nil {
		return Policy{}, fmt.Errorf("must be one JSON object: %w", err)
	}
	if values == nil {
		return Policy{}, errors.New("must be one JSON object, not null")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Policy{}, errors.New("must be one JSON object with nothing after it")
	}
	return parsePolicy(values)
}

// parsePolicy checks the type of every value. A value of another type stops the start: a policy that is
// half understood is worse than none.
func parsePolicy(values map[string]json.RawMessage) (Policy, error) {
	var p Policy
	targets := map[string]any{
		"ApiUrl": &p.APIURL, "Providers": &p.Providers, "AllowSessionOnly": &p.AllowSessionOnly,
		"AllowExport": &p.AllowExport, "UpdateChannel": &p.UpdateChannel, "CaFile": &p.CAFile, "LogLevel": &p.LogLevel,
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		target, known := targets[key]
		if !known {
			if right := sameButCase(key); right != "" {
				return Policy{}, fmt.Errorf("%s is not a key: write it as %s", key, right)
			}
			p.Unknown = append(p.Unknown, key)
			continue
		}
		if err := decodePolicyValue(values[key], target); err != nil {
			return Policy{}, fmt.Errorf("%s must be %s", key, policyKeys[key])
		}
	}
	return p, nil
}

func decodePolicyValue(raw json.RawMessage, target any) error {
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return errors.New("null")
	}
	list, isList := target.(*[]string)
	if isList && len(raw) > 0 && raw[0] == '"' {
		// The registry's plain strings hold lists with commas.
		var joined string
		if err := json.Unmarshal(raw, &joined); err != nil {
			return err
		}
		*list = splitList(joined)
		return nil
	}
	return json.Unmarshal(raw, target)
}

func splitList(joined string) []string {
	list := []string{}
	for part := range strings.SplitSeq(joined, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func sameButCase(key string) string {
	for known := range policyKeys {
		if strings.EqualFold(known, key) {
			return known
		}
	}
	return ""
}
