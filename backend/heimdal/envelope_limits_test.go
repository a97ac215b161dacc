package heimdal

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestEnvelopeLimits(t *testing.T) {
	t.Parallel()
	t.Run("endless_values", testEnvelopeLimitsEndlessValues)
	t.Run("depth_of_value", testEnvelopeLimitsDepthOfValue)
	t.Run("members_of_customer", testEnvelopeLimitsMembersOfCustomer)
	t.Run("empty_reads", testEnvelopeLimitsEmptyReads)
}

func testEnvelopeLimitsEndlessValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head, tail string
		want       connector.CallCode
	}{
		"a number":              {`[{"id":1`, "1", connector.Oversized},
		"a name":                {`[{"id":1,"type":"CORP","name":"`, "x", connector.Oversized},
		"a name of a field":     {`[{"`, "x", connector.Oversized},
		"fields":                {`[{"id":1`, `,"x":1`, connector.Oversized},
		"a list in a field":     {`[{"id":1,"x":[1`, ",1", connector.Oversized},
		"an object in a field":  {`[{"id":1,"x":{"y":1`, `,"y":1`, connector.Oversized},
		"fields of an envelope": {`{"id":1`, `,"x":1`, connector.Oversized},
		"brackets":              {`[{"id":1,"x":`, "[", connector.Garbage},
		"brackets at once":      {``, "[", connector.Garbage},
		"braces":                {``, `{"children":[`, connector.Garbage},
		"envelopes":             {`{`, `"data":{`, connector.Garbage},
		"escapes":               {`[{"id":"`, `\`, connector.Oversized},
		"empty lists":           {`[{"id":1,"x":[[]`, ",[]", connector.Oversized},
		"white space":           {`[{"id":1,`, " ", connector.Oversized},
	} {
		t.Run(name, func(t *testing.T) {
			source := &endlessBody{head: test.head, tail: test.tail}
			_, err := decode(source, "17", key, mapping{}, keepAll(func(portal.Customer) error { return nil }))
			wantCode(t, err, test.want)
			if source.read > maxHeldBytes+4*maxValueBytes || t.Failed() {
				t.Fatalf("%s was abandoned after %d bytes", name, source.read)
			}
		})
	}
}

func testEnvelopeLimitsDepthOfValue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head, tail string
		levels     int
	}{
		"a value":              {`[{"id":1,"type":"CORP","x":`, `}]`, maxDepth},
		"an object":            {`[{"id":1,"type":"CORP","x":{"y":`, `}}]`, maxDepth - 1},
		"a list in children":   {`[{"id":1,"type":"CORP","children":[1,`, `]}]`, maxDepth - 1},
		"a customer held back": {`[{"children":[{"id":2,"type":"CORP","x":`, `}],"id":1,"type":"RESELLER"}]`, maxDepth - 2},
		"beside a list":        {`{"x":`, `,"items":[{"id":1,"type":"CORP"}]}`, maxDepth},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for levels, want := range map[int]error{test.levels: nil, test.levels + 1: errDeep} {
				_, err := readAll(t, test.head+strings.Repeat("[", levels)+strings.Repeat("]", levels)+test.tail)
				if (err == nil) != (want == nil) || want != nil && !errors.Is(err, want) {
					t.Errorf("got error %v with %d levels, want %v", err, levels, want)
				}
			}
		})
	}
}

func testEnvelopeLimitsMembersOfCustomer(t *testing.T) {
	t.Parallel()
	fields := func(n int) string {
		var b strings.Builder
		for i := range n - 2 {
			fmt.Fprintf(&b, `,"f%d":1`, i)
		}
		return `[{"id":1,"type":"CORP"` + b.String() + `}]`
	}
	if customers, err := readAll(t, fields(maxMembers)); err != nil || len(customers) != 1 {
		t.Errorf("got %d, %v; want 1", len(customers), err)
	}
	_, err := readAll(t, fields(maxMembers+1))
	wantCode(t, err, connector.Oversized)
	// Names are cached from customer to customer, up to a limit.
	var o object
	for i := range 3 * maxMembers {
		if _, err := readCustomer([]byte(fmt.Sprintf(`{"id":1,"type":"CORP","f%d":1}`, i)), &o); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.names) > maxMembers {
		t.Errorf("%d names are kept", len(o.names))
	}
}

func testEnvelopeLimitsEmptyReads(t *testing.T) {
	t.Parallel()
	s := &stuckReader{}
	_, err := decode(io.MultiReader(strings.NewReader(`[{"id":1`), s), "17", key, mapping{}, nil)
	wantCode(t, err, connector.Truncated)
	if s.reads > 1000 {
		t.Errorf("it was abandoned after %d reads", s.reads)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	source := &endlessBody{head: `[{"id":0,"type":"CORP"}`,
		tail: `,{"id":1042,"name":"Harbour Dental Group","type":"CORP","resellerId":18,"products":["Email Security","Patch"],` +
			`"seatsUsed":31,"note":"` + strings.Repeat("x", 2000) + `"}`}
	var count, peak uint64
	_, err := decode(&limitedBody{source, 64 << 20}, "17", key, mapping{}, keepAll(func(portal.Customer) error {
		if count++; count%4000 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
		return nil
	}))
	wantCode(t, err, connector.Oversized)
	if count < 30_000 || peak > 16<<20 {
		t.Errorf("%d customers took %d MiB", count, peak>>20)
	}
}

// stuckReader returns no bytes and no error.
type stuckReader struct{ reads int }

func (s *stuckReader) Read([]byte) (int, error) {
	if s.reads++; s.reads > 100_000 {
		return 0, io.EOF
	}
	return 0, nil
}
