package postgres

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestNameKey(t *testing.T) {
	for _, alike := range [][]string{
		{"MÜLLER AG", "müller ag", "Mu\u0308ller\u00a0AG", "  Muller\t\n ag "},
		{"Straße", "STRASSE", "strasse", "STRAẞE"},
		{"ISPARTA", "isparta", "ısparta", "İSPARTA", "\u0049\u0307sparta"},
		{"ΟΔΥΣΣΕΥΣ", "οδυσσευς", "Οδυσσεύς", "οδυσσευσ"},
		{"ﬁnance", "FINANCE", "ｆｉｎａｎｃｅ"},
		{"Łódź", "łódź", "ŁO\u0301DZ\u0301"},
		{"co\u00adop\u200bb", "coopb"},
		{"ŞİŞLİ", "sisli"},
		{"Київ", "КИЇВ", "київ"},
	} {
		want, _ := NameKey(alike[0])
		for _, name := range alike[1:] {
			if got, _ := NameKey(name); got != want {
				t.Errorf("NameKey(%q): got %q, want %q, the key of %q", name, got, want, alike[0])
			}
		}
	}
	for _, different := range [][2]string{{"a b", "ab"}, {"株式会社", "有限会社"}, {"1", "2"}, {"a-b", "a b"}} {
		if fold(different[0]) == fold(different[1]) {
			t.Errorf("got the same key for %q and %q, want two", different[0], different[1])
		}
	}
}

var anyName = rapid.StringN(0, 1000, -1)

func TestNameKeyProperties(t *testing.T) {
	t.Run("is_bounded_complete_and_idempotent", rapid.MakeCheck(func(t *rapid.T) {
		name := anyName.Draw(t, "name")
		key, rest := NameKey(name)
		whole := key
		if rest != nil {
			whole += *rest
		}
		if len(key) > maxKeyLength || !utf8.ValidString(key) || whole != fold(name) || strings.ContainsRune(whole, 0) {
			t.Fatalf("NameKey(%q): got %q and %v, want %q cut at %d bytes", name, key, rest, fold(name), maxKeyLength)
		}
		if again := fold(whole); again != whole {
			t.Fatalf("%q folded twice: got %q, want %q", name, again, whole)
		}
	}))
	t.Run("contains_key_of_every_part_of_name", rapid.MakeCheck(func(t *rapid.T) {
		runes := []rune(anyName.Draw(t, "name"))
		ends := []int{rapid.IntRange(0, len(runes)).Draw(t, "from"), rapid.IntRange(0, len(runes)).Draw(t, "to")}
		slices.Sort(ends)
		if part := string(runes[ends[0]:ends[1]]); !strings.Contains(fold(string(runes)), fold(part)) {
			t.Fatalf("got no key of %q that contains the key of its part %q, want one", string(runes), part)
		}
	}))
}
