package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// A search finds MSPs, clients and users by names, former names, ids in the product, names of MSPs and addresses, and
// similar names. It ranks what it found:
//
//	1 the id or the address is the text        5 the name, id or address contains it
//	2 the name is the text                     6 a former name contains it
//	3 the name, id or address begins with it   7 the name of a client's MSP contains it
//	4 a later term of the name begins with it  8 the name is similar, up to 9
//
// With equal rank active customers come before missing and removed ones, then by name. testdata/ranked_search.json has
// cases for this, which the fake API of the screens is tested with as well.
//
// A viewer's scope is enforced twice, as in lists: by the conditions on the rows and by the policies. For clients of an
// MSSP or MSP a function that row-level security does not limit proposes the ids, because no other query can use the
// indexes for parts of names (migrations/00033_former_names.sql). Only rows of the viewer's scope with these ids are
// ranked and counted. A name that a server older than the keys has written is found once its key is made (name_key.go).
//
// The function is not split: its parts share the ids found so far, and each function without row-level security would
// need the same planner settings and revoked rights.

// searchFound is what the search found of one kind.
type searchFound struct {
	kind     portal.SearchKind
	hits     []rankedHit
	total    int64
	complete bool
}

type rankedHit struct {
	portal.SearchHit
	Rank        float64 `json:"rank"`
	StatusOrder int     `json:"status_order"`
	Key         string  `json:"name_key"`
}

// Search returns the best matches of a text in the viewer's scope: at most q.Limit of each kind that the viewer's role
// may see. It returns Invalid naming q if that is empty or too long.
func (db *DB) Search(ctx context.Context, viewer portal.Viewer, q portal.SearchQuery) (portal.SearchResult, error) {
	if err := q.Check(); err != nil {
		return portal.SearchResult{}, err
	}
	found, err := db.search(ctx, viewer, q, searchSources(viewer))
	if err != nil {
		return portal.SearchResult{}, fmt.Errorf("search: %w", err)
	}
	return joinFound(found), nil
}

func (db *DB) search(ctx context.Context, viewer portal.Viewer, q portal.SearchQuery, sources []searchSource) ([]searchFound, error) {
	found := make([]searchFound, len(sources))
	args := searchArgs(viewer.Scope, q)
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		for i, source := range sources {
			found[i].kind = source.kind
			batch.Queue(source.query(), withArgs(args, nil)).QueryRow(func(row pgx.Row) error {
				return row.Scan(&found[i].total, &found[i].complete, &found[i].hits)
			})
		}
	})
	return found, err
}

// joinFound orders the hits of all kinds by rank; those of one kind are in order.
func joinFound(found []searchFound) portal.SearchResult {
	var hits []rankedHit
	result := portal.SearchResult{Items: []portal.SearchHit{}, Totals: []portal.SearchTotal{}}
	for _, f := range found {
		hits = append(hits, f.hits...)
		result.Totals = append(result.Totals, portal.SearchTotal{Kind: f.kind, Total: f.total, More: !f.complete})
	}
	slices.SortStableFunc(hits, func(a, b rankedHit) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.StatusOrder, b.StatusOrder), cmp.Compare(a.Key, b.Key))
	})
	for _, hit := range hits {
		result.Items = append(result.Items, hit.SearchHit)
	}
	return result
}

// inNoKey is contained in no key of a name and in no id: they have no control characters.
const inNoKey = "\x01"

// searchArgs returns the arguments of the statements: @text as in keys of names, @code as ids and addresses are compared,
// and @part, the like pattern of @text.
func searchArgs(scope portal.Scope, q portal.SearchQuery) pgx.NamedArgs {
	text, code := cmp.Or(fold(q.Q), inNoKey), cmp.Or(foldID(q.Q), inNoKey)
	args := scopeArgs(scope)
	args["text"], args["code"], args["part"] = text, code, pattern(text)
	args["trigram"], args["swapped"], args["likeness"] = hasTrigram(text), swappedPatterns(text), likeness(text)
	args["enough"], args["rows"] = enoughHits, max(1, min(q.Limit, 20))
	return args
}

// enoughHits of one kind are so many that no similar names are searched.
const enoughHits = 3

// Similar names are searched for by texts of these lengths, in characters.
const minSimilar, maxSwapped = 4, 40

