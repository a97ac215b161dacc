package main

import "github.com/alecthomas/kong"

// helpTexts are the help texts that are too long for a struct tag, which names them as ${name}. Kong refuses to start
// with a name that is missing here.
var helpTexts = kong.Vars{
	"sync_command": "Sync one MSSP now and print the run as JSON. Exit code: 0 if it was complete, 3 if it could not read " +
		"some resellers, else 1.",
	"public_url":             "Issuer and audience of the portal's tokens (default: http:// and PORTAL_LISTEN, on loopback).",
	"google_client_id":       "Google client id of the desktop app; empty: no sign-in with Google.",
	"entra_issuer":           "Issuer of Entra ID, with the placeholder {tenantid}.",
	"entra_client_id":        "Entra ID client id of the desktop app; empty: no sign-in with Microsoft.",
	"allow_private_products": "1: connections may have private and loopback addresses (for development).",
	"entra_tenants":          "Allowed Entra ID tenants, comma-separated. A single one is the default of --tenant.",
	"record": "Write the shape of the responses (names, types and lengths, no values) to a new file that only its " +
		"owner can read. FILE must not exist. A failed run keeps what it has recorded.",
	"keys_rotate": "Publish a new key, which signs from two minutes later on; tokens of older keys stay valid until they " +
		"expire.",
	"session_lifetime": "Maximum lifetime of sessions; then a new sign-in is required.",
	"refresh_grace":    "How long a client that sends no request ids may repeat a refresh.",
	"database_url": "URL of PostgreSQL 14 or newer: as its owner for migrate, as a member of the role portal_server for " +
		"serve.",
	"secret_key_file": "File with 32 bytes in base64, the key that seals signing keys and API keys (openssl rand -base64 32).",
	"missing_share": "A sync after which more than this percentage of the connection's known customers would be missing " +
		"needs an admin's approval.",
	"remove_after_runs": "Number of complete or partial syncs after which a missing customer counts as removed.",
	"sync_takeover":     "Heartbeat timeout of a sync, after which another process takes it over.",
	"sync_failures_mail": "Number of consecutive failed syncs after which an MSSP's admins get an e-mail, if a mail server is " +
		"set; 0: never.",
	"smtp_url": "Mail server for invites and sync failures: smtps://user:password@host:465, or smtp://… (STARTTLS); " +
		"empty: no e-mails, admins pass on invite codes.",
	"auth_rate":    "Requests per minute that one address may send to each route of /v1/auth; 0: no limit.",
	"account_rate": "Requests per minute that one account may send to /v1/auth; 0: no limit.",
	"auth_at_once": "Concurrent requests to /v1/auth, at most a quarter of them from one address; 0: no limit.",
	"trusted_proxies": "Networks of the reverse proxies whose X-Forwarded-For is trusted, comma-separated, such as " +
		"10.0.0.0/8,fd00::/8 (default: none).",
}
