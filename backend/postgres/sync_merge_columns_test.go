package postgres

import (
	"reflect"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestCustomerColumns(t *testing.T) {
	columns := map[string]bool{}
	for _, column := range customerColumns {
		columns[column.field] = true
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[portal.Customer]()) {
		t.Run("include_"+field.Name, func(t *testing.T) {
			if !columns[field.Name] {
				t.Errorf("column of portal.Customer.%s: got none in customerColumns, want one", field.Name)
			}
		})
	}
	t.Run("hold_value_of_their_field", testCustomerColumnsHoldValueOfTheirField)
}

func testCustomerColumnsHoldValueOfTheirField(t *testing.T) {
	for _, column := range customerColumns {
		whole, empty := reflect.ValueOf(filledCustomer()), portal.Customer{}
		reflect.ValueOf(&empty).Elem().FieldByName(column.field).Set(whole.FieldByName(column.field))
		got, err := column.value(empty)
		none, _ := column.value(portal.Customer{})
		if err != nil || reflect.DeepEqual(got, none) {
			t.Errorf("column %s of field %s: got %v (%v), want another value than for an empty field", column.name, column.field, got, err)
		}
	}
}

// filledCustomer returns a customer none of whose fields is empty.
func filledCustomer() portal.Customer {
	text, yes, number, day, reason := "text", true, int64(3), "2031-01-31", portal.ReasonDemo
	return portal.Customer{
		Kind: portal.KindClient, ExternalID: text, ParentID: text, Name: text, Type: text, StatusReason: &reason,
		Products: []string{text}, LicenceType: &text, SPLA: &yes, SeatsUsed: &number, SeatsTotal: &number, ExpiresOn: &day,
		Raw: []byte("{}"),
	}
}

func TestFilters(t *testing.T) {
	for _, list := range []struct {
		name   string
		filter reflect.Type
		table  map[string]listFilter
	}{
		{"clients", reflect.TypeFor[portal.ClientFilter](), clientFilters},
		{"reviews", reflect.TypeFor[portal.ReviewFilter](), reviewFilters},
		{"msps", reflect.TypeFor[portal.MSPFilter](), mspFilters},
	} {
		t.Run("equal_parameters_of_"+list.name, func(t *testing.T) { testFiltersEqualParameters(t, list.filter, list.table) })
	}
}

func testFiltersEqualParameters(t *testing.T, filter reflect.Type, table map[string]listFilter) {
	parameters := map[string]bool{}
	for _, field := range reflect.VisibleFields(filter) {
		name := field.Tag.Get("query")
		parameters[name] = true
		if table[name].rows == nil || name != field.Tag.Get("json") {
			t.Errorf("parameter %q of %s: got no filter, or another JSON name, want both by that name", name, field.Name)
		}
	}
	for name := range table {
		if !parameters[name] {
			t.Errorf("filter %q: got no parameter, want one", name)
		}
	}
}
