package customersync

import (
	"cmp"
	"encoding/json"
	"slices"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// maxPreviewed is how many customers a preview shows.
const maxPreviewed = 10

// preview reads customers with two sets of overrides.
type preview struct {
	connector     connector.Connector
	before, after map[string]portal.CustomerField
}

// effect is what a change of the field map does to one customer.
type effect struct {
	portal.FieldMapEffect
	// was and is are the customer before and after the change; empty if it cannot be read.
	was, is portal.Customer
}

// read reads a customer with the new map. The effect is on no customer of the portal before setKnown.
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

// setKnown sets the customer of the portal that the effect is on.
func (e *effect) setKnown(c postgres.RawCustomer) {
	e.Kind, e.ID, e.Name, e.Known = c.Kind, c.ID, c.Name, true
}

// onKnown returns the effects on customers of the portal. A customer that cannot be read with the present map is left
// out, because it shows no effect of the change.
func (p preview) onKnown(sample []postgres.RawCustomer) []effect {
	var effects []effect
	for _, customer := range sample {
		was, err := p.connector.Interpret(json.RawMessage(customer.Raw), p.before)
		if err != nil {
			continue
		}
		e := p.read(customer)
		e.was = was
		e.setKnown(customer)
		e.compare()
		effects = append(effects, e)
	}
	return effects
}

// compare sets Changes to the fields whose values differ.
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

// any reports whether the change has an effect on the customer.
func (e effect) any() bool { return e.Error != nil || len(e.Changes) > 0 }

// show returns up to maxPreviewed effects: first those that make a run fail, then those that change values.
func show(effects []effect, failedRun bool) portal.FieldMapPreview {
	shown := portal.FieldMapPreview{Items: []portal.FieldMapEffect{}, FailedRun: failedRun, Unread: unread(effects)}
	for _, wanted := range []func(effect) bool{
		func(e effect) bool { return e.Error != nil },
		func(e effect) bool { return e.Error == nil && e.any() },
		func(e effect) bool { return !e.any() },
	} {
		for _, e := range effects {
			if wanted(e) && len(shown.Items) < maxPreviewed {
				shown.Items = append(shown.Items, e.FieldMapEffect)
			}
		}
	}
	return shown
}

// unread returns those of id, name and type that every customer would lack, unless a customer lacks it already. A
// customer without a name has its id as its name.
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

// needsReview reports whether the next run must be reviewed: the change assigns a path to a field that needs review, or
// takes one from it, or changes a value of such a field.
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

// differs reports whether a path fills different fields in a and b.
func differs(a, b map[string]portal.CustomerField, path string) bool {
	was, before := a[path]
	is, after := b[path]
	return before != after || was != is
}
