package diagnostics

import (
	"strings"
	"testing"
	"unicode"
)

const testHome = "/home/adabyron"

func newTestScrubber() *Scrubber {
	known := []string{"adabyron", "Ada Byron", "lovelace-pc", "portal.msp.example"}
	return NewScrubber(testHome, known, []string{"1.2.3-rc1", "abcdef1", "120.0.2210.91"})
}

func TestScrubber(t *testing.T) {
	s := newTestScrubber()
	for name, test := range map[string]struct{ text, want string }{
		"keeps_the_program's_own_words": {"The proxy could not connect this app to the portal (HTTP 502).",
			"The proxy could not connect this app to the portal (HTTP 502)."},
		"keeps_errors_of_the_system":    {"read: connection reset by peer", "read: connection reset by peer"},
		"keeps_codes":                   {"certificate_untrusted", "certificate_untrusted"},
		"keeps_routes_without_ids":      {"GET /v1/clients/019e1a52-1c1d-7c3e-9d3e-0123456789ab", "GET /v1/clients/[…]"},
		"keeps_times":                   {"2026-11-30T22:33:40.123Z", "2026-11-30T22:33:40.123Z"},
		"keeps_loopback":                {"127.0.0.1 and ::1 can be used.", "127.0.0.1 and ::1 can be used."},
		"keeps_small_versions":          {"WebKitGTK 2.50.6", "WebKitGTK 2.50.6"},
		"keeps_what_it_is_told_to_keep": {"1.2.3-rc1 abcdef1 120.0.2210.91", "1.2.3-rc1 abcdef1 120.0.2210.91"},
		"writes_the_home_folder_as_~": {"open /home/adabyron/.config/fs-client-portal/settings.json: permission denied",
			"open ~/.config/fs-client-portal/settings.json: permission denied"},
		"removes_IPv4":                    {"dial tcp: errno 111 at 192.0.2.7:443", "dial tcp: errno 111 at [address]"},
		"removes_IPv6":                    {"at [2001:db8::7%eth0]:443, 2001:db8::8.", "at [address], [address]."},
		"removes_networks":                {"10.20.0.0/16", "[address]"},
		"removes_IPv4_in_a_pair":          {"address=10.20.30.40", "address=[…]"},
		"removes_IPv4_in_a_name":          {"ip-10-20-30-40", "[…]"},
		"removes_addresses_of_the_web":    {`Get "https://portal.example.com/v1/me?q=Nordlys": EOF`, `Get "[address]": EOF`},
		"removes_hosts":                   {"portal.example.com", "[…]"},
		"removes_e-mail_addresses":        {"<grace.hopper@kunde.example>", "<[…]>"},
		"removes_names":                   {"client Nordlys Bageri A/S not found", "client […] […] A/[…] not found"},
		"removes_lower-case_names":        {"client nordlys bageri not found", "client […] […] not found"},
		"removes_known_names_in_words":    {"xadabyronx portal.msp.example lovelace-pc.local Byron's", "[…] […] […] […]"},
		"removes_tokens":                  {"Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA fsr_0123456789", "[…] […] fsr_[…]"},
		"removes_long_numbers":            {"4571234567 123456", "[…] […]"},
		"removes_names_in_other_alphabet": {"клиент 株式会社", "[…] […]"},
		"joins_lines":                     {"a\n\tb\u2028c\x00", "a […] […]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Text(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLog(t *testing.T) {
	s := newTestScrubber()
	for name, test := range map[string]struct{ line, want string }{
		"keeps_a_record": {
			`{"time":"2026-11-30T22:33:40.1Z","level":"WARN","msg":"api","call":"GET /v1/me","ms":31,"code":"offline","cause":"connection_refused"}`,
			`{"time":"2026-11-30T22:33:40.1Z","level":"WARN","msg":"api","call":"GET /v1/me","cause":"connection_refused",` +
				`"code":"offline","ms":31}`},
		"keeps_request_ids": {`{"msg":"api","request_id":"019e1a52-1c1d-7c3e-9d3e-0123456789ab"}`,
			`{"msg":"api","request_id":"019e1a52-1c1d-7c3e-9d3e-0123456789ab"}`},
		"removes_other_request_ids": {`{"msg":"api","request_id":"nordlys"}`, `{"msg":"api","request_id":"[…]"}`},
		"scrubs_values_of_any_type": {`{"msg":"a","error":{"cause":["Nordlys",null,true,4571234567,1e9]}}`,
			`{"msg":"a","error":{"cause":["[…]",null,true,"[…]","[…]"]}}`},
		"scrubs_keys":              {`{"msg":"a","Nordlys":1}`, `{"msg":"a","[…]":1}`},
		"scrubs_lines_of_no_JSON":  {"panic: Nordlys", "panic: […]"},
		"scrubs_two_values":        {`{"msg":"a"}{"msg":"Nordlys"}`, `{"msg":"a"}{"msg":"[…]"}`},
		"scrubs_a_value_of_no_map": {`"Nordlys"`, `"[…]"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.TrimSuffix(string(s.Log([]byte(test.line+"\n\n"))), "\n")
			if name == "scrubs_two_values" {
				if strings.Contains(got, "Nordlys") {
					t.Errorf("got %s", got)
				}
				return
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// FuzzScrubber puts names and secrets among any text, also without blanks in between, as a line of the log and as a
// value: none comes through, and neither does any other word that is not known.
func FuzzScrubber(f *testing.F) {
	f.Add("open ", ": permission denied")
	f.Add(`{"msg":"`, `"}`)
	f.Add(`{"request_id":"`, `","time":"2026-11-30T22:33:40Z"}`)
	f.Add("https://", "/v1/me")
	f.Add("[", "]:443")
	f.Add("…", "\x00\xff\u2028")
	f.Add("A_", "-a/")
	canaries := []string{
		"grace.hopper@kunde.example", "Nordlys Bageri", "192.0.2.77", "2001:db8::77", "fsr_q7Zk2w", "eyJhbGciOi.e30.x9Y", "adabyron",
		"portal.msp.example", "/home/adabyron/x",
	}
	s := newTestScrubber()
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, canary := range canaries {
			text := before + canary + after
			for _, got := range []string{s.Text(text), string(s.Log([]byte(text)))} {
				if strings.Contains(got, canary) {
					t.Fatalf("%q comes through from %q: %q", canary, text, got)
				}
			}
			checkWords(t, s, s.Text(text))
		}
	})
}

// checkWords reports letters that are no known word.
func checkWords(t *testing.T, s *Scrubber, text string) {
	t.Helper()
	for token := range strings.FieldsSeq(text) {
		if s.kept[strings.Trim(token, punctuation)] || isTime(strings.Trim(token, punctuation)) {
			continue
		}
		letters := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
		for word := range strings.FieldsFuncSeq(token, func(c rune) bool { return !letters(c) }) {
			lower := strings.ToLower(word)
			if !vocabulary[lower] && lower != "address" && !number.MatchString(lower) && lower != "s" && !strings.Contains(token, ".") {
				t.Fatalf("%q comes through in %q", word, text)
			}
		}
	}
}
