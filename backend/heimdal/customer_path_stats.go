package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

// stats are the paths that were counted, each before those in it.
func (p *paths) stats() []portal.PathStats {
	if p == nil {
		return nil
	}
	var all []portal.PathStats
	at := map[string]int{}
	p.top.each("", func(n *pathNode, path string) {
		s := n.stats()
		s.Path = path
		switch i, again := at[path]; {
		case s.Customers == 0:
		case again:
			all[i] = addStats(all[i], s)
			all[i].Customers = min(all[i].Customers, n.memberAt(p.top).customers)
		default:
			at[path] = len(all)
			all = append(all, s)
		}
	})
	if p.rest.customers > 0 {
		all = append(all, p.rest.stats())
	}
	return all
}

// each passes over the nodes below n, whose path is given, with the path of each.
func (n *pathNode) each(path string, do func(*pathNode, string)) {
	differ := n.namesAreData()
	for _, kid := range append(append(slices.Clip(n.children), n.element), n.wildcard) {
		if kid == nil {
			continue
		}
		at := path + strings.TrimPrefix(kid.path, n.path)
		if differ && kid.isUnique(n) {
			at = path + "." + wildcardName
		}
		do(kid, at)
		kid.each(at, do)
	}
}

// member is the member of the customer in which n is.
func (n *pathNode) memberAt(top *pathNode) *pathNode {
	for n.parent != top {
		n = n.parent
	}
	return n
}

// fewestDiffering is in how many customers objects must be for their names to be compared.
const minDataNames = 4

// namesDiffer reports whether most customers have a name at n that no other has, which then is data, such as a company's.
func (n *pathNode) namesAreData() bool {
	if n.parent == nil || n.customers < minDataNames {
		return false
	}
	var single int64
	for _, kid := range n.children {
		if kid.isUnique(n) {
			single++
		}
	}
	return single*2 > n.customers
}

// isOwnName reports whether n is a name in the objects at up that one customer has alone, and means nothing.
func (n *pathNode) isUnique(up *pathNode) bool {
	return n != up.element && n != up.wildcard && n.customers == 1 && !n.mapped && !n.prefix && n.member.attr == attrNone
}

func (n *pathNode) stats() portal.PathStats {
	s := portal.PathStats{
		FieldPath: portal.FieldPath{
			Path: n.path, Customers: n.customers, Example: n.example, Source: "none", Unreadable: n.unreadable,
			UnreadableExample: n.unreadableExample,
		},
		TypeCounts: map[string]int64{},
	}
	for k, times := range n.types {
		if times > 0 {
			s.TypeCounts[kindNames[k]] = times
		}
	}
	s.Types = typesOf(s.TypeCounts)
	if n.field != "" {
		field := n.field
		s.Field, s.Source = &field, "automatic"
	}
	if n.mapped {
		s.Source = "admin"
	}
	return s
}

// typesOf are the types that were counted, the most frequent first.
func typesOf(counts map[string]int64) []string {
	types := make([]string, 0, len(counts))
	for _, name := range kindNames {
		if counts[name] > 0 {
			types = append(types, name)
		}
	}
	slices.SortStableFunc(types, func(a, b string) int { return int(min(1, max(-1, counts[b]-counts[a]))) })
	return types
}

// mergePaths adds up what several answers had at the same paths.
func mergePaths(before, then []portal.PathStats) []portal.PathStats {
	at := map[string]int{}
	for i, s := range before {
		at[s.Path] = i
	}
	for _, s := range then {
		i, ok := at[s.Path]
		if !ok {
			at[s.Path] = len(before)
			before = append(before, s)
			continue
		}
		before[i] = addStats(before[i], s)
	}
	return limitPaths(before, maxPaths)
}

func addStats(a, b portal.PathStats) portal.PathStats {
	counts := map[string]int64{}
	for _, s := range []portal.PathStats{a, b} {
		for name, times := range s.TypeCounts {
			counts[name] += times
		}
	}
	a.TypeCounts, a.Types = counts, typesOf(counts)
	a.Customers += b.Customers
	a.Unreadable += b.Unreadable
	if a.Example == "" {
		a.Example = b.Example
	}
	if a.UnreadableExample == "" {
		a.UnreadableExample = b.UnreadableExample
	}
	if b.Source != "none" {
		a.Field, a.Source = b.Field, b.Source
	}
	return a
}

// atMost sums up the last paths that fill nothing under restPath, where there are more than most.
func limitPaths(all []portal.PathStats, most int) []portal.PathStats {
	if len(all) <= most {
		return all
	}
	rest := portal.PathStats{FieldPath: portal.FieldPath{Path: restPath, Source: "none"}, TypeCounts: map[string]int64{}}
	kept := slices.DeleteFunc(slices.Clone(all), func(s portal.PathStats) bool { return s.Path == restPath })
	sum := func(s portal.PathStats) {
		customers := max(rest.Customers, s.Customers)
		rest = addStats(rest, s)
		rest.Customers, rest.Example, rest.UnreadableExample, rest.Source, rest.Field = customers, "", "", "none", nil
	}
	for _, s := range all {
		if s.Path == restPath {
			sum(s)
		}
	}
	for i := len(kept) - 1; i >= 0 && len(kept) >= most; i-- {
		if kept[i].Source == "none" {
			sum(kept[i])
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return append(kept, rest)
}
