package portal

import "time"

// User is a person known to the portal.
type User struct {
	ID          string     `json:"id"`
	Name        string     `json:"name" doc:"As the identity provider last sent it; may be empty."`
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

// Me is the caller: the user, the grant of this request, all grants of the user, and the permissions of the active
// grant, so that no screen repeats the role table.
type Me struct {
	User        User         `json:"user"`
	Grant       Grant        `json:"grant"`
	Grants      []Grant      `json:"grants" nullable:"false"`
	Permissions []Permission `json:"permissions" nullable:"false"`
	MayInvite   []Role       `json:"may_invite" nullable:"false"`
	TimeZone    string       `json:"time_zone" doc:"IANA name of the MSSP's zone, which today and expiry are in."`
	// DataAsOf is the age of the data that the caller sees; every screen shows it.
	DataAsOf *time.Time `json:"data_as_of" ts_type:"string" doc:"When the oldest product's last complete sync ended; null before the first."`
}

// NewMe adds the permissions of the active grant to what the database knows of a caller.
func NewMe(user User, active Grant, grants []Grant) Me {
	rule := active.Role.rule()
	return Me{
		User: user, Grant: active, Grants: grants,
		Permissions: append([]Permission{}, rule.May...),
		MayInvite:   append([]Role{}, rule.MayInvite...),
	}
}

// UserStatus is whether a user may use the portal inside the viewer's scope.
type UserStatus string

const (
	UserActive      UserStatus = "active"
	UserDeactivated UserStatus = "deactivated"
)

// UserItem is a user with a grant inside the viewer's scope. Grants outside of it are not shown.
type UserItem struct {
	ID    string `json:"id"`
	Name  string `json:"name" doc:"As the identity provider last sent it; may be empty."`
	Email string `json:"email" doc:"The address that the user was invited with."`
	// EmailConfirmed: the provider is the authority for the address and has confirmed it.
	EmailConfirmed bool        `json:"email_confirmed" doc:"Whether the provider has confirmed the address; if not, it comes from an invite."`
	Provider       ProviderID  `json:"provider" doc:"The provider of the last sign-in; google or entra."`
	Active         bool        `json:"active" doc:"Whether any of the user's grants inside the scope is active."`
	Grants         []HeldGrant `json:"grants" nullable:"false" doc:"Those inside the viewer's scope, the oldest first."`
	Sessions       int         `json:"sessions" doc:"Sessions that were used inside the scope and have not ended."`
	LastLoginAt    *time.Time  `json:"last_login_at" ts_type:"string" doc:"When a grant inside the scope was last used."`
	CreatedAt      time.Time   `json:"created_at" ts_type:"string" doc:"When the first grant inside the scope was made."`
	Self           bool        `json:"self" doc:"The caller."`
}

// HeldGrant is a grant as an administrator sees it; it may be deactivated.
type HeldGrant struct {
	Grant
	Active bool `json:"active"`
}

// UserPage is one page of users.
type UserPage struct {
	Items      []UserItem `json:"items" nullable:"false"`
	NextCursor *string    `json:"next_cursor"`
	Total      int64      `json:"total"`
}

// UserFilter are filters of the list of users by what its columns show; an empty field does not narrow it.
type UserFilter struct {
	Provider    string `query:"provider" json:"provider" maxLength:"40" doc:"google, entra or !google."`
	LastLoginAt string `query:"last_login_at" json:"last_login_at" maxLength:"400" doc:"Days in the MSSP's time zone; none: never signed in."`
}

// UserQuery asks for a page of users. Sort is a comma-separated list of name, email, last_login_at, role; a
// leading minus descends. Role and MSPID select users with such a grant, at the MSP or at one of its clients.
type UserQuery struct {
	UserFilter
	Q      string     `query:"q" json:"q" maxLength:"100" doc:"Part of a name or an address."`
	Sort   string     `query:"sort" json:"sort" maxLength:"100"`
	Role   Role       `query:"role" json:"role" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	Status UserStatus `query:"status" json:"status" enum:"active,deactivated"`
	MSPID  string     `query:"msp_id" json:"msp_id" format:"uuid"`
	Cursor string     `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int        `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// UserChange changes the grants of a user inside the caller's scope; absent members stay as they are. Active applies to
// all grants inside the scope, or to the one of GrantID. Role and node apply to one grant: GrantID selects it if the
// user has several. A role of another level needs a node of that level.
type UserChange struct {
	Active   *bool   `json:"active,omitempty"`
	GrantID  string  `json:"grant_id,omitempty" format:"uuid"`
	Role     *Role   `json:"role,omitempty" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	MSPID    *string `json:"msp_id,omitempty" format:"uuid"`
	ClientID *string `json:"client_id,omitempty" format:"uuid"`
}
