package portal

import (
	"slices"
	"strings"
)

const (
	// newPathPercent is the percentage of the customers in which a new path must occur to be noticed.
	newPathPercent = 5
	// maxKnownPaths and maxNotices bound what is kept of a product that has ever new names.
	maxKnownPaths = 2000
	maxNotices    = 200
)

// PathStats is a path of the customers' JSON and how often it had which type.
type PathStats struct {
	FieldPath
	TypeCounts map[string]int64 `json:"type_counts"`
}

// KnownPath is a path as a connection's field map keeps it. A path that the last run lacked stays known, with no
// customers.
type KnownPath struct {
	PathStats
	// Noted: it occurred in enough customers for the admins to be notified.
	Noted bool `json:"noted,omitzero"`
}

// FieldReading is what the paths of one run look like.
type FieldReading struct {
	Paths []PathStats
	// Customers is how many customers came, each as often as it came, as Paths count them too.
	Customers int64
	// Whole: every customer was read, so that a path that is not among Paths is no longer sent.
	Whole bool
	// First: no run was merged before. Then the known paths are those of a run that failed.
	First bool
	// KnownOf is how many customers the known paths are of.
	KnownOf int64
}

// NextFieldMap returns the paths known after a run and what the run noticed. A run without known paths counts as the
// first. changed reports whether an admin should look at the map; values that cannot be read are noticed in each run,
// but are no change.
func NextFieldMap(known []KnownPath, r FieldReading) (next []KnownPath, notices []FieldNotice, changed bool) {
	if r.First {
		known = nil
	}
	before := byPath(known)
	first := len(known) == 0
	for _, path := range r.Paths {
		was := before[path.Path]
		noted := first || was.Noted || path.Customers*100 > newPathPercent*r.Customers
		next = append(next, KnownPath{PathStats: path, Noted: noted})
	}
	next = withAbsent(next, known, r.Whole)
	if first {
		notices = append(notices, firstNotice(r))
	} else {
		notices = append(notices, changesOf(before, next, r.Whole)...)
	}
	changed = len(notices) > 0
	notices = append(notices, unreadableIn(r.Paths)...)
	return next[:min(len(next), maxKnownPaths)], notices[:min(len(notices), maxNotices)], changed
}

// FailedFieldMap returns the paths known after a run that failed although it had read customers, and what it noticed.
// Known paths keep the figures of the last run that was merged; where none was, the failed run's own take their place.
func FailedFieldMap(known []KnownPath, r FieldReading) (next []KnownPath, notices []FieldNotice) {
	notices = []FieldNotice{}
	if r.First {
		for _, path := range r.Paths {
			next = append(next, KnownPath{PathStats: path.undecided()})
		}
		return next, notices
	}
	before := byPath(known)
	var seen []KnownPath
	for _, path := range r.Paths {
		was, isKnown := before[path.Path]
		if !isKnown {
			next = append(next, KnownPath{PathStats: path.undecided()})
		}
		seen = append(seen, KnownPath{path, was.Noted || path.Customers*100 > newPathPercent*r.Customers})
	}
	in := byPath(seen)
	for _, path := range known {
		_, came := in[path.Path]
		path.Absent = !came
		next = append(next, path)
	}
	changes := changesOf(before, withAbsent(seen, known, true), true)
	// Not all customers were read: only what each of them had before must have been among those.
	changes = slices.DeleteFunc(changes, func(n FieldNotice) bool {
		return n.Kind == NoticeDisappeared && before[n.Path].Customers < r.KnownOf
	})
	notices = append(append(notices, changes...), unreadableIn(r.Paths)...)
	return next[:min(len(next), maxKnownPaths)], notices[:min(len(notices), maxNotices)]
}

func byPath(known []KnownPath) map[string]KnownPath {
	all := make(map[string]KnownPath, len(known))
	for _, path := range known {
		all[path.Path] = path
	}
	return all
}

