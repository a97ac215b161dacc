package desktop

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefusedStart(t *testing.T) {
	err := errors.New("policy /etc/fs-client-portal/policy.json: ApiUrl must be a string\x00\n<b>")
	t.Run("is_a_page_that_quotes_the_setting", func(t *testing.T) {
		body := noticeBody(t, RefusedNotice(err, "/state"))
		for _, want := range []string{"ApiUrl must be a string &lt;b&gt;", logPath("/state"), "cannot start", ">Close<"} {
			if !strings.Contains(body, want) {
				t.Errorf("the page lacks %q: %s", want, body)
			}
		}
		if strings.Contains(body, noticeYes) {
			t.Error("the page offers a choice where there is none")
		}
	})
	t.Run("names_no_log_where_there_is_none", func(t *testing.T) {
		if text := RefusedNotice(err, "").plain(); strings.Contains(text, ".log") || !strings.Contains(text, "ApiUrl") {
			t.Errorf("the dialog says %q", text)
		}
	})
	t.Run("is_in_the_log", func(t *testing.T) {
		dir := t.TempDir()
		LogRefused(dir, err)
		content, readErr := os.ReadFile(filepath.Join(dir, "fs-client-portal.log"))
		if readErr != nil || !strings.Contains(string(content),
			`"start refused","error":"policy /etc/fs-client-portal/policy.json: ApiUrl must be`) {
			t.Errorf("the log holds %s: %v", content, readErr)
		}
	})
}

func noticeBody(t *testing.T, n Notice) string {
	t.Helper()
	response := httptest.NewRecorder()
	n.Handler(func(bool) { t.Error("a button was pressed") }).ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/", nil))
	if policy := response.Header().Get("Content-Security-Policy"); response.Code != http.StatusOK ||
		!strings.Contains(policy, "default-src 'none'") {
		t.Errorf("status %d, policy %q", response.Code, policy)
	}
	return response.Body.String()
}

func TestNoticeButtons(t *testing.T) {
	for _, c := range []struct {
		name    string
		notice  Notice
		path    string
		pressed []bool
	}{
		{"restart", HungNotice(), noticeYes, []bool{true}},
		{"cancel", HungNotice(), noticeNo, []bool{false}},
		{"close", RefusedNotice(errors.New("x"), ""), noticeNo, []bool{false}},
		{"no_choice_that_is_not_offered", RefusedNotice(errors.New("x"), ""), noticeYes, []bool{false}},
		{"nothing_else", HungNotice(), "/favicon.ico", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var pressed []bool
			handler := c.notice.Handler(func(yes bool) { pressed = append(pressed, yes) })
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, c.path, nil))
			if len(pressed) != len(c.pressed) || len(pressed) == 1 && pressed[0] != c.pressed[0] {
				t.Errorf("got %v, want %v", pressed, c.pressed)
			}
		})
	}
}
