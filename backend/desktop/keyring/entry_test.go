package keyring

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
)

const testAPI = "https://portal.example.com"

func isTestAPI(api string) bool { return api == testAPI }

func newRefreshToken() string {
	return "fsr_" + base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(uuid.NewString(), "-", "")))
}

// entry returns a valid entry after a change.
func entry(t *testing.T, change map[string]any) string {
	t.Helper()
	members := map[string]any{
		"v": Version, "api": testAPI, "line": uuid.NewString(), "turn": 3, "refresh_token": newRefreshToken(), "user_id": uuid.NewString(),
	}
	for name, value := range change {
		members[name] = value
	}
	content, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestParse(t *testing.T) {
	t.Run("accepts_the_format_on_disk", func(t *testing.T) {
		token := newRefreshToken()
		secret := `{"v":1,"api":"https://portal.example.com","line":"11111111-2222-3333-4444-555555555555","turn":7,` +
			`"refresh_token":"` + token + `","request_id":"ABCDEFGHIJKLMNOPQRSTUVWXYZ","user_id":"21111111-2222-3333-4444-555555555555",` +
			`"grant_id":"31111111-2222-3333-4444-555555555555"}`
		want := Session{
			Version: 1, API: testAPI, Family: "11111111-2222-3333-4444-555555555555", Generation: 7, RefreshToken: token,
			RequestID: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", UserID: "21111111-2222-3333-4444-555555555555",
			GrantID: "31111111-2222-3333-4444-555555555555",
		}
		got, err := Parse(secret, isTestAPI)
		if err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
		if written, err := json.Marshal(want); err != nil || string(written) != secret {
			t.Errorf("got %s, %v, want %s", written, err, secret)
		}
	})
	t.Run("recognises_a_newer_version", func(t *testing.T) {
		if _, err := Parse(`{"v":2,"turn":"of another type"}`, isTestAPI); !errors.Is(err, ErrNewer) {
			t.Errorf("got %v, want %v", err, ErrNewer)
		}
	})
	good, token := entry(t, nil), newRefreshToken()
	for name, secret := range map[string]string{
		"empty": "", "text": "hunter2", "null": "null", "list": "[1]", "truncated": good[:len(good)/2],
		"binary": "\x00\xff\xfe" + good, "long": good + strings.Repeat(" ", 1<<20), "nested": strings.Repeat("[", 2000),
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			if _, err := Parse(secret, isTestAPI); !errors.Is(err, ErrBroken) {
				t.Errorf("got %v, want %v", err, ErrBroken)
			}
		})
	}
	for name, change := range map[string]struct {
		member string
		value  any
	}{
		"older_version": {"v", Version - 1}, "no_version": {"v", nil},
		"another_API": {"api", "https://other.example.com"}, "no_API": {"api", ""},
		"short_request_id": {"request_id", strings.Repeat("r", 21)}, "request_id_with_a_header": {"request_id", "a\r\nX: y"},
		"no_token": {"refresh_token", ""}, "foreign_token": {"refresh_token", "ghp_0123456789"},
		"short_token": {"refresh_token", token[:46]}, "long_token": {"refresh_token", token + "A"},
		"token_with_line_break": {"refresh_token", token[:46] + "\n"}, "number_as_token": {"refresh_token", 7},
		"token_with_spare_bits": {"refresh_token", "fsr_" + strings.Repeat("A", 42) + "B"},
		"access_token":          {"refresh_token", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"},
		"no_user":               {"user_id", ""}, "user_as_path": {"user_id",
			"../../me"}, "grant_with_a_header": {"grant_id", "a\r\nX: y"},
		"no_family": {"line", ""}, "generation_zero": {"turn", 0}, "huge_generation": {"turn", 1e300},
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			if _, err := Parse(entry(t, map[string]any{change.member: change.value}), isTestAPI); !errors.Is(err, ErrBroken) {
				t.Errorf("got %v, want %v", err, ErrBroken)
			}
		})
	}
}
