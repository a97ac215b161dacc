package heimdal

// seats returns a number of licences: of a path that an admin mapped to it, else the surest figure that can be read, else
// the sum over the elements of the first list of licences that has it.
func (o *object) seats(means meaning) *int64 {
	if n, ok := decision(o, means, readCount, o.sumOf); ok {
		return &n
	}
	if n, ok := automatic(o, means, readCount); ok {
		return &n
	}
	for _, inLicences := range []bool{true, false} {
		for _, m := range o.members {
			if m.value[0] != '[' || !m.lists(inLicences) {
				continue
			}
			if n, has := o.sum(m, means); has {
				return n
			}
		}
	}
	return nil
}

// lists reports whether m is a list of licences by its name; or, without inLicences, one of products, whose elements may
// have figures.
func (m member) lists(inLicences bool) bool {
	if inLicences {
		return inward[m.plain] != ""
	}
	return known[m.plain].means == meansProducts
}

// sum adds up a figure over those elements of a list that have it; has is false where none has it. It is nil where one
// cannot be read: the rest alone would be too few.
func (o *object) sum(list member, means meaning) (total *int64, has bool) {
	var n int64
	unread := false
	eachElement(list.value, func(element []byte) {
		value, there, read := o.figure(list.node, element, means)
		has = has || there
		unread = unread || there && !read
		n += value
	})
	if !has || unread || n > mostSeats {
		return nil, has
	}
	return &n, true
}

// figure reads a figure of one element of a list of licences; there is false where it does not say.
func (o *object) figure(list *node, element []byte, means meaning) (n int64, there, read bool) {
	if element[0] != '{' {
		return 0, false, false
	}
	part := o.element(list, element)
	if n, ok := automatic(part, means, readCount); ok {
		return n, true, true
	}
	for _, m := range part.members {
		if m.means == means && kindOfValue(m.value) != aYesNo && says(m.value) {
			return 0, true, false
		}
	}
	return 0, false, false
}

// element reads an element of a list of licences, whose members mean what they do in a licence object.
func (o *object) element(list *node, raw []byte) *object {
	if o.part == nil {
		o.part = &object{paths: o.paths}
	}
	o.part.members = o.part.members[:0]
	_ = eachMember(raw, func(name, value []byte) error {
		if len(o.part.members) == mostMembers {
			return errHeavy
		}
		kid := o.paths.kid(o.paths.elements(list), name)
		o.part.members = append(o.part.members, member{word: kid.ofList(name), value: value, node: kid})
		return nil
	})
	return o.part
}

// products returns the names of the customer's products; where no member lists them, those of its licences.
func (o *object) products() []string {
	if names, ok := decision(o, meansProducts, readProducts, namesOf); ok {
		return names
	}
	names, ok := surest(o, meansProducts, func(m member) ([]string, bool) {
		if m.node.namesDecided() {
			return nil, false
		}
		names, ok := readProducts(m.value)
		if ok || kindOfValue(m.value) == aNull {
			m.node.fillsProducts(m.value)
		}
		return names, ok
	})
	if ok {
		return names
	}
	for _, m := range o.members {
		if m.value[0] != '[' || !m.lists(true) || m.node.namesDecided() {
			continue
		}
		if names := distinct(licensedNames(m.value)); len(names) > 0 {
			m.node.fillsProducts(m.value)
			return names
		}
	}
	return nil
}

// licensedNames reads the names of what a list of licences is about; a bare text in it may be a licence's key.
func licensedNames(list []byte) []string {
	var names []string
	var o object
	eachElement(list, func(element []byte) {
		if name, on := o.productName(element); on && element[0] == '{' {
			names = append(names, name)
		}
	})
	return names
}
