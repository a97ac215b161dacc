package customersync

import (
	"cmp"
	"encoding/json"
	"slices"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// previewed is how many customers a preview shows.
const previewed = 10

// preview reads customers with two sets of overrides.
type preview struct {
	connector     connector.Connector
	before, after map[string]portal.CustomerField
}

// effect is what a change of the field map does to one customer.
type effect struct {
	portal.FieldMapEffect
	// was and is are the customer before and after the change, as far as it can be read.
	was, is portal.Customer
}

// read reads a customer with the new map. It is not known to the portal until it became one that is.
func (p preview) read(c postgres.RawCustomer) effect {
	var e effect
	var err error
	if e.is, err = p.connector.Interpret(json.RawMessage(c.Raw), p.after); err != nil {
		_, reason := explain(err)
		e.Error = &reason
	}
	e.Kind, e.ID, e.Name = cmp.Or(e.is.Kind, portal.KindClient), cmp.Or(e.is.ExternalID, c.ID), e.is.Name
	return e
}

// became says which customer of the portal it is.
func (e *effect) became(c postgres.RawCustomer) {
	e.Kind, e.ID, e.Name, e.Known = c.Kind, c.ID, c.Name, true
}

// onKnown returns the effects on customers that the portal knows. One whose kept JSON cannot be read as it is says nothing
// about the change, and is left out.
func (p preview) onKnown(sample []postgres.RawCustomer) []effect {
	var effects []effect
	for _, customer := range sample {
		was, err := p.connector.Interpret(json.RawMessage(customer.Raw), p.before)
		if err != nil {
			continue
		}
		e := p.read(customer)
		e.was = was
		e.became(customer)
		e.compare()
		effects = append(effects, e)
	}
	return effects
}

// compare lists the fields whose values change.
func (e *effect) compare() {
	e.Changes = []portal.FieldValueChange{}
	if e.Error != nil {
		return
	}
	for _, field := range portal.CustomerFields {
		was, is := valueOf(e.was, field), valueOf(e.is, field)
		if (was == nil) != (is == nil) || was != nil && *was != *is {
			e.Changes = append(e.Changes, portal.FieldValueChange{Field: field, Before: was, After: is})
		}
	}
}

// any reports whether there is an effect.
func (e effect) any() bool { return e.Error != nil || len(e.Changes) > 0 }

// show shows a few effects: those first that make a run fail, then those that change values.
func show(effects []effect, failedRun bool) portal.FieldMapPreview {
	shown := portal.FieldMapPreview{Items: []portal.FieldMapEffect{}, FailedRun: failedRun, Unread: unread(effects)}
	for _, wanted := range []func(effect) bool{
		func(e effect) bool { return e.Error != nil },
		func(e effect) bool { return e.Error == nil && e.any() },
		func(e effect) bool { return !e.any() },
	} {
		for _, e := range effects {
			if wanted(e) && len(shown.Items) < previewed {
				shown.Items = append(shown.Items, e.FieldMapEffect)
			}
		}
	}
	return shown
}

// unread returns those of id, name and type that every customer would lack, although some had it or none was known. A
// customer without a name is named by its id.
func unread(effects []effect) []portal.CustomerField {
	lacking := map[portal.CustomerField]func(portal.Customer) bool{
		portal.FieldID:   func(c portal.Customer) bool { return c.ExternalID == "" },
		portal.FieldName: func(c portal.Customer) bool { return c.Name == "" || c.Name == c.ExternalID },
		portal.FieldType: func(c portal.Customer) bool { return c.Type == "" },
	}
	fields := []portal.CustomerField{}
	for _, field := range []portal.CustomerField{portal.FieldID, portal.FieldName, portal.FieldType} {
		lacks := lacking[field]
		has := func(e effect) bool { return !lacks(e.is) }
		neverHad := func(e effect) bool { return e.was.ExternalID != "" && lacks(e.was) }
		if len(effects) > 0 && !slices.ContainsFunc(effects, has) && !slices.ContainsFunc(effects, neverHad) {
			fields = append(fields, field)
		}
	}
	return fields
}

// needsReview reports whether the change names a field that needs it, or takes a path from one, or changes such a value.
func (p preview) needsReview(c portal.FieldMapChange, m portal.FieldMap, effects []effect) bool {
	for _, path := range m.Items {
		to, named := c.Fields[path.Path]
		if !named || !differs(p.before, p.after, path.Path) {
			continue
		}
		if path.Field != nil && path.Field.NeedsReview() || to != nil && to.NeedsReview() {
			return true
		}
	}
	return slices.ContainsFunc(effects, func(e effect) bool {
		return slices.ContainsFunc(e.Changes, func(v portal.FieldValueChange) bool { return v.Field.NeedsReview() })
	})
}

func differs(a, b map[string]portal.CustomerField, path string) bool {
	was, before := a[path]
	is, after := b[path]
	return before != after || was != is
}
