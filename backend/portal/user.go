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
