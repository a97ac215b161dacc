package postgres_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// TestMarkCases covers the cases with which the fake of the screens is tested, too.
func TestMarkCases(t *testing.T) {
	w := newMarkTest(t)
	text, err := os.ReadFile("testdata/attention_marks.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, As, Kind, Of, User string
		Hours                    int
		Refused                  portal.Code
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	viewers := map[string]portal.Viewer{"mssp": w.admin, "msp": w.msp1}
	colleagues := map[string]portal.Viewer{"mssp": w.colleague, "msp": w.Person(portal.MSPAdmin, w.msp1.Scope)}
	ids := map[string]string{"expired": w.id("10"), "foreign": w.id("11"), "idle": w.id("3"), "own": w.id("1"), "unknown": noNode}
	users := map[string]string{"mssp": w.admin.UserID, "msp": w.msp1.UserID, "client": w.atClient("10").UserID, "unknown": noNode}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			viewer := viewers[c.As]
			users["self"], users["colleague"] = viewer.UserID, colleagues[c.As].UserID
			if c.User != "" {
				err = w.DB.SetHandler(t.Context(), viewer, c.Kind, ids[c.Of], users[c.User])
			} else {
				err = w.DB.Snooze(t.Context(), viewer, c.Kind, ids[c.Of], time.Now().Add(time.Duration(c.Hours)*time.Hour))
			}
			if got := portal.ErrorCode(err); got != c.Refused {
				t.Errorf("got %q (%v), want %q", got, err, c.Refused)
			}
		})
	}
}
