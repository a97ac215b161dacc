package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretFile writes a file with exactly this mode, regardless of the umask.
func secretFile(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

// refusesStart runs a command that must exit with 2 and print one line that contains each text.
func refusesStart(t *testing.T, arguments []string, want ...string) {
	t.Helper()
	output, code := capture(t, func() int { return run(arguments) })
	if code != exitInvalid || strings.Count(strings.TrimSpace(output), "\n") > 0 || strings.Contains(output, "hidden") {
		t.Errorf("%v: got exit %d and %q, want 2 and one line without the value", arguments, code, output)
	}
	for _, word := range want {
		if !strings.Contains(output, word) {
			t.Errorf("%v: got %q, want %q", arguments, output, word)
		}
	}
}

func TestSettingText(t *testing.T) {
	key := "--secret-key-file=" + secretFile(t, strings.Repeat("A", 43)+"=", 0o600)
	for name, test := range map[string]struct{ setting, value, want string }{
		"carriage_return":        {"PORTAL_PUBLIC_URL", "https://hidden.example\r", "carriage return"},
		"carriage_return_number": {"PORTAL_HEIMDAL_RATE", "5\r", "carriage return"},
		"double_quotes":          {"PORTAL_DATABASE_URL", `"postgres://hidden@127.0.0.1/portal"`, "in quotes"},
		"single_quotes":          {"PORTAL_GOOGLE_CLIENT_ID", `'hidden'`, "in quotes"},
		"typographic_quotes":     {"PORTAL_ENTRA_CLIENT_ID", "“hidden”", "in quotes"},
		"blank_before":           {"PORTAL_GOOGLE_CLIENT_SECRET", " hidden", "blank"},
		"blank_after":            {"PORTAL_LISTEN", "127.0.0.1:0 ", "blank"},
		"tab_after":              {"PORTAL_SYNC_EVERY", "1h\t", "blank"},
		"no_break_space":         {"PORTAL_MAIL_FROM", "portal@\u00a0hidden.example", "U+00A0"},
		"zero_width":             {"PORTAL_ENTRA_TENANTS", "hidden\u200b", "U+200B"},
		"line_end_inside":        {"PORTAL_SMTP_URL", "smtp://hidden\n.example", "U+000A"},
		"not_utf8":               {"PORTAL_TRUSTED_PROXIES", "hidden\xff", "UTF-8"},
	} {
		t.Run("in_environment_"+name, func(t *testing.T) {
			t.Setenv(test.setting, test.value)
			refusesStart(t, []string{"serve", key}, test.setting+": ", test.want)
		})
	}
	t.Run("in_flag", func(t *testing.T) {
		refusesStart(t, []string{"serve", key, "--google-client-id= hidden"}, "--google-client-id", "blank")
		refusesStart(t, []string{"bootstrap", "--mssp=X", "--admin='hidden@a.example'", "--provider=google"}, "--admin", "in quotes")
	})
	t.Run("accepts_valid_text", func(t *testing.T) {
		for _, good := range []string{"", "a b", `"FS Portal" <a@b.example>`, `it's`, `"`, "Müller & Søn", "a,b; c"} {
			if fault := textFault(good); fault != "" {
				t.Errorf("%q: got the fault %q, want none", good, fault)
			}
		}
	})
	t.Run("in_any_quotes", func(t *testing.T) {
		for _, value := range []string{`"a"`, "'a'", "“a”", "„a“", "‘a’", "«a»", "`a`", `""`} {
			if fault := textFault(value); !strings.Contains(fault, "in quotes") {
				t.Errorf("%s: got %q, want that it is in quotes", value, fault)
			}
		}
	})
	t.Run("is_checked_for_every_variable", func(t *testing.T) {
		t.Setenv("PORTAL_ACCESS_TTL", `"10m"`)
		refusesStart(t, []string{"serve", key}, "PORTAL_ACCESS_TTL", "in quotes")
	})
}

func TestDatabaseTransport(t *testing.T) {
	for name, test := range map[string]struct {
		url     string
		refused bool
	}{
		"url_to_another_host":           {"postgres://u:hidden@db.example.com:5432/portal", true},
		"url_to_another_address":        {"postgres://u:hidden@10.0.0.5/portal", true},
		"words_to_another_host":         {"host=db.example.com user=u password=hidden dbname=portal", true},
		"second_host_is_another":        {"postgres://u:hidden@127.0.0.1,db.example.com/portal", true},
		"named_like_it_in_the_password": {"postgres://u:sslmode=hidden@db.example.com/portal", true},
		"verify_full":                   {"postgres://u@db.example.com/portal?sslmode=verify-full", false},
		"explicitly_without":            {"postgres://u@db.example.com/portal?application_name=x&sslmode=disable", false},
		"explicitly_in_words":           {"host=db.example.com sslmode=require", false},
		"loopback_name":                 {"postgres://u@localhost/portal", false},
		"loopback_address":              {"postgres://u@127.0.0.1/portal", false},
		"loopback_ipv6":                 {"postgres://u@[::1]/portal", false},
		"socket":                        {"postgres://u@/portal?host=/var/run/postgresql", false},
		"explicitly_preferred":          {"postgres://u@db.example.com/portal?sslmode=prefer", false},
		"loopback_name_upper_case":      {"postgres://u@LOCALHOST/portal", false},
		"abstract_socket":               {"host=@portal user=u", false},
		"no_url":                        {"mysql://x", false}, // rejected as an invalid URL
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PGSSLMODE", "")
			err := database{DatabaseURL: test.url}.checkTransport()
			if (err != nil) != test.refused {
				t.Fatalf("%s: got %v", test.url, err)
			}
			if err != nil && (!strings.Contains(err.Error(), "PORTAL_DATABASE_URL") || !strings.Contains(err.Error(),
				"sslmode=verify-full") || strings.Contains(err.Error(), "hidden")) {
				t.Errorf("got %q, want the setting and the remedy without the value", err)
			}
		})
	}
	t.Run("chosen_in_the_environment", func(t *testing.T) {
		t.Setenv("PGSSLMODE", "require")
		if err := (database{DatabaseURL: "postgres://u@db.example.com/portal"}).checkTransport(); err != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("left_to_the_server_in_the_environment", func(t *testing.T) {
		t.Setenv("PGSSLMODE", "prefer")
		if err := (database{DatabaseURL: "postgres://u@db.example.com/portal"}).checkTransport(); err != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("chosen_in_a_service_file_with_a_socket_beside", func(t *testing.T) {
		t.Setenv("PGSSLMODE", "")
		t.Setenv("PGSERVICEFILE", secretFile(t, "[portal]\nhost=db.example.com,/var/run/postgresql\nsslmode=verify-full\n", 0o600))
		if err := (database{DatabaseURL: "service=portal user=u"}).checkTransport(); err != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("chosen_in_a_service_file", func(t *testing.T) {
		t.Setenv("PGSSLMODE", "")
		for mode, refused := range map[string]bool{"sslmode=verify-full\n": false, "": true} {
			t.Setenv("PGSERVICEFILE", secretFile(t, "[portal]\nhost=db.example.com\n"+mode, 0o600))
			if err := (database{DatabaseURL: "service=portal user=u"}).checkTransport(); (err != nil) != refused {
				t.Errorf("with %q: got %v", mode, err)
			}
		}
	})
	t.Run("stops_every_command", func(t *testing.T) {
		url := "--database-url=postgres://u:hidden@db.example.com/portal"
		key := "--secret-key-file=" + secretFile(t, strings.Repeat("A", 43)+"=", 0o600)
		for _, command := range [][]string{
			{"serve", url, key, "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0"},
			{"migrate", url, "up"}, {"migrate", url, "status"}, {"keys", "rotate", url, key},
			{"bootstrap", url, "--mssp=X", "--admin=a@example.com", "--provider=google", "--domain=example.com"},
		} {
			refusesStart(t, command, "PORTAL_DATABASE_URL", "without sslmode")
		}
	})
}

func TestSecretFile(t *testing.T) {
	key := strings.Repeat("A", 43) + "="
	t.Run("for_sealing_stops_the_start_where_others_may_use_it", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o644, 0o666, 0o777} {
			refusesStart(t, []string{"serve", "--secret-key-file=" + secretFile(t, key, mode)}, "PORTAL_SECRET_KEY_FILE", "chmod 600")
		}
	})
	t.Run("for_sealing_may_be_owners", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o400, 0o600, 0o700} {
			if _, err := (secret{SecretKeyFile: secretFile(t, key, mode)}).sealer(); err != nil {
				t.Errorf("mode %04o: %v", mode, err)
			}
		}
	})
	t.Run("with_an_api_key_stops_the_command", func(t *testing.T) {
		refusesStart(t, []string{"product", "add", "--mssp=m", "--customer-id=1", "--api-key-file=" + secretFile(t, "hidden", 0o644)},
			"--api-key-file", "chmod 600")
	})
	t.Run("of_root_may_be_readable_by_group", func(t *testing.T) {
		if forbiddenBits(true, 1000) != 0o037 || forbiddenBits(true, 0) != 0o077 || forbiddenBits(false, 1000) != 0o077 {
			t.Error("got other bits, want only root's files readable by the group of a non-root server")
		}
	})
}
