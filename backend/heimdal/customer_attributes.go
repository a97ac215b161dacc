package heimdal

import (
	"strings"
)

// attribute is the field of a customer that a member of its JSON fills.
type attribute int

const (
	attrNone attribute = iota
	attrID
	attrName
	attrType
	attrParent
	attrSeatsUsed
	attrSeatsTotal
	attrExpiry
	attrProducts
	attrLicenceType
	attrSPLA
	attrCreated
	// attrStatus is the attribute of a status flag that has no other one; its names are in flagNames.
	attrStatus
)

// memberName is a member's plain name with its attribute.
type memberName struct {
	plain string
	attr  attribute
	rank  int        // among the aliases of the attribute; the lowest is the most reliable
	flag  statusFlag // what the value says about the customer's status
}

var attributeNames = func() map[string]memberName {
	all := map[string]memberName{}
	for means, names := range aliases {
		for rank, name := range names {
			all[name] = memberName{plain: name, attr: means, rank: rank}
		}
	}
	for s, names := range flagNames {
		for _, name := range names {
			w := all[name]
			w.plain, w.flag = name, s
			if w.attr == attrNone {
				w.attr = attrStatus
			}
			all[name] = w
		}
	}
	return all
}()

// plainName returns a name without case and separators: seats_used, SeatsUsed and "Seats used" are the same.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// attributeOf looks up the name of a customer's member.
func attributeOf(name string) memberName {
	plain := plainName(name)
	if w, ok := attributeNames[plain]; ok {
		return w
	}
	return memberName{plain: plain}
}

// nestedRank is added to the rank of a member within a licence object, so that the customer's own members come first.
const nestedRank = 1000

// attributeInLicence looks up the name of a member within a licence object, whose short form is outer.
func attributeInLicence(outer, name string) memberName {
	inner := attributeOf(name)
	w, both := attributeNames[outer+inner.plain]
	w.plain = inner.plain
	switch {
	case licenceFlags[inner.plain] != noFlag:
		return memberName{plain: inner.plain, attr: attrStatus, flag: licenceFlags[inner.plain]}
	case both:
		w.rank += nestedRank
		return w
	}
	if attr, ok := licenceMembers[inner.plain]; ok {
		return memberName{plain: inner.plain, attr: attr, rank: 2 * nestedRank}
	}
	switch inner.attr {
	case attrSeatsUsed, attrSeatsTotal, attrExpiry, attrProducts, attrLicenceType, attrSPLA:
		return memberName{plain: inner.plain, attr: inner.attr, rank: inner.rank + 2*nestedRank}
	}
	return memberName{plain: inner.plain}
}
