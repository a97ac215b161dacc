package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// licences lists the spans of a client as "from-until status active/purchased", each time as its date in UTC.
func (w *tenant) licences(viewer portal.Viewer, externalID string) []string {
	w.Helper()
	id := value[string](w, "select id::text from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	detail, err := w.DB.Client(context.Background(), viewer, id)
	if err != nil {
		w.Fatal(err)
	}
	lines := []string{}
	for _, span := range detail.Licences {
		until := "now"
		if span.Until != nil {
			until = span.Until.UTC().Format(time.DateOnly)
		}
		lines = append(lines, fmt.Sprintf("%s-%s %s %s/%s", span.From.UTC().Format(time.DateOnly), until, span.Status,
			figureText(span.SeatsUsed), figureText(span.SeatsTotal)))
	}
	return lines
}

func figureText(figure *int64) string {
	if figure == nil {
		return "?"
	}
	return fmt.Sprint(*figure)
}

func TestLicencesOfClient(t *testing.T) {
	t.Parallel()
	w := newTenantWithHistory(t)
	for name, test := range map[string]struct {
		viewer portal.Viewer
		client string
		want   []string
	}{
		"are_its_spans_the_current_one_first": {w.admin, "3", []string{
			"2024-11-29-now active 100/100", "2024-11-11-2024-11-29 active 4/12", "2024-11-07-2024-11-11 active 9/10",
			"2024-10-28-2024-11-07 active 5/10", "2024-09-30-2024-10-28 active 3/10",
		}},
		"show_when_it_was_missing": {w.admin, "4", []string{
			"2024-11-11-now active 6/8", "2024-11-02-2024-11-11 missing 6/8", "2024-09-30-2024-11-02 active 6/8",
		}},
		"may_be_unknown": {w.admin, "5", []string{"2024-10-28-now active 2/4", "2024-09-30-2024-10-28 active 2/?"}},
		"begin_for_users_of_an_msp_when_it_became_theirs": {w.viewerOfMSP("South"), "3", []string{
			"2024-11-29-now active 100/100", "2024-11-11-2024-11-29 active 4/12", "2024-11-07-2024-11-11 active 9/10",
			"2024-10-28-2024-11-07 active 5/10",
		}},
		"are_all_shown_to_its_own_users": {w.viewerOfClient("3"), "3", []string{
			"2024-11-29-now active 100/100", "2024-11-11-2024-11-29 active 4/12", "2024-11-07-2024-11-11 active 9/10",
			"2024-10-28-2024-11-07 active 5/10", "2024-09-30-2024-10-28 active 3/10",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, w.licences(test.viewer, test.client)); diff != "" {
				t.Errorf("licences (-want +got):\n%s", diff)
			}
		})
	}
}

func (w *tenant) viewerOfMSP(name string) portal.Viewer {
	w.Helper()
	id := value[string](w, "select id::text from msp where mssp_id = $1 and name = $2", w.ID, name)
	return w.SignInAt(portal.MSPUser, portal.Scope{Level: portal.LevelMSP, MSSPID: w.ID, MSPID: id})
}

func (w *tenant) viewerOfClient(externalID string) portal.Viewer {
	w.Helper()
	id := value[string](w, "select id::text from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	msp := value[string](w, "select msp_id::text from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	return w.SignInAt(portal.ClientUser, portal.Scope{Level: portal.LevelClient, MSSPID: w.ID, MSPID: msp, ClientID: id})
}
