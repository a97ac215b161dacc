package portal

import "time"

// User is a person known to the portal.
type User struct {
	ID          string     `json:"id"`
	Name        string     `json:"name" doc:"As the identity provider last gave it; may be empty."`
	Email       string     `json:"email"`
	Active      bool       `json:"active"`
	LastLoginAt *time.Time `json:"last_login_at" ts_type:"string"`
}

// Grant is a role held at one node.
type Grant struct {
	ID    string `json:"id"`
	Role  Role   `json:"role" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	Scope Scope  `json:"scope"`
	// Node is the name of the MSSP, MSP or client the grant is held at, MSSP the name of the MSSP above it.
	Node string `json:"node"`
	MSSP string `json:"mssp"`
}

// Me is the caller: who they are, the grant this request ran under, every grant they hold, and what the
// active grant permits, so that no screen repeats the role table.
type Me struct {
	User        User         `json:"user"`
	Grant       Grant        `json:"grant"`
	Grants      []Grant      `json:"grants" nullable:"false"`
	Permissions []Permission `json:"permissions" nullable:"false"`
	MayInvite   []Role       `json:"may_invite" nullable:"false"`
	TimeZone    string       `json:"time_zone" doc:"IANA name of the MSSP's zone, which today and expiry are in."`
	// DataAsOf is how old the data is that the caller sees, so that every screen can say so.
	DataAsOf *time.Time `json:"data_as_of" ts_type:"string" doc:"When the oldest product's last complete sync ended; null before the first."`
}

// NewMe completes what the database knows of a caller with what the role table says of the active grant.
func NewMe(user User, active Grant, grants []Grant) Me {
	rule := active.Role.rule()
	return Me{
		User: user, Grant: active, Grants: grants,
		Permissions: append([]Permission{}, rule.May...),
		MayInvite:   append([]Role{}, rule.MayInvite...),
	}
}

// UserStatus is whether a person may use the portal inside the viewer's scope.
type UserStatus string

const (
	UserActive      UserStatus = "active"
	UserDeactivated UserStatus = "deactivated"
)

// UserItem is a person who holds a grant inside the viewer's scope. What they hold outside it is not told.
type UserItem struct {
	ID    string `json:"id"`
	Name  string `json:"name" doc:"As the identity provider last gave it; may be empty."`
	Email string `json:"email" doc:"The one they were invited by."`
	// EmailConfirmed: the provider is the authority for the address and says that it is theirs.
	EmailConfirmed bool        `json:"email_confirmed" doc:"False: the address is known from an invite's code only."`
	Provider       ProviderID  `json:"provider" doc:"What they last signed in with; google or entra."`
	Active         bool        `json:"active" doc:"False where none of their grants inside the scope is active."`
	Grants         []HeldGrant `json:"grants" nullable:"false" doc:"Those inside the viewer's scope, the oldest first."`
	Sessions       int         `json:"sessions" doc:"Sessions that were used inside the scope and have not ended."`
	LastLoginAt    *time.Time  `json:"last_login_at" ts_type:"string" doc:"When a grant inside the scope was last used."`
	CreatedAt      time.Time   `json:"created_at" ts_type:"string" doc:"When the first grant inside the scope was made."`
	Self           bool        `json:"self" doc:"The caller."`
}

// HeldGrant is a grant as those who administer it see it: also while it is deactivated and nobody can act under it.
type HeldGrant struct {
	Grant
	Active bool `json:"active"`
}

// UserPage is one page of people.
type UserPage struct {
	Items      []UserItem `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
}

// UserQuery asks for a page of people. Sort is a comma-separated list of name, email, last_login_at, role; a
// leading minus descends. Role and MSPID find who holds such a grant, at the MSP or at one of its clients.
type UserQuery struct {
	Q      string     `query:"q" json:"q" maxLength:"100" doc:"Part of a name or an address."`
	Sort   string     `query:"sort" json:"sort" maxLength:"100"`
	Role   Role       `query:"role" json:"role" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	Status UserStatus `query:"status" json:"status" enum:"active,deactivated"`
	MSPID  string     `query:"msp_id" json:"msp_id" format:"uuid"`
	Cursor string     `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int        `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// UserChange changes what a person may do inside the caller's scope; absent members stay as they are. Active alone
// is for all their grants inside the scope, with GrantID for that one. Role and node are one grant's: GrantID says
// which where the person holds several. A role of another level needs the node it is to be held at.
type UserChange struct {
	Active   *bool   `json:"active,omitempty"`
	GrantID  string  `json:"grant_id,omitempty" format:"uuid"`
	Role     *Role   `json:"role,omitempty" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	MSPID    *string `json:"msp_id,omitempty" format:"uuid"`
	ClientID *string `json:"client_id,omitempty" format:"uuid"`
}
