package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"fs-client-portal/backend/portal"
)

// TestBounds asserts the limits that the threat model and the README document.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"body_of_anybody":          {anonymousBody, 16 << 10},
		"body_of_who_is_signed_in": {signedInBody, 64 << 10},
		"body_of_a_field_map":      {fieldMapBody, 256 << 10},
		"time_for_a_body":          {bodyTime, 5 * time.Second},
		"levels":                   {maxDepth, 16},
		"tokens":                   {maxTokens, 4000},
		"letters_of_a_name":        {maxShownName, 64},
		"wait_at_a_gate":           {gateWait, 2 * time.Second},
		"wait_in_an_outage":        {outageRetry, 5 * time.Second},
		"wait_for_an_export":       {exportWait, 5 * time.Second},
		"check_of_an_export":       {exportCheck, time.Second},
		"silence_of_a_receiver":    {exportWrite, 30 * time.Second},
		"time_for_readiness":       {readyTime, 10 * time.Second},
		"trials_of_a_minute":       {trialRate, 10},
		"field_maps_of_a_minute":   {fieldMapRate, 30},
		"exports_of_a_minute":      {exportRate, 30},
		"codes_of_a_minute":        {claimRate, 10},
		"keys_that_are_remembered": {maxCachedKeys, 1 << 16},
		"headers_that_come_only_once": {fmt.Sprint(singleHeaders), fmt.Sprint([]string{
			"Authorization", "Portal-Grant", "Content-Type", portal.RefreshRequestHeader})},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}

func TestMaxTokens(t *testing.T) {
	list := func(values int) []byte { return []byte("[" + strings.Repeat("1,", values-1) + "1]") }
	var into any
	if err := decodeStrict(list(3998), &into); err != nil {
		t.Errorf("4000 tokens: got %v, want them read", err)
	}
	if err := decodeStrict(list(3999), &into); !errors.Is(err, errMany) {
		t.Errorf("4001 tokens: got %v, want %v", err, errMany)
	}
}

func TestShownName(t *testing.T) {
	for name, want := range map[string]string{
		"name": `: "name"`, strings.Repeat("a", 64): `: "` + strings.Repeat("a", 64) + `"`, strings.Repeat("a", 65): "", "a\x1bb": "",
		"a\u202eb": "",
	} {
		if got := shownName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// TestFormats asserts that every supported content type uses the strict decoder.
func TestFormats(t *testing.T) {
	for name, format := range strictFormats() {
		t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
			var into any
			if err := format.Unmarshal([]byte(`{"a":1,"a":2}`), &into); err == nil {
				t.Error("got no error for a duplicate name, want one")
			}
		})
	}
	if got := len(strictFormats()); got != 2 || !huma.ValidateStrictCasing {
		t.Errorf("%d formats, exact names: %t; want two, and exact names", got, huma.ValidateStrictCasing)
	}
}

// TestReadAhead holds the memory that callers take before they have signed in.
func TestReadAhead(t *testing.T) {
	body := strings.NewReader(strings.Repeat(" ", 1000))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://portal/", io.NopCloser(body))
	if err != nil {
		t.Fatal(err)
	}
	operation := &huma.Operation{RequestBody: &huma.RequestBody{}, MaxBodyBytes: 100, BodyReadTimeout: time.Minute}
	readAhead(humago.NewContext(operation, r, httptest.NewRecorder()))
	if body.Len() != 900 {
		t.Errorf("%d bytes are left of 1000, want 900", body.Len())
	}
	if got, err := io.ReadAll(r.Body); len(got) != 100 || err != nil {
		t.Errorf("the route reads %d bytes, %v; want 100", len(got), err)
	}
}

func TestReadBody(t *testing.T) {
	broken := errors.New("broken")
	for name, end := range map[string]error{"that_ends": nil, "that_breaks": broken} {
		t.Run(name, func(t *testing.T) {
			got, err := io.ReadAll(&readBody{bytes: bytes.NewReader([]byte("abc")), err: end})
			if string(got) != "abc" || !errors.Is(err, end) {
				t.Errorf("got %q, %v, want abc, %v", got, err, end)
			}
		})
	}
}

func TestUnavailable(t *testing.T) {
	s := &server{Config: Config{Log: slog.New(slog.DiscardHandler)}}
	for name, test := range map[string]struct {
		err    error
		status int
		code   portal.Code
		wait   string
	}{
		"unknown_wait_is_short":  {&portal.Error{Code: portal.Unavailable}, 503, portal.Unavailable, "1"},
		"says_how_long_to_wait":  {&portal.Error{Code: portal.Unavailable, Wait: 1500 * time.Millisecond}, 503, portal.Unavailable, "2"},
		"limit_says_how_long":    {&portal.Error{Code: portal.TooManyRequests, Wait: time.Second}, 429, portal.TooManyRequests, "1"},
		"forbidden_has_no_wait":  {&portal.Error{Code: portal.Forbidden, Wait: time.Second}, 403, portal.Forbidden, ""},
		"cancelled_has_no_wait":  {fmt.Errorf("list: %w", context.Canceled), 503, portal.Unavailable, ""},
		"unknown_is_our_mistake": {errors.New("x"), 500, portal.Internal, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.problem(t.Context(), test.err)
			if p.Status != test.status || p.Code != test.code || p.GetHeaders().Get("Retry-After") != test.wait {
				t.Errorf("got %d, %s, Retry-After %q, want %d, %s, %q",
					p.Status, p.Code, p.GetHeaders().Get("Retry-After"), test.status, test.code, test.wait)
			}
		})
	}
}

func TestRepeatedName(t *testing.T) {
	for name, test := range map[string]struct {
		query  string
		header string
		want   string
	}{
		"none":               {"a=1&b=2", "", ""},
		"a_parameter":        {"a=1&b=2&a=1", "", "a"},
		"a_parameter_empty":  {"a&a", "", "a"},
		"an_escaped_one":     {"a=1&%61=2", "", "a"},
		"Authorization":      {"", "Authorization", "Authorization"},
		"Portal-Grant":       {"", "Portal-Grant", "Portal-Grant"},
		"Content-Type":       {"", "Content-Type", "Content-Type"},
		"the_refresh_id":     {"", portal.RefreshRequestHeader, portal.RefreshRequestHeader},
		"a_header_of_others": {"", "Accept", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://portal/?"+test.query, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if test.header != "" {
				r.Header.Add(test.header, "1")
				r.Header.Add(test.header, "2")
			}
			if got := repeatedName(r); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
