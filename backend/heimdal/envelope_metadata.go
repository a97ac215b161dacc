package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/connector"
)

// metadata is what the members beside the customers, or the headers, say about the list.
type metadata struct {
	total  *int64 // customers on all pages
	pages  *int64
	number *int64 // of this page
	size   *int64 // of a full page
	link   string // to the next page
	// The names of the fields which say that more customers follow; which say so in an unsupported way; which leave
	// the number of customers open; and which say that other customers come before. "" where there is none.
	follows, unknown, undetermined, previous string
	isEnd                                    bool // a field says that none follow, or is declared harmless
	lastPage                                 metaField
	sources                                  map[sign]string // the names of the fields with figureSigns
}

// figureSigns are the signs with a number.
var figureSigns = []sign{signTotal, signPages, signNumber, signSize}

func (s *metadata) figure(attr sign) **int64 {
	switch attr {
	case signTotal:
		return &s.total
	case signPages:
		return &s.pages
	case signNumber:
		return &s.number
	}
	return &s.size
}

// isFullPage reports whether so many elements fill a page, after which there may be another.
func (s metadata) isFullPage(elements int64) bool {
	return s.size != nil && *s.size > 0 && elements >= *s.size
}

// isNumberedOnly reports whether the list is a page by its number, and nothing says how long a page is or whether
// others follow.
func (s metadata) isNumberedOnly() bool {
	return s.number != nil && s.size == nil && s.pages == nil && s.follows == "" && !s.isEnd
}

// isUnpaged reports whether nothing indicates several pages, so that a total may include nested customers.
func (s metadata) isUnpaged() bool {
	return s.pages == nil && s.number == nil && s.size == nil && s.follows == "" && s.unknown == ""
}

// metaFields are the members or headers beside a list, with the names that an admin has declared harmless.
type metaFields struct {
	list     []metaField
	harmless map[string]bool
	secret   string // appears in no error
}

// harmlessSet returns the set of names that an admin has declared harmless, as isHarmless looks them up.
func harmlessSet(names []string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[plainName(cut(name, maxSignLength))] = true
	}
	return all
}

func (fields metaFields) isHarmless(one metaField) bool {
	return len(fields.harmless) > 0 && fields.harmless[plainName(one.displayName(fields.secret))]
}

// withSigns returns the fields with one of the signs that are not declared harmless.
func (fields metaFields) withSigns(attr ...sign) []metaField {
	var found []metaField
	for _, one := range fields.list {
		if slices.Contains(attr, one.sign) && !fields.isHarmless(one) {
			found = append(found, one)
		}
	}
	return found
}

// metadata returns what the fields say about a list with this many elements; emitted includes the nested customers.
func (fields metaFields) metadata(elements, emitted int64) (metadata, error) {
	s := metadata{sources: map[sign]string{}}
	owns := fields.hasOwnTotal()
	for _, attr := range figureSigns {
		if err := fields.readFigure(&s, attr, owns); err != nil {
			return s, err
		}
	}
	if err := fields.readRanges(&s, elements, emitted); err != nil {
		return s, err
	}
	if err := fields.readCount(&s, elements, emitted); err != nil {
		return s, err
	}
	fields.readMore(&s)
	fields.readLastPage(&s)
	s.unknown = fields.unsupported(&s, elements)
	s.undetermined = fields.undetermined(&s)
	return s, nil
}

// hasOwnTotal reports whether the envelope itself has a total, so that totals in nested objects are about something
// else.
func (fields metaFields) hasOwnTotal() bool {
	return slices.ContainsFunc(fields.list, func(one metaField) bool {
		_, ok := one.number()
		return one.sign == signTotal && !one.nested && !strings.Contains(one.name, ".") && ok
	})
}

// readFigure sets the number on which the fields with a sign agree. A total counts even if it is declared harmless.
func (fields metaFields) readFigure(s *metadata, attr sign, owns bool) error {
	into := s.figure(attr)
	for _, one := range fields.list {
		n, ok := one.number()
		if !ok || one.figureSign() != attr || owns && one.nested || attr != signTotal && fields.isHarmless(one) {
			continue
		}
		switch {
		case *into == nil:
			*into, s.sources[attr] = &n, one.name
		case **into == n || one.echoed:
		case attr == signTotal:
			return errorf(connector.Incomplete,
				"The response contradicts itself: its %s is both %d and %d. The next run tries again; if it stays so, "+
					"%s.", one.displayName(fields.secret), **into, n, tellSupport)
		default:
			return signErrorf(one.name, fields.secret, "The response contradicts itself: its %s is both %d and %d.",
				one.displayName(fields.secret), **into, n)
		}
	}
	return nil
}

// figureSign returns the sign of a field with a number.
func (f metaField) figureSign() sign {
	if f.sign == signLastPage && strings.HasSuffix(f.plain, "lastpage") {
		return signPages
	}
	return f.sign
}

// readCount reads a "count", which is that of this page or of all customers.
func (fields metaFields) readCount(s *metadata, elements, emitted int64) error {
	for _, one := range fields.list {
		n, ok := readCount(one.value)
		if one.sign != signCount || !ok || one.nested || one.echoed || n == elements || n == emitted || s.total != nil && *s.total == n {
			continue
		}
		if s.total != nil {
			return errorf(connector.Incomplete,
				"The response says it holds %d customers (%s) but holds %d. The next run tries again; if it stays so, "+
					"%s.", n, one.displayName(fields.secret), elements, tellSupport)
		}
		s.total, s.sources[signTotal] = &n, one.name
	}
	return nil
}
