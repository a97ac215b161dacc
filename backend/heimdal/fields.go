package heimdal

import "strings"

// meaning is what a member of a customer's JSON fills.
type meaning int

const (
	meansNothing meaning = iota
	meansID
	meansName
	meansType
	meansParent
	meansSeatsUsed
	meansSeatsTotal
	meansExpiry
	meansProducts
	meansLicenceType
	meansSPLA
	meansCreated
	// meansStatus is what any sign means that is not a figure as well; its names are in signs.
	meansStatus
)

// word is what a name is once it is stripped of case and separators, and what it means.
type word struct {
	plain string
	means meaning
	rank  int  // among the aliases of its meaning; the least is the surest
	sign  sign // what its value says of the customer's status
}

var known = func() map[string]word {
	all := map[string]word{}
	for means, names := range aliases {
		for rank, name := range names {
			all[name] = word{plain: name, means: means, rank: rank}
		}
	}
	for s, names := range signs {
		for _, name := range names {
			w := all[name]
			w.plain, w.sign = name, s
			if w.means == meansNothing {
				w.means = meansStatus
			}
			all[name] = w
		}
	}
	return all
}()

// plainName strips a name of case and separators: seats_used, SeatsUsed and "Seats used" are one.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// meaningOf reads a name.
func meaningOf(name string) word {
	plain := plainName(name)
	if w, ok := known[plain]; ok {
		return w
	}
	return word{plain: plain}
}

// afterAll ranks what is found inside an inward object below what stands beside it.
const afterAll = 1000

// inside reads a name inside an inward object, of which outer is the name it is read as.
func inside(outer, name string) word {
	inner := meaningOf(name)
	w, both := known[outer+inner.plain]
	w.plain = inner.plain
	switch {
	case licenceSigns[inner.plain] != noSign:
		return word{plain: inner.plain, means: meansStatus, sign: licenceSigns[inner.plain]}
	case both:
		w.rank += afterAll
		return w
	}
	if means, ok := bare[inner.plain]; ok {
		return word{plain: inner.plain, means: means, rank: 2 * afterAll}
	}
	switch inner.means {
	case meansSeatsUsed, meansSeatsTotal, meansExpiry, meansProducts, meansLicenceType, meansSPLA:
		return word{plain: inner.plain, means: inner.means, rank: inner.rank + 2*afterAll}
	}
	return word{plain: inner.plain}
}
