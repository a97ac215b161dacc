package sync

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// previewed is how many customers a preview shows.
const previewed = 10

// ChangeFieldMap changes which paths of a connection fill which fields, and queues a run that uses it. Errors as of
// postgres.
func (s *Service) ChangeFieldMap(ctx context.Context, viewer portal.Viewer, id string, c portal.FieldMapChange) (portal.FieldMap, error) {
	return s.db.ChangeFieldMap(ctx, viewer, id, c, s.enqueueFor(viewer.Scope.MSSPID))
}

// PreviewFieldMap returns what a change of the field map would do to ten customers, those first whose values it changes;
// where the connection has none yet, to those that the last run had read when it failed. Nothing is saved. Errors as
// ChangeFieldMap.
func (s *Service) PreviewFieldMap(ctx context.Context, viewer portal.Viewer, id string,
	c portal.FieldMapChange) (portal.FieldMapPreview, error) {
	m, err := s.db.FieldMap(ctx, viewer, id)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	was, err := s.db.Connection(ctx, viewer.Scope.MSSPID, id)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	after, err := c.Apply(was.Fields, m.Knows)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	if len(c.Fields) == 0 {
		return portal.FieldMapPreview{Items: []portal.FieldMapEffect{}}, nil
	}
	connector, err := s.connector(was.ProductID)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	sample, err := s.db.SampleCustomers(ctx, viewer, id, memberNames(c))
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	p := preview{connector, was.Fields, after}
	if len(sample) > 0 {
		return portal.FieldMapPreview{Items: p.first(sample), NeedsReview: p.needsReview(c, m, sample)}, nil
	}
	sample, err = s.db.FailedSamples(ctx, viewer, id)
	return portal.FieldMapPreview{Items: p.first(sample)}, err
}

// memberNames returns the last member name of each path.
func memberNames(c portal.FieldMapChange) []string {
	names := []string{}
	for path := range c.Fields {
		path = strings.TrimRight(path, "[]")
		names = append(names, path[strings.LastIndex(path, ".")+1:])
	}
	return names
}

// preview reads customers with two sets of overrides.
type preview struct {
	connector     Connector
	before, after map[string]portal.CustomerField
}

// first returns the effects on a few customers of the sample, those with any before those without.
func (p preview) first(sample []postgres.RawCustomer) []portal.FieldMapEffect {
	effects, unchanged := []portal.FieldMapEffect{}, []portal.FieldMapEffect{}
	for _, customer := range sample {
		effect := p.effect(customer)
		if len(effect.Changes) == 0 && effect.Error == nil {
			unchanged = append(unchanged, effect)
			continue
		}
		if effects = append(effects, effect); len(effects) == previewed {
			return effects
		}
	}
	effects = append(effects, unchanged...)
	return effects[:min(len(effects), previewed)]
}

func (p preview) effect(c postgres.RawCustomer) portal.FieldMapEffect {
	effect := portal.FieldMapEffect{Kind: cmp.Or(c.Kind, portal.KindClient), ID: c.ID, Name: c.Name, Changes: []portal.FieldValueChange{}}
	// What cannot be read with the present map has no values before.
	before, _ := p.connector.Interpret(json.RawMessage(c.Raw), p.before)
	after, err := p.connector.Interpret(json.RawMessage(c.Raw), p.after)
	if err != nil {
		_, reason := explain(err)
		effect.Error = &reason
		return effect
	}
	if c.Kind == "" { // not known to the portal
		effect.Kind, effect.ID, effect.Name = after.Kind, after.ExternalID, after.Name
	}
	for _, field := range portal.CustomerFields {
		was, is := valueOf(before, field), valueOf(after, field)
		if (was == nil) != (is == nil) || was != nil && *was != *is {
			effect.Changes = append(effect.Changes, portal.FieldValueChange{Field: field, Before: was, After: is})
		}
	}
	return effect
}

// needsReview reports whether the change names a field that needs it, or takes a path from one, or changes such a value
// of the sample.
func (p preview) needsReview(c portal.FieldMapChange, m portal.FieldMap, sample []postgres.RawCustomer) bool {
	for _, path := range m.Items {
		to, named := c.Fields[path.Path]
		if !named || !differs(p.before, p.after, path.Path) {
			continue
		}
		if path.Field != nil && path.Field.NeedsReview() || to != nil && to.NeedsReview() {
			return true
		}
	}
	return slices.ContainsFunc(sample, func(customer postgres.RawCustomer) bool {
		effect := p.effect(customer)
		return slices.ContainsFunc(effect.Changes, func(v portal.FieldValueChange) bool { return v.Field.NeedsReview() })
	})
}

func differs(a, b map[string]portal.CustomerField, path string) bool {
	was, before := a[path]
	is, after := b[path]
	return before != after || was != is
}

// valueOf returns a customer's field as text, nil where it is unknown.
func valueOf(c portal.Customer, field portal.CustomerField) *string {
	switch field {
	case portal.FieldID:
		return given(c.ExternalID)
	case portal.FieldName:
		return given(c.Name)
	case portal.FieldParent:
		return given(c.ParentID)
	case portal.FieldType:
		return given(c.Type)
	case portal.FieldStatusReason:
		if c.StatusReason == nil {
			return nil
		}
		return given(string(*c.StatusReason))
	case portal.FieldProducts:
		return given(strings.Join(c.Products, ", "))
	case portal.FieldLicenceType:
		return c.LicenceType
	case portal.FieldSPLA:
		return yesNo(c.SPLA)
	case portal.FieldSeatsUsed:
		return number(c.SeatsUsed)
	case portal.FieldSeatsTotal:
		return number(c.SeatsTotal)
	case portal.FieldExpiresOn:
		return c.ExpiresOn
	}
	return nil
}

func yesNo(b *bool) *string {
	if b == nil {
		return nil
	}
	if *b {
		return given("yes")
	}
	return given("no")
}

func number(n *int64) *string {
	if n == nil {
		return nil
	}
	return given(strconv.FormatInt(*n, 10))
}
