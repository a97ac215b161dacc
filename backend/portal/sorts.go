package portal

// The fields by which the lists can be sorted.
var (
	ClientSorts = []string{
		"name", "msp_name", "status", "type", "licence_type", "spla", "seats_used", "seats_total", "seats_over", "expires_on",
		"first_seen_at", "last_seen_at", "external_id",
	}
	MSPSorts = []string{
		"name", "clients", "licence_type", "spla", "seats_used", "seats_total", "next_expires_on", "growth", "expiring_30",
		"expiring_90", "expired", "exceeded", "disabled", "missing", "status", "type", "expires_on", "first_seen_at",
		"last_seen_at", "external_id",
	}
	UserSorts = []string{"name", "email", "role", "last_login_at"}
)