// likeness returns the least similarity of a name to the text, by the trigrams that both have; nil for a text that is too
// short or has no such letter as every locale knows. One wrong letter changes three trigrams, which are a smaller part of
// a longer text.
func likeness(text string) *float32 {
	n := utf8.RuneCountInString(text)
	if n < minSimilar || !strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") {
		return nil
	}
	least := float32(0.55)
	switch {
	case n < 5:
		least = 0.5
	case n < 8:
		least = 0.4
	case n < 12:
		least = 0.45
	}
	return &least
}

// swappedPatterns returns like patterns for the text with two letters in a row exchanged.
func swappedPatterns(text string) []string {
	letters := []rune(text)
	patterns := []string{}
	if len(letters) < minSimilar || len(letters) > maxSwapped {
		return patterns
	}
	for i := range len(letters) - 1 {
		if letters[i] != letters[i+1] {
			swapped := slices.Clone(letters)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			patterns = append(patterns, pattern(string(swapped)))
		}
	}
	return patterns
}

// searchSource is where hits of one kind are searched.
type searchSource struct {
	kind portal.SearchKind
	// code is what identifies a hit of the kind beside its name: the id in the product, or the address.
	code portal.SearchMatch
	// proposed, if set, selects one row with the columns ids and complete.
	proposed string
	// candidates selects from the rows that the viewer may see, and proposed. Its columns are id, name, context, status,
	// status_order, name_key, key (the whole key of the name), code, msp_key and former_name.
	candidates string
}

// listed is the condition that a list finds a hit, too.
const listed = "(r.rank < 6 or r.rank = 7)"

// rankOfMatch is the rank of a candidate that has the text, the best first; null for others.
const rankOfMatch = `case
				when c.code = @code then 1
				when c.key = @text then 2
				when starts_with(c.key, @text) or starts_with(c.code, @code) then 3
				when position(' ' || @text in c.key) > 0 then 4
				when position(@text in c.key) > 0 or position(@code in c.code) > 0 then 5
				when c.former_name is not null then 6
				when position(@text in c.msp_key) > 0 then 7
			end::float8`

// query returns a statement that selects one row: the number of hits that a list finds, whether that is known to be all,
// and the best hits as JSON.
func (s searchSource) query() string {
	return `
		with proposed as materialized (` + cmp.Or(s.proposed, "select true as complete") + `),
		candidate as (` + s.candidates + `),
		close as materialized (
			select c.*, ` + rankOfMatch + ` as rank
			from candidate c),
		ranked as (` + rankedHits + `)
		select (select count(*) from ranked r where ` + listed + `), (select p.complete from proposed p), (` + s.bestHits() + `)`
}

// rankedHits selects the hits among the ranked candidates close. Similar names are ranked only if there are less than
// enough other hits, and none that is the text itself.
const rankedHits = `
			select ` + candidateColumns + `, c.rank
			from close c
			where c.rank is not null
			union all
			select ` + candidateColumns + `, 9 - n.similarity
			from close c
			cross join lateral (
				select case when c.key like any(@swapped::text[]) then 1 else word_similarity(@text, c.key) end as similarity
				offset 0) n
			where c.rank is null
			and n.similarity >= @likeness::real
			and @likeness::real is not null
			and (select count(*) from close r where r.rank is not null) < @enough
			and not exists (select from close r where r.rank <= 2)`

// bestHits selects the first of the hits ranked as JSON, each with the text that matches.
func (s searchSource) bestHits() string {
	return `
			select coalesce(jsonb_agg(to_jsonb(h)), '[]')
			from (
				select '` + string(s.kind) + `' as kind, r.id, r.name, r.context, r.status, r.rank, r.status_order, r.name_key, m.matched,
				       case m.matched
				       	when 'former_name' then r.former_name
				       	when 'msp' then r.context
				       	when '` + string(s.code) + `' then r.shown_code
				       	else r.name
				       end as text
				from ranked r
				cross join lateral (
					select case
						when r.rank >= 8 then 'similar'
						when r.rank = 7 then 'msp'
						when r.rank = 6 then 'former_name'
						when r.rank > 1 and position(@text in r.key) > 0 then 'name'
						else '` + string(s.code) + `'
					end as matched) m
				order by r.rank, r.status_order, r.name_key, r.id
				limit @rows) h`
}

