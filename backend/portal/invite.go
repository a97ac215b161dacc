package portal

import "time"

// InviteStatus is the state of an invite.
type InviteStatus string

const (
	InviteOpen     InviteStatus = "open"
	InviteAccepted InviteStatus = "accepted"
	InviteExpired  InviteStatus = "expired"
	InviteRevoked  InviteStatus = "revoked"
)

// MailState is the delivery state of an invite's mail. With MailNone and MailFailed the inviter must hand over the
// code.
type MailState string

const (
	MailNone   MailState = "none"
	MailQueued MailState = "queued"
	MailSent   MailState = "sent"
	MailFailed MailState = "failed"
)

// MaxCodeTries is the number of wrong codes after which an invite accepts none until it is sent again with a new one.
const MaxCodeTries = 10

// Invite is a role for a user who has not claimed it yet.
type Invite struct {
	ID         string       `json:"id"`
	Email      string       `json:"email"`
	Role       Role         `json:"role"`
	MSPID      *string      `json:"msp_id"`
	MSPName    *string      `json:"msp_name"`
	ClientID   *string      `json:"client_id"`
	ClientName *string      `json:"client_name"`
	Provider   ProviderID   `json:"provider"`
	Domain     *string      `json:"domain"`
	Tenant     *string      `json:"tenant"`
	Status     InviteStatus `json:"status" enum:"open,accepted,expired,revoked"`
	InvitedBy  string       `json:"invited_by" doc:"Name or address of the inviter; bootstrap for the first admin."`
	CreatedAt  time.Time    `json:"created_at" ts_type:"string"`
	ExpiresAt  time.Time    `json:"expires_at" ts_type:"string"`
	AcceptedAt *time.Time   `json:"accepted_at" ts_type:"string"`
	Mail       MailState    `json:"mail,omitempty" enum:"none,queued,sent,failed" doc:"State of its mail; failed: hand over the code."`
	CodeClosed bool         `json:"code_closed,omitempty" doc:"Too many wrong codes were typed: only resending opens the invite again."`
}

// InvitePage is one page of invites.
type InvitePage struct {
	Items      []Invite `json:"items" nullable:"false"`
	NextCursor *string  `json:"next_cursor"`
	Total      int64    `json:"total"`
}

// InviteFilter are filters of the list of invites by what its columns show; an empty field does not narrow it.
type InviteFilter struct {
	Role      string `query:"role" json:"role" maxLength:"100" doc:"Roles: msp_admin,msp_user or !msp_user."`
	MSPID     string `query:"msp_id" json:"msp_id" maxLength:"36" doc:"An MSP's id."`
	Provider  string `query:"provider" json:"provider" maxLength:"40" doc:"google, entra or !google."`
	CreatedAt string `query:"created_at" json:"created_at" maxLength:"400" doc:"Days in the MSSP's time zone: 2026-12-01, 2026-12-01.."`
	ExpiresAt string `query:"expires_at" json:"expires_at" maxLength:"400" doc:"As created_at."`
}

// InviteQuery asks for a page of invites, newest first.
type InviteQuery struct {
	InviteFilter
	Q      string `query:"q" json:"q" maxLength:"100"`
	Status string `query:"status" json:"status" enum:"open,accepted,expired,revoked"`
	Cursor string `query:"cursor" json:"cursor" maxLength:"1024"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"200" default:"50"`
}

// NewInvite asks for an invite. MSPID is required for msp roles, ClientID for client_user.
// Domain is Google's hd claim, or the e-mail domain attached to the Entra ID Tenant.
type NewInvite struct {
	Email          string     `json:"email" format:"email" maxLength:"254"`
	Role           Role       `json:"role" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	MSPID          string     `json:"msp_id,omitempty" format:"uuid"`
	ClientID       string     `json:"client_id,omitempty" format:"uuid"`
	Provider       ProviderID `json:"provider" enum:"google,entra"`
	Domain         string     `json:"domain,omitempty" maxLength:"253"`
	Tenant         string     `json:"tenant,omitempty" maxLength:"64"`
	ExpiresInHours int        `json:"expires_in_hours,omitempty" minimum:"1" maximum:"720" doc:"Default 72."`
	Language       string     `json:"language,omitempty" maxLength:"35" doc:"BCP 47 tag of the mail; default: Accept-Language."`
}

// CreatedInvite is the response to NewInvite, the only one that has the code.
type CreatedInvite struct {
	Invite
	Code   string `json:"code" doc:"Shown only in this response."`
	Mailed bool   `json:"mailed" doc:"Whether the code was mailed; if not, hand it over yourself."`
}

// InviteOffer is an open invite for the address of a user who signs in, which the user can choose.
type InviteOffer struct {
	ID           string `json:"id"`
	Organisation string `json:"organisation" doc:"The MSSP, MSP or client the role is held at."`
	Role         Role   `json:"role" enum:"mssp_admin,mssp_staff,msp_admin,msp_user,client_user"`
	MSSP         string `json:"mssp" doc:"The MSSP that the organisation belongs to."`
	NeedsCode    bool   `json:"needs_code" doc:"Whether its code must be sent with the claim."`
}

// InviteClaim asks for the role of a further invite.
type InviteClaim struct {
	InviteCode string `json:"invite_code" minLength:"1" maxLength:"200"`
}

// MailLanguages are the languages of mails; the first is the default.
var MailLanguages = []string{"en", "de", "da", "fr"}

// InviteMail is the content of the mail of an invite.
type InviteMail struct {
	InviteID string
	Email    string
	Language string // as NewInvite has it
	Inviter  string // "" where no name is known
	// Node is the name of the MSSP, MSP or client of the role, MSSP the name of the MSSP above it.
	Node      string
	MSSP      string
	Provider  ProviderID
	ExpiresAt time.Time
	Code      string
}
