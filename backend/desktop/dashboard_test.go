package desktop

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

func TestOpenDashboard(t *testing.T) {
	t.Parallel()
	const address = "https://rc-dashboard.heimdalsecurity.com/"
	id := uuid.NewString()
	open := func(t *testing.T, kind portal.CustomerKind, pattern, dashboard string) (*testApp, error) {
		t.Helper()
		b := signedInWith(t, pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"id":%q,"product":{"name":"Heimdal","dashboard_url":%s}}`, id, dashboard)
		})
		return b, b.OpenDashboard(t.Context(), kind, id)
	}
	for kind, path := range map[portal.CustomerKind]string{portal.KindMSP: "/v1/msps/", portal.KindClient: "/v1/clients/"} {
		t.Run("opens_the_address_that_the_api_returns_for_"+string(kind), func(t *testing.T) {
			b, err := open(t, kind, "GET "+path+id, `"`+address+`"`)
			if err != nil {
				t.Fatal(err)
			}
			if got := wait.For(t, time.Minute, "the browser to be opened", b.browser); got != address {
				t.Errorf("got the address %q, want %q", got, address)
			}
		})
	}
	t.Run("refuses_an_unknown_address", func(t *testing.T) {
		_, err := open(t, portal.KindMSP, "GET /v1/msps/"+id, "null")
		wantCode(t, err, portal.NotFound)
	})
	t.Run("refuses_other_kinds", func(t *testing.T) {
		_, err := open(t, "user", "GET /v1/user/"+id, `"`+address+`"`)
		wantCode(t, err, portal.Invalid)
	})
}
