package heimdal

import (
	"io"
	"testing"

	"fs-client-portal/backend/portal"
)

// BenchmarkDecode reads a long array of customers and reports the time for one of them.
func BenchmarkDecode(b *testing.B) {
	one := `,{"id":1042,"name":"Harbour Dental Group","type":"CORP","resellerId":18,"products":["Email Security",` +
		`"Patch & Asset Management"],"seatsUsed":31,"seatsTotal":40,"expirationDate":"2027-03-31","createdDate":"2024-05-06",` +
		`"country":"DK","monthlyBilling":false,"lastSeen":"2026-10-01T10:11:12"}`
	b.SetBytes(int64(len(one)))
	b.ReportAllocs()
	n := 0
	source := io.MultiReader(&endlessBody{head: `[{"id":0,"type":"CORP"}`, tail: one})
	_, err := decode(source, "17", key, mapping{}, keepAll(func(portal.Customer) error {
		if n++; n > b.N {
			return io.EOF
		}
		return nil
	}))
	if err != io.EOF { //nolint:errorlint // it is the very same
		b.Fatal(err)
	}
}
