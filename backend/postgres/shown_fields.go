package postgres

import (
	"bytes"
	"encoding/json"
	"fmt"

	"fs-client-portal/backend/portal"
)

// filledPaths are the paths of a product's JSON that fill a field of the customers.
type filledPaths map[string]portal.CustomerField

// shownIn returns the paths of those fields that the detail of a customer shows.
func (p filledPaths) shownIn(fields map[portal.CustomerField]bool) []string {
	var paths []string
	for path, field := range p {
		if fields[field] {
			paths = append(paths, path)
		}
	}
	return paths
}

// fieldsOfClient returns the fields that the detail of a client shows. A field without a value is not among them: what
// the product sent may be unreadable.
func fieldsOfClient(c portal.Client) map[portal.CustomerField]bool {
	return map[portal.CustomerField]bool{
		portal.FieldID: true, portal.FieldName: true, portal.FieldType: c.Type != "",
		portal.FieldStatusReason: c.StatusReason != nil, portal.FieldProducts: len(c.Products) > 0,
		portal.FieldLicenceType: c.LicenceType != nil, portal.FieldSPLA: c.SPLA != nil,
		portal.FieldSeatsUsed: c.SeatsUsed != nil, portal.FieldSeatsTotal: c.SeatsTotal != nil,
		portal.FieldExpiresOn: c.ExpiresOn != nil,
	}
}

// fieldsOfMSP returns the fields that the detail of an MSP shows. Its own licences are shown only beside the sums over
// its clients.
func fieldsOfMSP(m portal.MSPDetail) map[portal.CustomerField]bool {
	own, clients := m.OwnSeats, m.ClientsSeats
	return map[portal.CustomerField]bool{
		portal.FieldID: true, portal.FieldName: true, portal.FieldType: m.Type != "",
		portal.FieldStatusReason: m.StatusReason != nil, portal.FieldLicenceType: m.LicenceType != nil,
		portal.FieldSPLA:      m.SPLA != nil,
		portal.FieldSeatsUsed: own.Used != nil && clients.Used != nil, portal.FieldSeatsTotal: own.Total != nil && clients.Total != nil,
	}
}

// unshownPart returns a value without what the paths lead to, in the value's order; false if nothing is left. An
// element of a list stays whole unless nothing of it is left: a part of it would not say what it belongs to.
func unshownPart(nodes []*pathTree, value json.RawMessage) (json.RawMessage, bool, error) {
	for _, node := range nodes {
		if node.whole {
			return nil, false, nil
		}
	}
	value = bytes.TrimSpace(value)
	if len(nodes) == 0 || len(value) == 0 || value[0] != '{' && value[0] != '[' {
		return value, true, nil
	}
	left, members := jsonWriter{open: value[0]}, 0
	err := eachMember(value, func(name string, member json.RawMessage) error {
		members++
		kept, ok, err := unshownPart(childrenOf(nodes, left.stepsTo(name)...), member)
		if err != nil || !ok {
			return err
		}
		if left.isList() {
			kept = member
		}
		return left.add(name, kept)
	})
	if err != nil {
		return nil, false, fmt.Errorf("read kept JSON: %w", err)
	}
	return left.json(), left.members > 0 || members == 0, nil
}
