package heimdal

import (
	"strings"
)

// meaning is what a member of a customer's JSON fills.
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
	// meansStatus is what any sign means that is not a figure as well; its names are in signs.
	attrStatus
)

// word is what a name is once it is stripped of case and separators, and what it means.
type memberName struct {
	plain string
	attr  attribute
	rank  int        // among the aliases of its meaning; the least is the surest
	flag  statusFlag // what its value says of the customer's status
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

// plainName strips a name of case and separators: seats_used, SeatsUsed and "Seats used" are one.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// meaningOf reads a name.
func attributeOf(name string) memberName {
	plain := plainName(name)
	if w, ok := attributeNames[plain]; ok {
		return w
	}
	return memberName{plain: plain}
}

// afterAll ranks what is found inside an inward object below what stands beside it.
const nestedRank = 1000

// inside reads a name inside an inward object, of which outer is the name it is read as.
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
	if means, ok := licenceMembers[inner.plain]; ok {
		return memberName{plain: inner.plain, attr: means, rank: 2 * nestedRank}
	}
	switch inner.attr {
	case attrSeatsUsed, attrSeatsTotal, attrExpiry, attrProducts, attrLicenceType, attrSPLA:
		return memberName{plain: inner.plain, attr: inner.attr, rank: inner.rank + 2*nestedRank}
	}
	return memberName{plain: inner.plain}
}
