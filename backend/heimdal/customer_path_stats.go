package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

// stats returns the counted paths, each before those below it.
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

// each calls do for the nodes below n, whose path is given, with the path of each.
func (n *pathNode) each(path string, do func(*pathNode, string)) {
	differ := n.namesAreData()
	for _, child := range append(append(slices.Clip(n.children), n.element), n.wildcard) {
		if child == nil {
			continue
		}
		at := path + strings.TrimPrefix(child.path, n.path)
		if differ && child.isUnique(n) {
			at = path + "." + wildcardName
		}
		do(child, at)
		child.each(at, do)
	}
}

// memberAt returns the member of the customer that n is or is below.
func (n *pathNode) memberAt(top *pathNode) *pathNode {
	for n.parent != top {
		n = n.parent
	}
	return n
}

// minDataNames is in how many customers an object must occur for its names to be compared.
const minDataNames = 4

// namesAreData reports whether most customers have a name at n that no other has. Such a name is data, like a
// company's.
func (n *pathNode) namesAreData() bool {
	if n.parent == nil || n.customers < minDataNames {
		return false
	}
	var single int64
	for _, child := range n.children {
		if child.isUnique(n) {
			single++
		}
	}
	return single*2 > n.customers
}

// isUnique reports whether only one customer has the name of n in the objects at up, and it has no attribute.
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

// typesOf returns the counted types, the most frequent first.
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

// mergePaths adds up the paths of several responses.
func mergePaths(before, later []portal.PathStats) []portal.PathStats {
	at := map[string]int{}
	for i, s := range before {
		at[s.Path] = i
	}
	for _, s := range later {
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

// limitPaths counts the last paths that fill no field under restPath, where there are more than most.
func limitPaths(all []portal.PathStats, limit int) []portal.PathStats {
	if len(all) <= limit {
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
	for i := len(kept) - 1; i >= 0 && len(kept) >= limit; i-- {
		if kept[i].Source == "none" {
			sum(kept[i])
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return append(kept, rest)
}
