package identity

import (
	"context"
	"slices"

	"golang.org/x/text/language"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	defaultInviteHours = 72
	maxInviteHours     = 720
)

// Invite creates an invite at a node inside the viewer's scope and returns it with its code, which cannot be read again
// later. Forbidden for a role the viewer may not invite, NotFound for a node outside the scope, Conflict for an address
// that has an open invite there or already belongs to a user, Invalid naming the malformed field.
func (s *Service) Invite(ctx context.Context, v portal.Viewer, n portal.NewInvite) (portal.CreatedInvite, error) {
	if !v.Role.May(portal.ManageInvites) {
		return portal.CreatedInvite{}, portal.Errorf(portal.Forbidden, "Your role may not invite users.")
	}
	n, err := CheckInvite(n, s.tenants)
	if err != nil {
		return portal.CreatedInvite{}, err
	}
	if !v.Role.MayInvite(n.Role) {
		return portal.CreatedInvite{}, portal.Errorf(portal.Forbidden, "Your role may not invite a user as %s.", n.Role)
	}
	if _, err := s.provider(n.Provider); err != nil {
		return portal.CreatedInvite{}, err
	}
	id := postgres.NewID()
	code, kept := s.newCode(id)
	invite, err := s.db.CreateInvite(ctx, v, id, n, kept)
	if err != nil {
		return portal.CreatedInvite{}, err
	}
	return portal.CreatedInvite{Invite: invite, Code: code, Mailed: kept.Enqueue != nil}, nil
}

// Resend replaces the code of an open or expired invite, resets its tries and its lifetime, and mails the new code if
// the portal sends mail. Errors as postgres.ResendInvite.
func (s *Service) Resend(ctx context.Context, v portal.Viewer, id string) (portal.CreatedInvite, error) {
	if !v.Role.May(portal.ManageInvites) {
		return portal.CreatedInvite{}, portal.Errorf(portal.Forbidden, "Your role may not invite users.")
	}
	code, kept := s.newCode(id)
	invite, err := s.db.ResendInvite(ctx, v, id, kept)
	if err != nil {
		return portal.CreatedInvite{}, err
	}
	return portal.CreatedInvite{Invite: invite, Code: code, Mailed: kept.Enqueue != nil}, nil
}

// newCode returns a new code for an invite and what the database stores of it.
func (s *Service) newCode(inviteID string) (code string, kept postgres.InviteCode) {
	code, kept.Hash = NewInviteCode()
	if s.enqueueMail != nil {
		kept.Enqueue, kept.Sealed = s.enqueueMail, s.sealer.Seal([]byte(code), codeAAD(inviteID))
	}
	return code, kept
}

// CheckInvite returns an invite in canonical form with its defaults set; Invalid names the malformed field. tenants are
// the Entra ID tenants that may sign in; nil accepts any, for a command that does not know them. The database checks
// that the node exists inside the viewer's scope.
func CheckInvite(n portal.NewInvite, tenants []string) (portal.NewInvite, error) {
	var err error
	if n.Email, err = normalEmail(n.Email); err != nil {
		return n, portal.InvalidField("email", "Enter an e-mail address such as name@example.com.")
	}
	if n.ExpiresInHours == 0 {
		n.ExpiresInHours = defaultInviteHours
	}
	if n.ExpiresInHours < 1 || n.ExpiresInHours > maxInviteHours {
		return n, portal.InvalidField("expires_in_hours", "An invite is valid for 1 to %d hours.", maxInviteHours)
	}
	if n.Language, err = checkLanguage(n.Language); err != nil {
		return n, err
	}
	if err := checkNode(n); err != nil {
		return n, err
	}
	if n.Domain != "" {
		if n.Domain, err = normalDomain(n.Domain); err != nil {
			return n, portal.InvalidField("domain", "Enter a domain such as example.com.")
		}
	}
	switch n.Provider {
	case portal.Google:
		if n.Tenant != "" {
			return n, portal.InvalidField("tenant", "Only Entra ID has tenants.")
		}
		return n, nil
	case portal.Entra:
		return checkTenant(n, tenants)
	}
	return n, portal.InvalidField("provider", "The provider is google or entra.")
}

// checkLanguage returns a language tag in canonical form. A language without a translation is accepted.
func checkLanguage(tag string) (string, error) {
	if tag == "" {
		return "", nil
	}
	parsed, err := language.Parse(tag)
	if err != nil || len(tag) > 35 {
		return "", portal.InvalidField("language", "Name a language by its tag, such as de or en-GB.")
	}
	return parsed.String(), nil
}

// checkNode checks that an invite names exactly the node that its role needs.
func checkNode(n portal.NewInvite) error {
	level := n.Role.Level()
	switch {
	case !n.Role.Known():
		return portal.InvalidField("role", "There is no such role.")
	case level == portal.LevelMSP && n.MSPID == "":
		return portal.InvalidField("msp_id", "Name the MSP this role is for.")
	case level == portal.LevelClient && n.ClientID == "":
		return portal.InvalidField("client_id", "Name the client this role is for.")
	case level == portal.LevelMSSP && n.MSPID != "":
		return portal.InvalidField("msp_id", "This role is for the whole MSSP.")
	case level != portal.LevelClient && n.ClientID != "":
		return portal.InvalidField("client_id", "This role is not for a single client.")
	}
	return nil
}

func checkTenant(n portal.NewInvite, tenants []string) (portal.NewInvite, error) {
	if n.Tenant == "" && len(tenants) == 1 {
		n.Tenant = tenants[0]
	}
	tenant, err := tenantID(n.Tenant)
	if err != nil || tenants != nil && !slices.Contains(tenants, tenant) {
		return n, portal.InvalidField("tenant", "Name one of the Entra ID tenants whose users may sign in.")
	}
	n.Tenant = tenant
	if n.Domain != "" && n.Domain != domainOf(n.Email) {
		return n, portal.InvalidField("domain", "This is not the domain of the address.")
	}
	return n, nil
}
