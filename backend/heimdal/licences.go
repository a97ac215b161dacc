package heimdal

// seats returns a number of licences: the surest figure that can be read, else the sum over the elements of the first list
// of licences that has it.
func (o *object) seats(means meaning) *int64 {
	if n, ok := find(o, means, readCount); ok {
		return &n
	}
	for _, inLicences := range []bool{true, false} {
		for _, m := range o.members {
			if m.value[0] != '[' || !m.lists(inLicences) {
				continue
			}
			if n, has := sum(m.value, means); has {
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
func sum(list []byte, means meaning) (total *int64, has bool) {
	var n int64
	unread := false
	eachElement(list, func(element []byte) {
		value, there, read := figure(element, means)
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
func figure(element []byte, means meaning) (n int64, there, read bool) {
	if element[0] != '{' {
		return 0, false, false
	}
	var o object
	if o.readElement(element) != nil {
		return 0, false, false
	}
	if n, ok := find(&o, means, readCount); ok {
		return n, true, true
	}
	for _, m := range o.members {
		if m.means == means && m.value[0] != 't' && m.value[0] != 'f' && says(m.value) {
			return 0, true, false
		}
	}
	return 0, false, false
}

// readElement fills o from an element of a list of licences, whose members mean what they do in a licence object.
func (o *object) readElement(raw []byte) error {
	return eachMember(raw, func(name, value []byte) error {
		if text, ok := unquote(name); ok && len(o.members) < mostMembers {
			o.members = append(o.members, member{word: inside("licenses", text), value: value})
		}
		return nil
	})
}

// products returns the names of the customer's products; where no member lists them, those of its licences.
func (o *object) products() []string {
	if names, ok := find(o, meansProducts, readProducts); ok {
		return names
	}
	for _, m := range o.members {
		if m.value[0] == '[' && m.lists(true) {
			if names := distinct(licensedNames(m.value)); len(names) > 0 {
				return names
			}
		}
	}
	return nil
}

// licensedNames reads the names of what a list of licences is about; a bare text in it may be a licence's key.
func licensedNames(list []byte) []string {
	var names []string
	eachElement(list, func(element []byte) {
		if name, on := productName(element); on && element[0] == '{' {
			names = append(names, name)
		}
	})
	return names
}
