package portal_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
)

const linkID = "0197f3a2-5c1e-7b44-9d0a-3f2b6c8e1d55"

func TestParseLink(t *testing.T) {
	for _, kind := range portal.LinkKinds {
		t.Run("reads_a_link_to_a_"+string(kind), func(t *testing.T) {
			want := portal.Link{Kind: kind, ID: linkID}
			if got, ok := portal.ParseLink("fsportal://" + string(kind) + "/" + linkID); !ok || got != want {
				t.Errorf("got %v, %t, want %v", got, ok, want)
			}
		})
	}
	for name, text := range map[string]string{
		"nothing":                    "",
		"a_website":                  "https://client/" + linkID,
		"another_scheme":             "file://client/" + linkID,
		"another_spelling":           "FSPORTAL://client/" + linkID,
		"an_unknown_kind":            "fsportal://settings/" + linkID,
		"no_kind":                    "fsportal:///" + linkID,
		"one_slash":                  "fsportal:/client/" + linkID,
		"no_id":                      "fsportal://client/",
		"an_id_that_is_no_uuid":      "fsportal://client/42",
		"an_id_in_capitals":          "fsportal://client/" + strings.ToUpper(linkID),
		"an_id_in_braces":            "fsportal://client/{" + linkID + "}",
		"a_longer_id":                "fsportal://client/" + linkID + "0",
		"a_path_behind_it":           "fsportal://client/" + linkID + "/..",
		"a_slash_behind_it":          "fsportal://client/" + linkID + "/",
		"a_query":                    "fsportal://client/" + linkID + "?grant=1",
		"a_fragment":                 "fsportal://client/" + linkID + "#x",
		"a_user":                     "fsportal://me@client/" + linkID,
		"a_port":                     "fsportal://client:80/" + linkID,
		"an_escape":                  "fsportal://client/%30" + linkID[1:],
		"a_space_before_it":          " fsportal://client/" + linkID,
		"a_line_behind_it":           "fsportal://client/" + linkID + "\n",
		"two_lines":                  "fsportal://client/" + linkID + "\nfsportal://client/" + linkID,
		"a_zero_byte":                "fsportal://client/" + linkID + "\x00",
		"an_option":                  "--version",
		"a_letter_that_folds_to_one": "f\u017fportal://client/" + linkID,
		"a_megabyte":                 "fsportal://client/" + strings.Repeat("0", 1<<20),
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			if got, ok := portal.ParseLink(text); ok {
				t.Errorf("got %v, want none", got)
			}
		})
	}
}

// FuzzParseLink checks that a text is a link only in the one spelling of a known kind and a UUID.
func FuzzParseLink(f *testing.F) {
	for _, text := range []string{"", "fsportal://client/" + linkID, "fsportal://user/" + linkID + "/", "fsportal://msp/../" + linkID,
		"https://x/y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		link, ok := portal.ParseLink(text)
		if !ok {
			if link != (portal.Link{}) {
				t.Errorf("a refused text gives %v", link)
			}
			return
		}
		id, err := uuid.Parse(link.ID)
		if err != nil || id.String() != link.ID || !slices.Contains(portal.LinkKinds, link.Kind) || link.String() != text {
			t.Errorf("%q gives %v", text, link)
		}
	})
}
