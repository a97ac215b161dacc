package postgres_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

var (
	searchedWords = []string{"Heron", "Müller", "Straße", "Nordlicht", "Aldgate", "Zürich", "Łódź", "Quay", "100%", "Ünal", "AG",
		"& Co", "İzmir", "Œuvre", "Silverbirch", "Coöperatie", "X_1", "Großhandel"}
	searchedName = rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(searchedWords), 1, 3).Draw(t, "terms"), " ")
	})
)

// TestSearchProperty checks for random worlds and viewers that hits are in the viewer's lists, and that each name is
// found by itself and by what resembles it.
func TestSearchProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := base.sibling()
		world := []portal.Customer{msp("1", searchedName.Draw(r, "msp")), msp("2", searchedName.Draw(r, "msp"))}
		for id := range rapid.IntRange(1, 8).Draw(r, "clients") {
			parent := rapid.SampledFrom([]string{"", "1", "2"}).Draw(r, "parent")
			world = append(world, client(strconv.Itoa(1000+id), searchedName.Draw(r, "name"), parent))
		}
		w.complete(world)
		for _, viewer := range []portal.Viewer{w.admin, w.atMSP("1"), w.atClient("1000")} {
			w.checkSearchProperty(r, viewer)
		}
	})
}

func (w *tenant) checkSearchProperty(r *rapid.T, viewer portal.Viewer) {
	listed := map[string]string{}
	clients, _, err := w.DB.Clients(w.Context(), viewer, portal.ClientQuery{Limit: 200})
	if err != nil {
		r.Fatal(err)
	}
	for _, c := range clients.Items {
		listed[c.ID] = c.Name
	}
	if viewer.Scope.Level != portal.LevelClient {
		msps, _, err := w.DB.MSPs(w.Context(), viewer, portal.MSPQuery{Limit: 200})
		if err != nil {
			r.Fatal(err)
		}
		for _, m := range msps.Items {
			listed[m.ID] = m.Name
		}
	}
	for id, name := range listed {
		for how, q := range spellings(r, name) {
			result, err := w.DB.Search(w.Context(), viewer, portal.SearchQuery{Q: q, Limit: 20})
			if err != nil {
				r.Fatal(err)
			}
			if !slices.ContainsFunc(result.Items, func(h portal.SearchHit) bool { return h.ID == id }) && !enoughOthers(result, how, q) {
				r.Fatalf("%s: search of %s for %q (%s) found %+v, want %q", viewer.Scope.Level, w.ID, q, how, result.Items, name)
			}
			for _, hit := range result.Items {
				if hit.Kind != portal.SearchUser && listed[hit.ID] != hit.Name {
					r.Fatalf("%s: got the hit %+v, want one of the lists", viewer.Scope.Level, hit)
				}
			}
		}
	}
}

// enoughOthers reports whether names that contain the text, or are the text, are so many that similar ones are not
// searched.
func enoughOthers(result portal.SearchResult, how, q string) bool {
	var better int
	for _, hit := range result.Items {
		switch {
		case strings.EqualFold(hit.Text, q):
			better += 3
		case hit.Matched != portal.MatchSimilar:
			better++
		}
	}
	return (how == "swapped" || how == "omitted") && better >= 3
}

// spellings returns texts by which a name must be found.
func spellings(r *rapid.T, name string) map[string]string {
	plain := unaccented.Replace(name) // the letters of ß are two
	letters := []rune(name)
	all := map[string]string{
		"itself": name, "upper case": strings.ToUpper(name), "lower case": strings.ToLower(name),
		"without accents": plain,
		"beginning":       string(letters[:rapid.IntRange(1, len(letters)).Draw(r, "length")]),
	}
	if letters = []rune(plain); len(letters) < 6 {
		return all
	}
	at := rapid.IntRange(1, len(letters)-2).Draw(r, "at")
	if !unicode.IsLetter(letters[at]) || !unicode.IsLetter(letters[at+1]) {
		return all
	}
	swapped := slices.Clone(letters)
	swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
	all["swapped"] = string(swapped)
	all["omitted"] = string(slices.Delete(slices.Clone(letters), at, at+1))
	return all
}

var unaccented = strings.NewReplacer("ü", "u", "Ü", "U", "ö", "o", "ß", "ss", "ó", "o", "ź", "z", "İ", "I")

// FuzzSearch checks that any text gets hits of the scope or a clear refusal.
func FuzzSearch(f *testing.F) {
	for _, q := range append(searchTexts, "", " ", "\u0301", "ß", "\\", "_", "'; drop table client", strings.Repeat("ab", 50),
		strings.Repeat("x", 101), "Fjord\u00a0Works", "İ", "𐍈𐍈𐍈", "a\x00b", "\x01") {
		f.Add(q)
	}
	w := testkit.NewWorld(f)
	f.Fuzz(func(t *testing.T, q string) {
		q = strings.ToValidUTF8(q, "")
		for role, viewer := range w.Own.Viewers {
			result, err := w.DB.Search(t.Context(), viewer, portal.SearchQuery{Q: q, Limit: 20})
			if code := portal.ErrorCode(err); code != "" && code != portal.Invalid {
				t.Fatalf("%s searches %q: got %v, want hits or invalid", role, q, err)
			}
			if length := len([]rune(strings.TrimSpace(q))); (err != nil) != (length < 1 || length > 100) {
				t.Errorf("%s searches a text of %d characters: got %v, want it refused unless 1 to 100", role, length, err)
			}
			for _, hit := range result.Items {
				if strings.HasPrefix(hit.Name, "Other") {
					t.Errorf("%s searches %q: got %+v of another tenant", role, q, hit)
				}
			}
		}
	})
}
