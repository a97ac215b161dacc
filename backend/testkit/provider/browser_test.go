package provider_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// testBrowser keeps its cookies and stops at the application's callback.
type testBrowser struct{ http.Client }

type stop struct{ page, location string }

func newBrowser(t *testing.T) *testBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stopAtCallback := func(next *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(next.URL.Path, "/callback/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &testBrowser{http.Client{Jar: jar, CheckRedirect: stopAtCallback, Timeout: wait.Timeout(time.Minute)}}
}

func (b *testBrowser) get(t *testing.T, u string) stop {
	t.Helper()
	return read(t)(b.Get(u))
}

func (b *testBrowser) post(t *testing.T, base, id, account string) stop {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return read(t)(b.PostForm(u.ResolveReference(&url.URL{Path: "/login"}).String(), url.Values{"id": {id}, "account": {account}}))
}

func read(t *testing.T) func(*http.Response, error) stop {
	return func(response *http.Response, err error) stop {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		page, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return stop{page: string(page), location: response.Header.Get("Location")}
	}
}
