package heimdal

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"fs-client-portal/backend/connector"
)

// testEncodings are ways in which an API can write a text.
var testEncodings = map[string]func(string) string{
	"as_it_is":                    func(s string) string { return s },
	"lower_case":                  strings.ToLower,
	"upper_case":                  strings.ToUpper,
	"percent-encoded":             percentEncode,
	"percent-encoded_twice":       func(s string) string { return percentEncode(percentEncode(s)) },
	"percent-encoded_three_times": func(s string) string { return percentEncode(percentEncode(percentEncode(s))) },
	"quoted-printable":            func(s string) string { return everyByte(s, "=%02X") },
	"hexadecimal":                 func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hexadecimal_upper_case":      func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"hexadecimal_with_colons":     func(s string) string { return everyByte(s, "%02x:") },
	"hexadecimal_with_spaces":     func(s string) string { return everyByte(s, "%02X ") },
	"decimal_codes":               func(s string) string { return everyByte(s, "%d, ") },
	"escapes_x":                   func(s string) string { return everyByte(s, `\x%02x`) },
	"escapes_u":                   func(s string) string { return everyByte(s, `\u%04X`) },
	"escapes_0x":                  func(s string) string { return everyByte(s, "0x%02x,") },
	"escapes_of_HTML":             func(s string) string { return everyByte(s, "&#x%02x;") },
	"decimal_escapes_of_HTML":     func(s string) string { return everyByte(s, "&#%d;") },
	"decimal_codes_with_zeros":    func(s string) string { return everyByte(s, "%03d") },
	"HTML_decimal_with_zeros":     func(s string) string { return everyByte(s, "&#%04d;") },
	"HTML_hexadecimal_with_zeros": func(s string) string { return everyByte(s, "&#x%04X;") },
	"Rust_escapes":                func(s string) string { return everyByte(s, "\\u{%x}") },
	"long_Unicode_escapes":        func(s string) string { return everyByte(s, "\\U%08x") },
	"assembler_codes":             func(s string) string { return everyByte(s, "%02Xh ") },
	"base32":                      func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) },
	"base32_behind_a_word":        func(s string) string { return base32.StdEncoding.EncodeToString([]byte("Bearer " + s + "!")) },
	"base64":                      func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64_for_addresses":        func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64_behind_one_character": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(":" + s + " is wrong")) },
	"base64_behind_two":           func(s string) string { return base64.StdEncoding.EncodeToString([]byte("k:" + s + " is wrong")) },
	"ROT13":                       func(s string) string { return strings.Map(rot13, s) },
	"split_by_dashes":             func(s string) string { return everyByte(s, "%c-") },
	"split_by_spaces":             func(s string) string { return everyByte(s, "%c ") },
	"split_in_pieces":             func(s string) string { return s[:4] + " / " + s[4:8] + " / " + s[8:] },
}

func everyByte(text, format string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for name, encode := range testEncodings {
		t.Run(name, func(t *testing.T) {
			for what, key := range map[string]string{
				"a key": key, "a GUID": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "base64": "Zm9v+YmF/yYmF6cXV4MTIz==",
				"digits": "81726354091827364550",
			} {
				for order, written := range map[string]string{"forwards": encode(key), "backwards": reversed(encode(key)),
					"of it backwards": encode(reversed(key))} {
					if order == "backwards" && strings.HasPrefix(name, "percent-encoded_t") {
						continue // not promised
					}
					got := redact("id "+written+" of", key)
					left := string(plainRunes([]rune(strings.TrimSuffix(strings.TrimPrefix(got, "id "), " of"))))
					if !strings.HasPrefix(got, "id ") || !strings.Contains(got, "…") || len(left) > 8 {
						t.Errorf("%s %s: %q: got %q", what, order, written, got)
					}
				}
			}
		})
	}
	t.Run("keeps_what_is_no_piece_of_the_key", func(t *testing.T) {
		for _, text := range []string{"meta.hasMore", "header X-Total-Count", "31333437", "1042",
			"6f9619ff-8b86-d011-b42d-00c04fc964ff", "Harbour Dental Group", "a@example.com"} {
			if got := redact(text, key); got != text {
				t.Errorf("%q: got %q; want %v", text, got, text)
			}
		}
	})
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"An error has occurred.":                          "An error has occurred.",
		"Access denied for tenant 17.":                    "Access denied for tenant 17.",
		"INVALID api KEY":                                 "Invalid API Key",
		"The customer's limit wasn't 4711 of 12 but 99":   "The customer's limit wasn't 4711 of 12 but …",
		"Customer 81726 is unknown":                       "Customer … is unknown",
		"Fehler: Schlüssel unbekannt (401)":               "…: … (401)",
		"No such key: " + key + ".":                       "No such key: ….",
		"key=" + hex.EncodeToString([]byte(key)):          "…",
		"one 1a two <b>three</b> four":                    "one … /…",
		"":                                                "",
		"????????":                                        "?",
		"a\x00b\nc":                                       "a …",
		"see https://example.com/" + url.QueryEscape(key): "see HTTPS:/….…/…",
	} {
		if got := quoteKnownWords(text, key); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for name, encode := range testEncodings {
		t.Run("leaves_out_the_key_"+name, func(t *testing.T) {
			for _, written := range []string{encode(key), reversed(encode(key)), encode(reversed(key))} {
				_, err := readAll(t, `{"message":`+string(quote("No such key: "+written+" here"))+`}`)
				wantCode(t, err, connector.BadKey)
				_, quoted, _ := strings.Cut(err.Error(), "It says: ")
				quoted, _, _ = strings.Cut(quoted, ". Check both")
				checkQuoted(t, quoted)
			}
		})
	}
}

// checkQuoted fails unless a text has only words of the table, two short numbers and punctuation.
func checkQuoted(t *testing.T, text string) {
	t.Helper()
	numbers := 0
	for _, token := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		_, known := knownWords[strings.ToLower(token)]
		isNumber := strings.Trim(token, "0123456789") == "" && len(token) <= 4
		if isNumber {
			numbers++
		}
		if !known && !isNumber {
			t.Errorf("%q is in the quotation %q", token, text)
		}
	}
	if numbers > 2 {
		t.Errorf("%d numbers are in the quotation %q, want two at most", numbers, text)
	}
}

// FuzzQuoted checks that any text is quoted with words of the table only.
func FuzzQuoted(f *testing.F) {
	for _, encode := range testEncodings {
		f.Add("No such key: "+encode(key)+" here", key)
	}
	f.Add("1 2 3 4 5", "12345")
	f.Fuzz(func(t *testing.T, text, key string) {
		if len(key) > 512 {
			return // the portal accepts none
		}
		checkQuoted(t, quoteKnownWords(text, key))
		for _, r := range redact(text, key) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q is shown with %q", text, r)
			}
		}
	})
}
