package heimdal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

func TestCallLimits(t *testing.T) {
	if maxResponseBytes != 512<<20 || callTimeout != 20*time.Minute || defaultIdleTimeout != time.Minute || minThroughput != 4096 ||
		defaultHeaderTimeout != 2*time.Minute {
		t.Errorf("got %d bytes, %s in all, %d bytes in %s, %s until the first; want 512 MiB, 20m, 4096 in 1m, 2m",
			maxResponseBytes, callTimeout, minThroughput, defaultIdleTimeout, defaultHeaderTimeout)
	}
	address := url.URL{Scheme: "https", Host: "product.example"}
	if got := newHTTP(nil, &address).Timeout; got != callTimeout {
		t.Errorf("a call may take %s in all, want %s", got, callTimeout)
	}
}

// portions is a body that sends size bytes, and then waits.
type portions struct {
	ctx  context.Context
	size int
	wait time.Duration
	left int
}

func (p *portions) Read(into []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	p.left--
	select {
	case <-time.After(p.wait):
	case <-p.ctx.Done():
		return 0, p.ctx.Err()
	}
	return min(p.size, len(into)), nil
}

func (p *portions) Close() error { return nil }

func TestThroughput(t *testing.T) {
	for name, test := range map[string]struct {
		size    int
		wait    time.Duration
		portion int
		slow    bool
	}{
		"of_4_KiB_a_minute_is_enough":           {minThroughput, 59 * time.Second, 30, false},
		"of_a_byte_a_second_is_not":             {1, time.Second, 70, true},
		"of_a_little_less_is_not":               {minThroughput / 10, 7 * time.Second, 30, true},
		"of_a_little_more_is":                   {minThroughput / 10, 5 * time.Second, 60, false},
		"of_nothing_for_a_minute_is_not":        {minThroughput, 61 * time.Second, 1, true},
		"of_a_short_body_that_ends_is_no_fault": {1, time.Second, 50, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				body := &throughputBody{ReadCloser: &portions{ctx, test.size, test.wait, test.portion}, idleTimeout: defaultIdleTimeout,
					ctx: ctx, cancel: cancel}
				defer body.Close()
				_, err := io.Copy(io.Discard, body)
				if slow := errors.Is(err, context.DeadlineExceeded); slow != test.slow || !slow && err != nil {
					t.Errorf("%d bytes every %s: got %v, want too slow: %t", test.size, test.wait, err, test.slow)
				}
			})
		})
	}
	t.Run("does_not_count_the_time_its_reader_takes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			body := &throughputBody{ReadCloser: &portions{ctx, 1, time.Second, 20}, idleTimeout: defaultIdleTimeout, ctx: ctx,
				cancel: cancel}
			defer body.Close()
			for range 20 {
				if _, err := body.Read(make([]byte, 10)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * defaultIdleTimeout)
			}
		})
	})
}

func TestRedactShows(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"a_plus_as_it_is":              {"R+D", "R+D"},
		"what_was_percent-encoded":     {"R%26D", "R&D"},
		"a_percent_sign":               {"100% of it", "100% of it"},
		"an_ellipsis_for_broken_UTF-8": {"a\xffb", "a…b"},
		"no_control_characters":        {"a\x1b[31m\nb", "a [31m b"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := redact(test.text, key); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("200_letters_at_most", func(t *testing.T) {
		if got := redact(strings.Repeat("é", 500), key); utf8.RuneCountInString(got) > 201 {
			t.Errorf("got %d letters", utf8.RuneCountInString(got))
		}
	})
	t.Run("no_key_of_many_separators_however_often_it_was_encoded", func(t *testing.T) {
		const separated = "a+b/c+d/e+f/g+h/i+j/k+l"
		written := separated
		for times := range 4 {
			got := redact("id "+written+" of", separated)
			if !strings.HasPrefix(got, "id …") || len(got) > len("id … of")+6 {
				t.Errorf("encoded %d times: %q is shown as %q", times, written, got)
			}
			written = url.QueryEscape(written)
		}
	})
}

func TestRedirect(t *testing.T) {
	address := url.URL{Scheme: "https", Host: "product.example"}
	refusing := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("none") }}
	for name, test := range map[string]struct {
		client *http.Client
		to     string
		before int
		follow bool
	}{
		"to_another_path":          {nil, "https://product.example/v2", 1, true},
		"to_plain_http":            {nil, "http://product.example/v2", 1, false},
		"to_another_host":          {nil, "https://other.example/v2", 1, false},
		"to_another_port":          {nil, "https://product.example:8443/v2", 1, false},
		"the_third_time":           {nil, "https://product.example/v2", 3, true},
		"the_fourth_time":          {nil, "https://product.example/v2", 4, false},
		"with_a_client_that_won't": {refusing, "https://product.example/v2", 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			to, err := url.Parse(test.to)
			if err != nil {
				t.Fatal(err)
			}
			err = newHTTP(test.client, &address).CheckRedirect(&http.Request{URL: to}, make([]*http.Request, test.before))
			if (err == nil) != test.follow || err != nil && !errors.Is(err, errRedirect) {
				t.Errorf("got %v, want it followed: %t", err, test.follow)
			}
		})
	}
}
