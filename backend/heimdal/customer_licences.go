package heimdal

// seats returns a number of licences: from a path that an admin mapped to it, else from the most reliable member that
// can be read, else the sum over the first list of licences that has it.
func (o *object) seats(attr attribute) *int64 {
	if n, ok := mappedValue(o, attr, readCount, o.sumOf); ok {
		return &n
	}
	if n, ok := readByName(o, attr, readCount); ok {
		return &n
	}
	for _, inLicences := range []bool{true, false} {
		for _, m := range o.members {
			if m.value[0] != '[' || !m.isLicenceList(inLicences) {
				continue
			}
			if n, has := o.sumInList(m, attr); has {
				return n
			}
		}
	}
	return nil
}

// isLicenceList reports whether m is a list of licences by its name; or, without inLicences, a list of products, whose
// elements may have counts.
func (m member) isLicenceList(inLicences bool) bool {
	if inLicences {
		return licenceObjectNames[m.plain] != ""
	}
	return attributeNames[m.plain].attr == attrProducts
}

// sumInList returns the sum of a count over the elements of a list that have it; has is false where none has it. The
// sum is nil where one count cannot be read, since the rest would be too low.
func (o *object) sumInList(list member, attr attribute) (total *int64, has bool) {
	var n int64
	unread := false
	eachElement(list.value, func(element []byte) {
		value, there, read := o.figureIn(list.node, element, attr)
		has = has || there
		unread = unread || there && !read
		n += value
	})
	if !has || unread || n > maxSeats {
		return nil, has
	}
	return &n, true
}

// figureIn returns a count of one element of a list of licences; there is false where the element does not have it.
func (o *object) figureIn(list *pathNode, element []byte, attr attribute) (n int64, there, read bool) {
	if element[0] != '{' {
		return 0, false, false
	}
	part := o.readListElement(list, element)
	if n, ok := readByName(part, attr, readCount); ok {
		return n, true, true
	}
	for _, m := range part.members {
		if m.attr == attr && kindOfValue(m.value) != kindBool && hasValue(m.value) {
			return 0, true, false
		}
	}
	return 0, false, false
}

// readListElement reads an element of a list of licences, whose members are those of a licence object.
func (o *object) readListElement(list *pathNode, raw []byte) *object {
	if o.listElement == nil {
		o.listElement = &object{paths: o.paths}
	}
	o.listElement.members = o.listElement.members[:0]
	_ = eachMember(raw, func(name, value []byte) error {
		if len(o.listElement.members) == maxMembers {
			return errHeavy
		}
		child := o.paths.child(o.paths.elementNode(list), name)
		o.listElement.members = append(o.listElement.members, member{memberName: child.attributeInList(name), value: value, node: child})
		return nil
	})
	return o.listElement
}