const (
	candidateColumns = "c.id, c.name, c.context, c.status, c.status_order, c.name_key, c.key, c.code, c.shown_code, c.msp_key, c.former_name"
	// statusOrder orders active customers before missing and removed ones.
	statusOrder = "case t.status when 'missing' then 1 when 'removed' then 2 else 0 end as status_order"
)

// candidateOf returns the columns of a candidate that MSPs and clients have in common, of a table t.
func candidateOf(table string) string {
	return strings.ReplaceAll(`t.id, t.name, t.status, `+statusOrder+`, t.name_key, t.name_key || coalesce(t.name_rest, '') as key,
			       lower(t.external_id collate "C") as code, t.external_id as shown_code`, "t.", table+".")
}

// searchSources returns what the viewer's role may search.
func searchSources(viewer portal.Viewer) []searchSource {
	var sources []searchSource
	if viewer.Role.May(portal.SeeMSPs) {
		sources = append(sources, searchMSPs(viewer.Scope))
	}
	if viewer.Role.May(portal.SeeClients) {
		sources = append(sources, searchClients(viewer.Scope))
	}
	if in, err := userViewsOf(viewer.Scope); err == nil && viewer.Role.May(portal.ManageUsers) {
		sources = append(sources, in.searchSource())
	}
	return sources
}

// searchMSPs reads all MSPs of the scope, at most a few thousand.
func searchMSPs(scope portal.Scope) searchSource {
	return searchSource{kind: portal.SearchMSP, code: portal.MatchProductID, candidates: `
			select ` + candidateOf("m") + `, '' as context, null as msp_key, former.name as former_name
			from msp m
			left join (
				select distinct on (f.entity_id) f.entity_id, f.name
				from former_name f
				where f.mssp_id = @mssp
				and f.entity = 'msp'
				and f.name_key || coalesce(f.name_rest, '') like @part
				order by f.entity_id, f.until_at desc) former on former.entity_id = m.id
			where ` + mspScope(scope)}
}

func searchClients(scope portal.Scope) searchSource {
	source := searchSource{kind: portal.SearchClient, code: portal.MatchProductID}
	mspKey, ownName := "null", "true"
	from := "client c"
	switch scope.Level {
	case portal.LevelMSSP:
		source.proposed = proposedBy("search_mssp_clients")
		mspKey = "m.name_key || coalesce(m.name_rest, '')"
	case portal.LevelMSP:
		source.proposed = proposedBy("search_msp_clients")
		ownName = "f.msp_id = @msp\nand not " + cameAt("f.entity_id", "f.until_at")
	}
	if source.proposed != "" {
		from = "(select distinct unnest(p.ids) as id from proposed p) p\n\t\t\tjoin client c on c.id = p.id"
	}
	source.candidates = `
			select ` + candidateOf("c") + `, coalesce(m.name, '') as context, ` + mspKey + ` as msp_key, former.name as former_name
			from ` + from + `
			left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id
			left join lateral (
				select f.name
				from former_name f
				where f.mssp_id = @mssp
				and f.entity_id = c.id
				and f.name_key || coalesce(f.name_rest, '') like @part
				and ` + ownName + `
				order by f.until_at desc
				limit 1) former on true
			where ` + clientScope(scope)
	return source
}

func proposedBy(function string) string {
	return "select s.ids, s.complete from " + function + "(@text, @code, @trigram, @swapped, @likeness, @enough, @rows) s"
}

// searchSource reads all users of the scope, who are few.
func (in userViews) searchSource() searchSource {
	return searchSource{kind: portal.SearchUser, code: portal.MatchEmail, candidates: `
			select p.id, ` + userSortName("p") + ` as name, case when p.name <> '' then p.email else '' end as context,
			       case when a.active then 'active' else 'deactivated' end as status, (not a.active)::int as status_order, p.name_key,
			       p.name_key || coalesce(p.name_rest, '') as key, lower(p.email collate "C") as code, p.email as shown_code,
			       null as msp_key, null as former_name
			from ` + in.users + ` p
			cross join lateral (select ` + in.active() + ` as active) a`}
}
