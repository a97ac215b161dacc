package customersync

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// ChangeFieldMap changes which paths of a connection fill which fields, and queues a run with the new map. Errors as of
// postgres.DB.ChangeFieldMap.
func (s *Service) ChangeFieldMap(
	ctx context.Context, viewer portal.Viewer, id string, c portal.FieldMapChange,
) (portal.FieldMap, error) {
	return s.db.ChangeFieldMap(ctx, viewer, id, c, s.enqueueFor(viewer.Scope.MSSPID))
}

// PreviewFieldMap returns the effects of a change of the field map on up to ten customers; customers with changed
// values come first. If the last run failed, they are those that it had read; if those have none of the paths and show
// no effect, or the run did not fail, they are customers of the portal. Nothing is saved. Errors as of ChangeFieldMap.
func (s *Service) PreviewFieldMap(
	ctx context.Context, viewer portal.Viewer, id string, c portal.FieldMapChange,
) (portal.FieldMapPreview, error) {
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
		return portal.FieldMapPreview{Items: []portal.FieldMapEffect{}, Unread: []portal.CustomerField{}}, nil
	}
	connector, err := s.connector(was.ProductID)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	p := preview{connector, was.Fields, after}
	failed, err := s.db.FailedSamples(ctx, viewer, id)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	effects, err := s.effectsOnFailed(ctx, viewer, id, p, failed.Customers)
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	received := slices.ContainsFunc(failed.Customers, func(customer postgres.RawCustomer) bool {
		return mentions(customer, memberNames(c))
	})
	if slices.ContainsFunc(effects, effect.any) || len(effects) > 0 && (received || !failed.Known) {
		shown := show(effects, true)
		shown.NeedsReview = failed.Known && p.needsReview(c, m, effects)
		return shown, nil
	}
	sample, err := s.db.SampleCustomers(ctx, viewer, id, memberNames(c))
	if err != nil {
		return portal.FieldMapPreview{}, err
	}
	effects = p.onKnown(sample)
	shown := show(effects, false)
	shown.NeedsReview = len(sample) > 0 && p.needsReview(c, m, effects)
	return shown, nil
}

// effectsOnFailed returns the effects on customers of a failed run. Each is compared with the portal's customer that
// has the id which the new map reads.
func (s *Service) effectsOnFailed(
	ctx context.Context, viewer portal.Viewer, connectionID string, p preview, sample []postgres.RawCustomer,
) ([]effect, error) {
	if len(sample) == 0 {
		return nil, nil
	}
	effects, ids := []effect{}, []string{}
	for _, customer := range sample {
		e := p.read(customer)
		effects, ids = append(effects, e), append(ids, e.is.ExternalID)
	}
	known, err := s.db.CustomersByID(ctx, viewer, connectionID, ids)
	if err != nil {
		return nil, err
	}
	for i := range effects {
		customer, ok := known[effects[i].is.ExternalID]
		if ok && effects[i].Error == nil {
			effects[i].setKnown(customer)
			// A customer that the present map cannot read has no values before the change.
			effects[i].was, _ = p.connector.Interpret(json.RawMessage(customer.Raw), p.before)
		}
		effects[i].compare()
	}
	return effects, nil
}

// memberName returns the last name of a path, without the backslashes that escape separators.
func memberName(path string) string {
	path = strings.TrimSuffix(strings.TrimRight(path, "[]"), ".*")
	var name []byte
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			name = append(name, path[i])
		case path[i] == '.':
			name = name[:0]
		default:
			name = append(name, path[i])
		}
	}
	return strings.TrimRight(string(name), "[]")
}

// mentions reports whether a customer's JSON has a member of one of these names; names with escapes are not found.
func mentions(c postgres.RawCustomer, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return bytes.Contains(c.Raw, []byte(`"`+name+`"`)) })
}

// memberNames returns the last member name of each path.
func memberNames(c portal.FieldMapChange) []string {
	names := []string{}
	for path := range c.Fields {
		names = append(names, memberName(path))
	}
	return names
}

// valueOf returns a customer's field as text, nil where it is unknown.
func valueOf(c portal.Customer, field portal.CustomerField) *string {
	switch field {
	case portal.FieldID:
		return optional(c.ExternalID)
	case portal.FieldName:
		return optional(c.Name)
	case portal.FieldParent:
		return optional(c.ParentID)
	case portal.FieldType:
		return optional(c.Type)
	case portal.FieldStatusReason:
		if c.StatusReason == nil {
			return nil
		}
		return optional(string(*c.StatusReason))
	case portal.FieldProducts:
		return optional(strings.Join(c.Products, ", "))
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
		return optional("yes")
	}
	return optional("no")
}

func number(n *int64) *string {
	if n == nil {
		return nil
	}
	return optional(strconv.FormatInt(*n, 10))
}
