package httpapi_test

import (
	"net/http"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestOrganisation(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	t.Run("is_changed_for_everyone_in_it", func(t *testing.T) {
		changed := decode[portal.Organisation](h, h.wants(h.send(call{
			route: "PATCH /v1/organisation", token: admin, body: `{"time_zone":"Pacific/Kiritimati"}`}), ok))
		read := decode[portal.Organisation](h, h.wants(h.get("/v1/organisation", admin), ok))
		if read.ID != h.Own.MSSPID || read.Name != h.Own.Name || read.TimeZone != "Pacific/Kiritimati" ||
			changed.TimeZone != read.TimeZone || len(read.TimeZones) == 0 {
			t.Errorf("got the organisation %q %q in %q, and %q from the change, want Pacific/Kiritimati in both", read.ID, read.Name,
				read.TimeZone, changed.TimeZone)
		}
		for _, role := range roles {
			if me := decode[portal.Me](h, h.wants(h.get("/v1/me", h.as(role)), ok)); me.TimeZone != "Pacific/Kiritimati" {
				t.Errorf("%s: got the zone %q, want Pacific/Kiritimati", role, me.TimeZone)
			}
		}
		other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
		if me := decode[portal.Me](h, h.wants(h.get("/v1/me", other), ok)); me.TimeZone != "UTC" {
			t.Errorf("got the zone %q for another MSSP, want UTC", me.TimeZone)
		}
	})
	t.Run("stays_as_it_is_where_nothing_is_named", func(t *testing.T) {
		changed := decode[portal.Organisation](h, h.wants(h.send(call{route: "PATCH /v1/organisation", token: admin, body: `{}`}), ok))
		if changed.TimeZone != "Pacific/Kiritimati" {
			t.Errorf("got the zone %q, want Pacific/Kiritimati as before", changed.TimeZone)
		}
	})
	t.Run("refuses_an_unknown_zone", func(t *testing.T) {
		r := h.send(call{route: "PATCH /v1/organisation", token: admin, body: `{"time_zone":"Mars/Base"}`})
		h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid)
	})
}

func TestMSSPDay(t *testing.T) {
	t.Parallel()
	t.Run("etag_changes_at_midnight", testMSSPDayEtagChangesAtMidnight)
}

func testMSSPDayEtagChangesAtMidnight(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSPUser)
	for _, route := range conditionalRoutes {
		h.Exec("update mssp set time_zone = 'Pacific/Kiritimati' where id = $1", h.Own.MSSPID)
		tag := h.wants(h.send(call{route: route, token: token}), ok).Header.Get("ETag")
		h.Exec("update mssp set time_zone = 'Pacific/Pago_Pago' where id = $1", h.Own.MSSPID)
		if next := h.wants(h.conditionalGet(route, token, tag), ok).Header.Get("ETag"); next == tag {
			t.Errorf("%s: got the same ETag after midnight, want another", route)
		}
	}
}
