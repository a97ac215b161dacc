package portal

import (
	"regexp"
	"strings"
)

// LinkScheme is the scheme of the links that open the desktop app: fsportal://client/{id}.
const LinkScheme = "fsportal"

// LinkKind is the kind of what a link opens.
type LinkKind string

const (
	LinkClient LinkKind = "client"
	LinkMSP    LinkKind = "msp"
	LinkRun    LinkKind = "run"
	LinkUser   LinkKind = "user"
)

// LinkKinds are the values of Link.Kind.
var LinkKinds = []LinkKind{LinkClient, LinkMSP, LinkRun, LinkUser}

// Link says what a link opens. Only the API decides whether the user may see it.
type Link struct {
	Kind LinkKind
	ID   string
}

// maxLinkLength is more than any link has.
const maxLinkLength = 100

var linkPattern = regexp.MustCompile(`\A` + LinkScheme + `://(` + linkKinds() + `)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\z`)

func linkKinds() string {
	kinds := make([]string, len(LinkKinds))
	for n, kind := range LinkKinds {
		kinds[n] = string(kind)
	}
	return strings.Join(kinds, "|")
}

// ParseLink reads a link of the desktop app. The text may come from any program or website, so everything that the app
// does not write itself is refused: other schemes and kinds, ids that are no UUIDs, queries, fragments and escapes.
func ParseLink(text string) (link Link, ok bool) {
	if len(text) > maxLinkLength {
		return Link{}, false
	}
	parts := linkPattern.FindStringSubmatch(text)
	if parts == nil {
		return Link{}, false
	}
	return Link{Kind: LinkKind(parts[1]), ID: parts[2]}, true
}

func (l Link) String() string { return LinkScheme + "://" + string(l.Kind) + "/" + l.ID }
