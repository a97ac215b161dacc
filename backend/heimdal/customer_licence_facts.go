package heimdal

import (
	"strings"

	"fs-client-portal/backend/portal"
)

// expiry returns the day on which the customer's licences expire: from a path that an admin mapped to it, else from
// the most reliable member that can be read, else from the first list of licences with a day.
func (o *object) expiry() *string {
	if day, ok := mappedValue(o, attrExpiry, readDate, o.earliestOf); ok {
		return &day
	}
	if day, ok := readByName(o, attrExpiry, readDate); ok {
		return &day
	}
	return fromLists(o, o.expiryInList)
}

// licenceType returns the type of the customer's licences, from the same sources as expiry.
func (o *object) licenceType() *string {
	if text, ok := mappedValue(o, attrLicenceType, readLicenceType, o.licenceTypesOf); ok {
		return &text
	}
	if text, ok := readByName(o, attrLicenceType, readLicenceType); ok {
		return &text
	}
	return fromLists(o, o.licenceTypeInList)
}

// fromLists returns the result of the first list of licences, else of the first list of products, for which has is
// true.
func fromLists(o *object, read func(list member) (text *string, has bool)) *string {
	for _, inLicences := range []bool{true, false} {
		for _, m := range o.members {
			if m.value[0] != '[' || !m.isLicenceList(inLicences) {
				continue
			}
			if text, has := read(m); has {
				return text
			}
		}
	}
	return nil
}

// expiryInList returns the earliest day on which a licence of a list expires; if all have ended, the latest. It is nil
// where the day of a current licence cannot be read, since that may be the earliest.
func (o *object) expiryInList(list member) (day *string, has bool) {
	var earliest, latest string
	running, dated, unread := false, false, false
	o.eachLicence(list, func(part *object, ended bool) {
		text, read := readByName(part, attrExpiry, readDate)
		if ended {
			latest = max(latest, text)
			return
		}
		running = true
		dated = dated || read
		unread = unread || !read && part.hasUnreadDate()
		if read && (earliest == "" || text < earliest) {
			earliest = text
		}
	})
	switch {
	case unread:
		return nil, true
	case dated:
		return &earliest, true
	case !running && latest != "":
		return &latest, true
	}
	return nil, false
}

// hasUnreadDate reports whether a member is an expiry that cannot be read.
func (o *object) hasUnreadDate() bool {
	for _, m := range o.members {
		if m.attr == attrExpiry && unreadDate(m.value) {
			return true
		}
	}
	return false
}

// unreadDate reports whether a value is neither empty nor a date. An implausible date means that there is none.
func unreadDate(value []byte) bool {
	_, isDate := parseValue(value)
	return !isDate && hasValue(value)
}

// licenceTypeInList returns the types of the licences of a list; those of licences that have ended count only if all
// have.
func (o *object) licenceTypeInList(list member) (text *string, has bool) {
	var running, ended []string
	anyRunning := false
	o.eachLicence(list, func(part *object, over bool) {
		kind, ok := readByName(part, attrLicenceType, readLicenceType)
		anyRunning = anyRunning || !over
		switch {
		case !ok:
		case over:
			ended = append(ended, kind)
		default:
			running = append(running, kind)
		}
	})
	if !anyRunning {
		running = ended
	}
	if len(running) == 0 {
		return nil, false
	}
	joined := joinTypes(running)
	return &joined, true
}

// eachLicence calls each for the objects in a list of licences; ended reports whether the licence is no longer in use.
// In a list of products, only a specific name is a licence type.
func (o *object) eachLicence(list member, each func(part *object, ended bool)) {
	eachElement(list.value, func(element []byte) {
		if element[0] != '{' {
			return
		}
		part := o.readListElement(list.node, element)
		if !list.isLicenceList(true) {
			for i, m := range part.members {
				if m.attr == attrLicenceType && attributeNames[m.plain].attr != attrLicenceType {
					part.members[i].attr = attrNone
				}
			}
		}
		each(part, part.hasEnded())
	})
}

// hasEnded reports whether a licence is expired, disabled or deleted by its own members. A demo is in use.
func (o *object) hasEnded() bool {
	for _, m := range o.members {
		s := attributeNames[m.plain].flag
		if licenceFlags[m.plain] == flagLicenceStatus {
			s = flagStatus
		}
		if m.plain == "licensed" {
			s = flagEnabled
		}
		if s == noFlag {
			continue
		}
		reason, ok := s.readReason(m.plain, m.value)
		if ok && reason != "" && reason != portal.ReasonDemo {
			return true
		}
	}
	return false
}

// earliestOf returns the earliest of several days; ok is false where one cannot be read, or there is none.
func (o *object) earliestOf(members []member) (string, bool) {
	earliest, unread := "", false
	for _, m := range members {
		day, ok := readMember(o, m, readDate)
		unread = unread || !ok && unreadDate(m.value)
		if ok && (earliest == "" || day < earliest) {
			earliest = day
		}
	}
	return earliest, earliest != "" && !unread
}

// licenceTypesOf joins the licence types in several values.
func (o *object) licenceTypesOf(members []member) (string, bool) {
	var types []string
	for _, m := range members {
		if text, ok := readMember(o, m, readLicenceType); ok {
			types = append(types, text)
		}
	}
	return joinTypes(types), len(types) > 0
}

// joinTypes joins the types that differ by more than case, in the order of their first occurrence.
func joinTypes(types []string) string {
	var kept []string
	for _, text := range types {
		seen := false
		for _, k := range kept {
			seen = seen || strings.EqualFold(k, text)
		}
		if !seen {
			kept = append(kept, text)
		}
	}
	return cut(strings.Join(kept, ", "), maxLicenceTypeLength)
}
