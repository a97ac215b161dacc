package heimdal

import (
	"fmt"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// reason returns why a customer with these members is not active, "" if it is.
func reasonOf(t *testing.T, members string) portal.StatusReason {
	t.Helper()
	customers, err := readAll(t, `[{"id":1,"name":"A","type":"CORP",`+members+`}]`)
	if err != nil {
		t.Fatalf("%s: %v", members, err)
	}
	if customers[0].StatusReason == nil {
		return ""
	}
	return *customers[0].StatusReason
}

func TestStatus(t *testing.T) {
	t.Parallel()
	t.Run("reads every sign in any spelling", func(t *testing.T) {
		t.Parallel()
		for s, test := range map[statusFlag]struct{ names, value, other string }{
			flagStatus: {"status Customer_Status accountStatus CompanyStatus client-status tenantStatus organizationStatus " +
				"StatusName", `"Disabled"`, `"Active"`},
			flagDeleted: {"isDeleted DELETED is_removed removed isArchived archived", `true`, `false`},
			flagDeletedOn: {"deletedAt deleted_on deletedDate DeletedDateUtc deletedAtUtc deletedOnUtc dateDeleted",
				`"2026-10-01T10:00:00Z"`, `"0001-01-01T00:00:00"`},
			flagDisabled: {"isDisabled disabled is_suspended Suspended isBlocked blocked isLocked LOCKED", `"true"`, `"no"`},
			flagEnabled:  {"isEnabled enabled", `false`, `true`},
			flagInactive: {"isInactive inactive isDeactivated deactivated isTerminated terminated isCancelled cancelled isCanceled " +
				"canceled " +
				"is_closed closed", `"Y"`, `"N"`},
			flagActive: {"isActive active", `"No"`, `"yes"`},
			flagDemo:   {"isDemo demo is_demo_customer demoCustomer isDemoAccount demo-account", `1`, `0`},
			flagExpired: {"licenseExpired licence_expired licensesExpired licencesExpired licensingExpired licencingExpired " +
				"subscriptionExpired subscriptionsExpired licenseIsExpired licenceIsExpired " +
				"licensesIsExpired licencesIsExpired licensingIsExpired licencingIsExpired subscriptionIsExpired " +
				"subscriptionsIsExpired isLicenseExpired is_licence_expired isSubscriptionExpired isExpired EXPIRED", `true`, `false`},
			flagLicenceStatus: {"licenseStatus licence_status licensesStatus licencesStatus licensingStatus licencingStatus " +
				"subscription-status subscriptionsStatus licenseState licenceState " +
				"licensesState licencesState licensingState licencingState subscriptionState " +
				"subscriptionsState", `"EXPIRED"`, `"Disabled"`},
		} {
			want := map[statusFlag]portal.StatusReason{
				flagStatus: portal.ReasonDisabled, flagDeleted: portal.ReasonDeleted, flagDeletedOn: portal.ReasonDeleted,
				flagDisabled: portal.ReasonDisabled, flagEnabled: portal.ReasonDisabled,
				flagInactive: portal.ReasonInactive, flagActive: portal.ReasonInactive, flagDemo: portal.ReasonDemo,
				flagExpired: portal.ReasonLicenceExpired, flagLicenceStatus: portal.ReasonLicenceExpired,
			}[s]
			for _, name := range all(t, fmt.Sprint("sign ", s), len(flagNames[s]), test.names) {
				if got := reasonOf(t, `"`+name+`":`+test.value); got != want {
					t.Errorf("%s: %s: got %q, want %q", name, test.value, got, want)
				}
				for _, value := range []string{test.other, `null`, `""`, `"N/A"`, `[]`, `{}`, `2`} {
					if got := reasonOf(t, `"`+name+`":`+value); got != "" {
						t.Errorf("%s: %s: got %q; want ", name, value, got)
					}
				}
			}
		}
	})
	t.Run("reads every text of a status", func(t *testing.T) {
		t.Parallel()
		texts := map[portal.StatusReason]string{
			portal.ReasonDeleted: "Deleted removed ARCHIVED", portal.ReasonDisabled: "disabled Suspended blocked locked On_Hold paused",
			portal.ReasonInactive:       "Inactive not_active deactivated terminated cancelled canceled closed",
			portal.ReasonDemo:           "Demo demo_customer External_Demo_Customer",
			portal.ReasonLicenceExpired: "Expired license_expired licence_expired",
			"":                          "Active activated enabled OK valid live current running not_expired normal",
		}
		tried := 0
		for want, names := range texts {
			for _, name := range strings.Fields(names) {
				name = strings.ReplaceAll(name, "_", " ")
				for _, form := range []string{`"status":%q`, `"status":{"id":2,"name":%q}`} {
					if got := reasonOf(t, fmt.Sprintf(form, name)); got != want {
						t.Errorf("the status %q: got %q, want %q", name, got, want)
					}
				}
				tried++
			}
		}
		for _, unknown := range []string{"Trial", "pending", "3", "-"} {
			if got := reasonOf(t, `"status":"`+unknown+`"`); got != "" {
				t.Errorf("the status %q: got %q; want ", unknown, got)
			}
		}
		if tried != len(statusReasons) {
			t.Errorf("tried %d texts, want %d", tried, len(statusReasons))
		}
	})
	t.Run("takes the first of the precedence", func(t *testing.T) {
		t.Parallel()
		for members, want := range map[string]portal.StatusReason{
			`"status":"Disabled","isDeleted":true`:                         portal.ReasonDeleted,
			`"isActive":false,"status":"Disabled"`:                         portal.ReasonDisabled,
			`"isDemo":true,"isActive":false`:                               portal.ReasonInactive,
			`"license":{"status":"Expired"},"isDemo":true`:                 portal.ReasonDemo,
			`"license":{"status":"Expired"},"isActive":true`:               portal.ReasonLicenceExpired,
			`"subscriptions":{"expired":"yes"},"status":"Active"`:          portal.ReasonLicenceExpired,
			`"licensing":{"license":{"isExpired":true}}`:                   portal.ReasonLicenceExpired,
			`"isActive":true,"status":"Active","isDeleted":false`:          "",
			`"status":"Active","accountStatus":"Deleted","deletedAt":null`: portal.ReasonDeleted,
			`"isActive":"0"`:                     portal.ReasonInactive,
			`"is_active":0.0`:                    portal.ReasonInactive,
			`"isActive":"off"`:                   portal.ReasonInactive,
			`"isActive":"Suspended"`:             portal.ReasonDisabled,
			`"isActive":"Active"`:                "",
			`"deleted":"2026-10-01T10:00:00Z"`:   portal.ReasonDeleted,
			`"isDeleted":{"$date":"2026-10-01"}`: portal.ReasonDeleted,
			`"deleted":"0001-01-01T00:00:00"`:    "",
			`"deleted":1790000000`:               "",
		} {
			if got := reasonOf(t, members); got != want {
				t.Errorf("%s: got %q, want %q", members, got, want)
			}
		}
	})
	t.Run("is not read from counts and modules", func(t *testing.T) {
		t.Parallel()
		for _, members := range []string{
			`"active":0`, `"active":"0"`, `"inactive":1`, `"enabled":0`, `"expired":1`,
			`"modules":[{"name":"EDR","active":false,"status":"Disabled"}]`, `"modules":{"active":false}`,
			`"licenses":{"active":0,"isActive":false,"enabled":false,"status":"Inactive"}`,
			`"contact":{"status":"Deleted","isDeleted":true}`, `"licenses":[{"module":"EDR","status":"Expired","isExpired":true}]`,
			`"state":"Disabled"`,
		} {
			if got := reasonOf(t, members); got != "" {
				t.Errorf("%s: got %q; want ", members, got)
			}
		}
	})
	t.Run("does not follow from the type", func(t *testing.T) {
		t.Parallel()
		for _, kind := range []string{"DEMO", "External Demo Customer", "TRIAL"} {
			customers, err := readAll(t, `[{"id":1,"type":"`+kind+`"}]`)
			if err != nil || customers[0].StatusReason != nil {
				t.Errorf("%s: got %+v, error %v", kind, customers, err)
			}
		}
	})
	t.Run("is not given in two ways by one name", func(t *testing.T) {
		t.Parallel()
		_, err := readAll(t, `[{"id":1,"type":"CORP","isActive":true,"IsActive":false}]`)
		wantCode(t, err, connector.Garbage)
	})
}
