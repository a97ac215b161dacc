package portal

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ViewList is a list that views can be saved of.
type ViewList string

const (
	ListMSPs    ViewList = "msps"
	ListClients ViewList = "clients"
	ListChanges ViewList = "changes"
	ListUsers   ViewList = "users"
	ListInvites ViewList = "invites"
)

// listPermissions are the permissions that the lists need.
var listPermissions = []struct {
	list ViewList
	may  Permission
}{
	{ListMSPs, SeeMSPs}, {ListClients, SeeClients}, {ListChanges, SeeClients}, {ListUsers, ManageUsers}, {ListInvites, ManageInvites},
}

// ViewLists returns the lists that the role sees.
func (r Role) ViewLists() []ViewList {
	var lists []ViewList
	for _, row := range listPermissions {
		if r.May(row.may) {
			lists = append(lists, row.list)
		}
	}
	return lists
}

// View is a saved view of a list: its filters, sort and columns under a name.
type View struct {
	ID        string    `json:"id"`
	List      ViewList  `json:"list" enum:"msps,clients,changes,users,invites"`
	Name      string    `json:"name"`
	Query     string    `json:"query" doc:"The list's parameters as in an address; may name some that no longer exist."`
	Shared    bool      `json:"shared" doc:"Whether all users of the same MSSP, MSP or client see it."`
	Default   bool      `json:"default" doc:"Whether the list opens with it for the caller."`
	Own       bool      `json:"own" doc:"Whether the caller has saved it."`
	Owner     *string   `json:"owner" doc:"The name of the user who shared it; null for others, and for a user who has left."`
	CreatedAt time.Time `json:"created_at" ts_type:"string"`
	UpdatedAt time.Time `json:"updated_at" ts_type:"string"`
}

// Views are the views that a user sees, by name.
type Views struct {
	Items []View `json:"items" nullable:"false"`
}

// ViewQuery asks for the views of one list, or of all.
type ViewQuery struct {
	List ViewList `query:"list" json:"list" enum:"msps,clients,changes,users,invites"`
}

// NewView saves a view.
type NewView struct {
	List    ViewList `json:"list" enum:"msps,clients,changes,users,invites"`
	Name    string   `json:"name" doc:"1 to 80 characters; unique, without case, among the own or the shared views of the list."`
	Query   string   `json:"query" maxLength:"4000" doc:"Filters, sort and columns: status=active&sort=-name&columns=name,status:120."`
	Shared  bool     `json:"shared,omitempty" doc:"Needs the permission share_views."`
	Default bool     `json:"default,omitempty"`
}

// ViewChange changes a view; absent members stay as they are. Default is the caller's own choice; all else of a shared
// view needs the permission share_views.
type ViewChange struct {
	Name    *string `json:"name,omitempty"`
	Query   *string `json:"query,omitempty" maxLength:"4000"`
	Shared  *bool   `json:"shared,omitempty" doc:"Only the user who shared a view can make it their own again."`
	Default *bool   `json:"default,omitempty"`
}

// Changes reports whether c changes the view itself.
func (c ViewChange) Changes() bool { return c.Name != nil || c.Query != nil || c.Shared != nil }

// MaxViews is how many views a user can have of all lists together, and how many an MSSP, MSP or client can share.
const MaxViews = 100

// Limits of a view: the characters of its name and of its query, and the columns that it can name.
const (
	MaxViewName    = 80
	MaxViewQuery   = 4000
	MaxViewColumns = 60
)

// CheckViewName returns the name without the space around it; Invalid for one that is empty, too long, or has characters
// that cannot be seen.
func CheckViewName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > MaxViewName {
		return "", InvalidField("name", "The name of a view has 1 to %d characters.", MaxViewName)
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) || !strings.ContainsFunc(name, unicode.IsGraphic) {
		return "", InvalidField("name", "The name of a view has no line breaks or other control characters.")
	}
	return name, nil
}

// CheckViewList returns Forbidden for a list that the role does not see.
func CheckViewList(role Role, list ViewList) error {
	if !slices.Contains(role.ViewLists(), list) {
		return Errorf(Forbidden, "Your role does not see this list.")
	}
	return nil
}

// CheckViewQuery returns Invalid for a query that is too long.
func CheckViewQuery(query string) error {
	if utf8.RuneCountInString(query) > MaxViewQuery {
		return InvalidField("query", "The query of a view has at most %d characters.", MaxViewQuery)
	}
	return nil
}