// undecided is a path without what an admin decided about it, which is kept elsewhere.
func (p PathStats) undecided() PathStats {
	if p.Source == SourceAdmin {
		p.Field, p.Source = nil, SourceNone
	}
	return p
}

// withAbsent adds the known paths that a run lacked. A run that is not whole does not change them.
func withAbsent(next, known []KnownPath, whole bool) []KnownPath {
	seen := make(map[string]bool, len(next))
	for _, path := range next {
		seen[path.Path] = true
	}
	for _, path := range known {
		if seen[path.Path] {
			continue
		}
		path.Absent = false
		if whole {
			path.Customers, path.Unreadable, path.TypeCounts = 0, 0, nil
		}
		next = append(next, path)
	}
	return next
}

func firstNotice(r FieldReading) FieldNotice {
	var unfilled []string
	for _, field := range CustomerFields {
		filled := slices.ContainsFunc(r.Paths, func(p PathStats) bool { return p.Field != nil && *p.Field == field })
		if !filled {
			unfilled = append(unfilled, string(field))
		}
	}
	return FieldNotice{Kind: NoticeFirst, Count: int64(len(r.Paths)), Detail: strings.Join(unfilled, ", ")}
}

// changesOf lists the changes by kind: what no longer comes first. Notices show types and no values, because more
// users see them than the field map.
func changesOf(before map[string]KnownPath, next []KnownPath, whole bool) []FieldNotice {
	var disappeared, changed, appeared []FieldNotice
	for _, path := range next {
		was, known := before[path.Path]
		from, to := was.mainType(), path.mainType()
		switch {
		case path.Noted && !was.Noted:
			appeared = append(appeared, FieldNotice{NoticeAppeared, path.Path, path.Field, path.Customers, strings.Join(path.Types, ", ")})
		case !known || path.Field == nil || from == "":
		case to == "" && !whole:
		case to == "":
			disappeared = append(disappeared, FieldNotice{NoticeDisappeared, path.Path, path.Field, was.Customers, strings.Join(was.Types, ", ")})
		case from != to:
			changed = append(changed, FieldNotice{NoticeTypeChanged, path.Path, path.Field, path.Customers, from + ", " + to})
		}
	}
	return slices.Concat(disappeared, changed, appeared)
}

func unreadableIn(paths []PathStats) []FieldNotice {
	var notices []FieldNotice
	for _, path := range paths {
		if path.Unreadable > 0 {
			notices = append(notices, FieldNotice{NoticeUnreadable, path.Path, path.Field, path.Unreadable, ""})
		}
	}
	return notices
}

// mainType returns the most frequent type of the values, "" where there is none but null.
func (p PathStats) mainType() string {
	main, most := "", int64(0)
	for name, count := range p.TypeCounts {
		if name != "null" && (count > most || count == most && name < main) {
			main, most = name, count
		}
	}
	return main
}

// RemappedFields returns the fields whose paths differ because overrides do, in the order of CustomerFields: of each
// path with another override, what it filled before, what it fills now, and what both overrides name.
func RemappedFields(known []KnownPath, applied map[string]CustomerField, now []PathStats,
	overrides map[string]CustomerField) []CustomerField {
	changed := map[string]bool{}
	for _, pair := range [2][2]map[string]CustomerField{{applied, overrides}, {overrides, applied}} {
		for path, field := range pair[0] {
			if other, ok := pair[1][path]; !ok || other != field {
				changed[path] = true
			}
		}
	}
	touched := map[CustomerField]bool{}
	for path := range changed {
		touched[applied[path]], touched[overrides[path]] = true, true
	}
	for _, path := range known {
		if changed[path.Path] && path.Field != nil {
			touched[*path.Field] = true
		}
	}
	for _, path := range now {
		if changed[path.Path] && path.Field != nil {
			touched[*path.Field] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(CustomerFields), func(f CustomerField) bool { return !touched[f] })
}
