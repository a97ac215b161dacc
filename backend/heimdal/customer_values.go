package heimdal

import (
	"strings"
)

// sameID reports whether an id in a response is that of the account, which an admin typed. A GUID matches in any case,
// with or without braces.
func sameID(id, account string) bool {
	return id == account || len(id) >= 36 && len(account) >= 36 && guid.MatchString(id) && guid.MatchString(account) &&
		strings.EqualFold(strings.Trim(id, "{}"), strings.Trim(account, "{}"))
}

// emptyIDs are the ids that systems write for none.
var emptyIDs = map[string]bool{"0": true, "-1": true, "none": true, "00000000-0000-0000-0000-000000000000": true}

// readParent reads an id, or the id of an object.
func readParent(value []byte) (string, bool) {
	id, ok := readID(value)
	if len(value) > 0 && value[0] == '{' {
		var inner object
		if inner.read(value) != nil {
			return "", false
		}
		id, ok = find(&inner, attrID, readID)
	}
	return id, ok && !emptyIDs[strings.ToLower(id)]
}

// readNamed reads a text, or the name of an object.
func readNamed(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '{' {
		return readText(value)
	}
	var inner object
	if inner.read(value) != nil {
		return "", false
	}
	return find(&inner, attrName, readText)
}

func readLicenceType(value []byte) (string, bool) {
	text, ok := readNamed(value)
	return cut(text, maxLicenceTypeLength), ok
}
