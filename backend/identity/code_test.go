package identity

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestParseCode(t *testing.T) {
	t.Parallel()
	t.Run("accepts_typed_and_pasted_forms", testParseCodeAcceptsTypedAndPastedForms)
	t.Run("detects_typing_errors", testParseCodeDetectsTypingErrors)
}

func testParseCodeAcceptsTypedAndPastedForms(t *testing.T) {
	t.Parallel()
	code, hash := NewInviteCode()
	bare := strings.ReplaceAll(code, "-", "")
	for name, typed := range map[string]string{
		"as shown":                       code,
		"in small letters":               strings.ToLower(code),
		"without dashes":                 bare,
		"with spaces":                    strings.ReplaceAll(code, "-", " "),
		"letter by letter":               strings.Join(strings.Split(bare, ""), " "),
		"with the mail's breaks":         " \t" + strings.ReplaceAll(code, "-", "-\r\n") + ".\n",
		"with a word processor's dashes": strings.ReplaceAll(code, "-", "\u2011"),
		"with invisible marks":           "\ufeff" + strings.ReplaceAll(code, "-", "\u200b\u00a0\u2014"),
		"in quotes":                      "\u201c" + code + "\u201d",
		"with O, I and L for digits":     strings.NewReplacer("0", "o", "1", "l").Replace(code),
	} {
		if !bytes.Equal(inviteCodeHash(typed), hash) {
			t.Errorf("%s: %q was refused, want %q", name, typed, code)
		}
	}
}

func testParseCodeDetectsTypingErrors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code, _ := NewInviteCode()
		clean := strings.ReplaceAll(code, "-", "")
		at := rapid.IntRange(0, codeLength-1).Draw(t, "at")
		other := rapid.IntRange(0, codeLength-1).Draw(t, "other")
		letter := codeAlphabet[rapid.IntRange(0, 31).Draw(t, "letter")]
		wrong, exchanged := []byte(clean), []byte(clean)
		wrong[at] = letter
		exchanged[at], exchanged[other] = exchanged[other], exchanged[at]
		for _, typed := range []string{string(wrong), string(exchanged)} {
			if typed != clean && inviteCodeHash(typed) != nil {
				t.Fatalf("%s was accepted, want it refused as a typing error of %s", typed, clean)
			}
		}
		for _, typed := range []string{clean[1:], clean + "7", clean[:at] + "U" + clean[at:], clean[:at] + "\u0405" + clean[at+1:]} {
			if inviteCodeHash(typed) != nil {
				t.Fatalf("%s was accepted, want it refused", typed)
			}
		}
	})
}

func TestInviteCode(t *testing.T) {
	t.Parallel()
	t.Run("refuses_code_without_check_character", func(t *testing.T) {
		for _, typed := range []string{"A1B2-C3D4-E5F6-G7H8-J9K0-MNPQ-RSTV", strings.Repeat("0", 28), strings.Repeat("0", 29)} {
			if got := inviteCodeHash(typed); got != nil {
				t.Errorf("inviteCodeHash(%q): got %x, want nil", typed, got)
			}
		}
	})
}

func TestNewInviteCode(t *testing.T) {
	t.Parallel()
	const bitsOfACharacter = 5
	if random := (codeLength - 1) * bitsOfACharacter; random < 128 {
		t.Errorf("got %d random bits", random)
	}
	seen, letters := map[string]bool{}, map[rune]bool{}
	for range 2000 {
		code, _ := NewInviteCode()
		if seen[code] || len(code) != 35 || strings.Count(code, "-") != 5 || strings.ContainsAny(code, "OILU") || strings.ToUpper(code) != code {
			t.Fatalf("got the code %q", code)
		}
		seen[code] = true
		for _, r := range code {
			letters[r] = true
		}
	}
	if len(letters) != 33 {
		t.Errorf("got %d different characters in 2000 codes", len(letters))
	}
}

// FuzzInviteCode: parsing never panics, a parsed code parses to itself, and a text that is accepted differs from its
// code only in case, letters that look like digits, and punctuation.
func FuzzInviteCode(f *testing.F) {
	code, _ := NewInviteCode()
	for _, seed := range []string{
		"", code, strings.ToLower(code), "A1B2-C3D4-E5F6-G7H8-J9K0-MNPQ-RSTV", "oOiIlL-uU", "\xff\x00", strings.Repeat("0", 28),
		strings.Repeat("0", 30), strings.Repeat("0", 10) + "1" + strings.Repeat("0", 19),
		strings.Repeat("\u0660", 30), "\u017f\u0131", strings.Repeat("-", 4000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		clean, ok := parseCode(typed)
		if !ok {
			if clean != "" || inviteCodeHash(typed) != nil {
				t.Fatalf("parseCode(%q) refused the text but returned %q", typed, clean)
			}
			return
		}
		if again, ok := parseCode(formatCode(clean)); !ok || again != clean {
			t.Fatalf("%q is read as %q, which is read as %q", typed, clean, again)
		}
		if strings.Trim(clean, codeAlphabet) != "" || len(clean) != codeLength {
			t.Fatalf("%q is read as %q", typed, clean)
		}
		if letters := bareLetters(typed); letters != clean {
			t.Fatalf("%q, which says %q, is read as %q", typed, letters, clean)
		}
	})
}

// bareLetters returns the characters a reader sees, without using the parser.
func bareLetters(typed string) string {
	upper := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, typed)
	return strings.NewReplacer("o", "0", "O", "0", "i", "1", "I", "1", "l", "1", "L", "1").Replace(strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' && r != 'o' && r != 'i' && r != 'l' {
			return r - 'a' + 'A'
		}
		return r
	}, upper))
}
