package desktop

import (
	"strings"
	"sync"

	"fs-client-portal/backend/portal"
)

// OpenedLink is what TakeLink returns. Without a link it is empty.
type OpenedLink struct {
	Kind portal.LinkKind `json:"kind"`
	ID   string          `json:"id"`
	// Waiting is set if a link is opened once a user is signed in.
	Waiting bool `json:"waiting"`
	// Invalid is set if a text that is not a link of the portal was opened.
	Invalid bool `json:"invalid"`
}

// openedLinks holds what was opened until a screen takes it. A text that is not a link does not replace a link.
type openedLinks struct {
	mu      sync.Mutex
	last    portal.Link
	invalid bool
}

// open keeps the link of a text and reports whether there was a text.
func (o *openedLinks) open(text string) bool {
	if text == "" {
		return false
	}
	link, ok := portal.ParseLink(text)
	o.mu.Lock()
	defer o.mu.Unlock()
	if ok {
		o.last = link
	} else {
		o.invalid = true
	}
	return true
}

// LinkArgument returns the first argument that is not an option, "" without one: the system starts the app with a link
// as its argument.
func LinkArgument(arguments []string) string {
	for _, argument := range arguments {
		if argument != "" && !strings.HasPrefix(argument, "-") {
			return argument
		}
	}
	return ""
}

// OpenLink keeps the link of a text for TakeLink and sends the event link:opened. It does nothing for an empty text.
func (d *Desktop) OpenLink(text string) {
	if d.opened.open(text) {
		d.options.Emit(EventLinkOpened, LinkOpened{})
	}
}

// TakeLink returns the link that was opened last, once. It keeps the link until a user is signed in.
func (d *Desktop) TakeLink(signedIn bool) OpenedLink {
	d.opened.mu.Lock()
	defer d.opened.mu.Unlock()
	taken := OpenedLink{Invalid: d.opened.invalid}
	d.opened.invalid = false
	if d.opened.last == (portal.Link{}) {
		return taken
	}
	if !signedIn {
		taken.Waiting = true
		return taken
	}
	taken.Kind, taken.ID = d.opened.last.Kind, d.opened.last.ID
	d.opened.last = portal.Link{}
	return taken
}
