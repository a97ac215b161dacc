package portal

import "slices"

// Level is the kind of node at which a role is held; it limits the scope of the role.
type Level string

const (
	LevelMSSP   Level = "mssp"
	LevelMSP    Level = "msp"
	LevelClient Level = "client"
)

// Role is a set of permissions that a grant gives at one node.
type Role string

const (
	MSSPAdmin  Role = "mssp_admin"
	MSSPStaff  Role = "mssp_staff"
	MSPAdmin   Role = "msp_admin"
	MSPUser    Role = "msp_user"
	ClientUser Role = "client_user"
)

// Permission is an action that a role may perform inside its scope.
type Permission string

const (
	// SeeOverview, SeeMSPs and SeeClients read what lies inside the scope.
	SeeOverview Permission = "see_overview"
	SeeMSPs     Permission = "see_msps"
	SeeClients  Permission = "see_clients"
	// Export writes a list that the role sees to a file. Every role has it: a file holds nothing that the user could not
	// copy from the screen, and IT can forbid it on its computers.
	Export Permission = "export"
	// ShareViews shares saved views with all users of the same MSSP or MSP, and changes and deletes those shared there.
	ShareViews Permission = "share_views"
	// HandleAttention snoozes what needs attention, and says who handles it, for all users of the same MSSP or MSP.
	HandleAttention Permission = "handle_attention"
	// ManageInvites lists, creates and revokes invites for the roles in MayInvite.
	ManageInvites Permission = "manage_invites"
	// ManageUsers lists the users with a grant inside the scope, and changes grants with a role in MayInvite.
	ManageUsers Permission = "manage_users"
	// SeeSyncs reads runs and what they changed.
	SeeSyncs Permission = "see_syncs"
	// RunSync starts runs, and accepts or discards those in review.
	RunSync Permission = "run_sync"
	// ManageProducts lists, adds, tests and changes the connections to products.
	ManageProducts Permission = "manage_products"
	// ManageOrganisation reads and changes the settings of the MSSP itself.
	ManageOrganisation Permission = "manage_organisation"
)

// RoleRule is a row of the role table.
type RoleRule struct {
	Role      Role
	Level     Level
	May       []Permission
	MayInvite []Role
}

// Roles is the role table: the permissions of every role.
var Roles = []RoleRule{
	{MSSPAdmin, LevelMSSP,
		[]Permission{SeeOverview, SeeMSPs, SeeClients, Export, ShareViews, HandleAttention, ManageInvites, ManageUsers, SeeSyncs,
			RunSync, ManageProducts, ManageOrganisation},
		[]Role{MSSPAdmin, MSSPStaff, MSPAdmin, MSPUser, ClientUser}},
	{MSSPStaff, LevelMSSP, []Permission{SeeOverview, SeeMSPs, SeeClients, Export, HandleAttention, SeeSyncs}, nil},
	{MSPAdmin, LevelMSP,
		[]Permission{SeeOverview, SeeMSPs, SeeClients, Export, ShareViews, HandleAttention, ManageInvites, ManageUsers},
		[]Role{MSPAdmin, MSPUser, ClientUser}},
	{MSPUser, LevelMSP, []Permission{SeeOverview, SeeMSPs, SeeClients, Export, HandleAttention}, nil},
	{ClientUser, LevelClient, []Permission{SeeOverview, SeeClients, Export}, nil},
}

// RoleNames returns every role, the widest first.
func RoleNames() []Role {
	names := make([]Role, len(Roles))
	for i, rule := range Roles {
		names[i] = rule.Role
	}
	return names
}

func (r Role) rule() RoleRule {
	for _, rule := range Roles {
		if rule.Role == r {
			return rule
		}
	}
	return RoleRule{}
}

// Known reports whether r is in the role table.
func (r Role) Known() bool { return r.rule().Role != "" }

// Level returns the level of the nodes at which r is granted, "" for an unknown role.
func (r Role) Level() Level { return r.rule().Level }

// Admin reports whether r administers others, which makes its invite need the mailed code.
func (r Role) Admin() bool { return r == MSSPAdmin || r == MSPAdmin }

// May reports whether the role table gives r the permission p.
func (r Role) May(p Permission) bool { return slices.Contains(r.rule().May, p) }

// MayInvite reports whether a user with r may invite users as other.
func (r Role) MayInvite(other Role) bool { return slices.Contains(r.rule().MayInvite, other) }
