package fakeheimdal

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestControl(t *testing.T) {
	t.Parallel()
	t.Run("accepts_this_machine_only", testControlAcceptsThisMachineOnly)
	t.Run("changes_world_and_shape", testControlChangesWorldAndShape)
}

func testControlAcceptsThisMachineOnly(t *testing.T) {
	s := holding(t, Shape{})
	base, err := s.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	send := func(change func(*http.Request)) int {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/order",
			strings.NewReader(`{"rules":[{"fault":"html"}]}`))
		change(request)
		response, err := httpClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for name, change := range map[string]func(*http.Request){
		"another host's name": func(r *http.Request) { r.Host = "fake.example:80" },
		"a web page":          func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") },
	} {
		t.Run(name, func(t *testing.T) {
			if status := send(change); status != http.StatusForbidden || get(t, s, "")[0] != '[' {
				t.Errorf("got %d; want %v, %v", status, http.StatusForbidden, '[')
			}
		})
	}
	if status := send(func(*http.Request) {}); status != http.StatusNoContent || get(t, s, "")[0] != '<' {
		t.Errorf("an order from this machine: got status %d; want %v, %v", status, http.StatusNoContent, '<')
	}
	if _, err := s.ControlAt(t.Context(), "0.0.0.0:0"); err == nil {
		t.Error("orders are taken from everywhere")
	}
	if got := call(t, s.URL()+"/order", "Bearer KEY"); got.status != http.StatusNotFound {
		t.Errorf("order at the customers port: got status %d; want %v", got.status, http.StatusNotFound)
	}
}

func testControlChangesWorldAndShape(t *testing.T) {
	s := holding(t, Shape{})
	base, err := s.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ order, want string }{
		{`{"leave_out":50}`, "[" + partner + "," + two + "]"},
		{`{"shape":{"form":"envelope"}}`, `{"items":[` + partner + "," + two + `],"totalCount":2}`},
		{`{"leave_out":0,"shape":{}}`, "[" + partner + "," + one + "," + two + "," + direct + "]"},
		{`{"customers":[{"name":"New","id":20000001}]}`, `[{"id":20000001,"name":"New"}]`},
		{`{"rules":[{"fault":"empty_list"}]}`, `[]`},
		{`{"rules":[]}`, `[{"id":20000001,"name":"New"}]`},
	} {
		response, err := httpClient.Post(base+"/order", "application/json", strings.NewReader(step.order))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := get(t, s, ""); got != step.want {
			t.Errorf("after %s got %s; want %v", step.order, got, step.want)
		}
	}
	response, err := httpClient.Get(base + "/calls")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var calls []Call
	if err := json.NewDecoder(response.Body).Decode(&calls); err != nil || len(calls) != 6 {
		t.Errorf("%d calls, %v; want 6", len(calls), err)
	}
	response, err = httpClient.Post(base+"/order", "application/json", bytes.NewBufferString(`{"rule":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("an order with an unknown member: got status %d; want %v", response.StatusCode, http.StatusBadRequest)
	}
}
