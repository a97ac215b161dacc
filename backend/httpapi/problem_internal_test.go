package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestSignInProblem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refused *portal.Error
		want    string
	}{
		"offers invites to choose from": {
			&portal.Error{Code: portal.InviteChoice, Detail: "Choose.", Invites: []portal.InviteOffer{
				{ID: "i1", Organisation: "Harbour IT", Role: portal.MSPAdmin, MSSP: "Fjord Security", NeedsCode: true},
			}},
			`{"type":"about:blank","title":"Conflict","status":409,"detail":"Choose.","code":"invite_choice","invites":[` +
				`{"id":"i1","organisation":"Harbour IT","role":"msp_admin","mssp":"Fjord Security","needs_code":true}]}`,
		},
		"names the address that signed in": {
			&portal.Error{Code: portal.NoInvite, Detail: "None.", Address: "kim@harbour.example"},
			`{"type":"about:blank","title":"Forbidden","status":403,"detail":"None.","code":"no_invite","address":"kim@harbour.example"}`,
		},
		"refuses a code": {
			&portal.Error{Code: portal.InviteCodeInvalid, Detail: "Wrong."},
			`{"type":"about:blank","title":"Forbidden","status":403,"detail":"Wrong.","code":"invite_code_invalid"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s := &server{Config: Config{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}}
			got, err := json.Marshal(s.problem(context.Background(), c.refused))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if log.Len() != 0 {
				t.Errorf("got the log %s, want no personal data", log.String())
			}
		})
	}
}
