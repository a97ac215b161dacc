package heimdal

// seats returns a number of licences: of a path that an admin mapped to it, else the surest figure that can be read, else
// the sum over the elements of the first list of licences that has it.
func (o *object) seats(means attribute) *int64 {
	if n, ok := mappedValue(o, means, readCount, o.sumOf); ok {
		return &n
	}
	if n, ok := readByName(o, means, readCount); ok {
		return &n
	}
	for _, inLicences := range []bool{true, false} {
		for _, m := range o.members {
			if m.value[0] != '[' || !m.isLicenceList(inLicences) {
				continue
			}
			if n, has := o.sumInList(m, means); has {
				return n
			}
		}
	}
	return nil
}

// lists reports whether m is a list of licences by its name; or, without inLicences, one of products, whose elements may
// have figures.
func (m member) isLicenceList(inLicences bool) bool {
	if inLicences {
		return licenceObjectNames[m.plain] != ""
	}
	return attributeNames[m.plain].attr == attrProducts
}

// sum adds up a figure over those elements of a list that have it; has is false where none has it. It is nil where one
// cannot be read: the rest alone would be too few.
func (o *object) sumInList(list member, means attribute) (total *int64, has bool) {
	var n int64
	unread := false
	eachElement(list.value, func(element []byte) {
		value, there, read := o.figureIn(list.node, element, means)
		has = has || there
		unread = unread || there && !read
		n += value
	})
	if !has || unread || n > maxSeats {
		return nil, has
	}
	return &n, true
}

// figure reads a figure of one element of a list of licences; there is false where it does not say.
func (o *object) figureIn(list *pathNode, element []byte, means attribute) (n int64, there, read bool) {
	if element[0] != '{' {
		return 0, false, false
	}
	part := o.readListElement(list, element)
	if n, ok := readByName(part, means, readCount); ok {
		return n, true, true
	}
	for _, m := range part.members {
		if m.attr == means && kindOfValue(m.value) != kindBool && hasValue(m.value) {
			return 0, true, false
		}
	}
	return 0, false, false
}

// element reads an element of a list of licences, whose members mean what they do in a licence object.
func (o *object) readListElement(list *pathNode, raw []byte) *object {
	if o.listElement == nil {
		o.listElement = &object{paths: o.paths}
	}
	o.listElement.members = o.listElement.members[:0]
	_ = eachMember(raw, func(name, value []byte) error {
		if len(o.listElement.members) == maxMembers {
			return errHeavy
		}
		kid := o.paths.child(o.paths.elementNode(list), name)
		o.listElement.members = append(o.listElement.members, member{memberName: kid.attributeInList(name), value: value, node: kid})
		return nil
	})
	return o.listElement
}
