package identity

import (
	"cmp"
	"crypto/subtle"
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// claimRequest is what somebody applies with for the roles of invites.
type claimRequest struct {
	who postgres.Identity
	// hostedDomain is Google's Workspace domain of this sign-in.
	hostedDomain string
	// entered: a code was typed; typed is its hash, nil where it cannot be a code.
	entered bool
	typed   []byte
	// chosen are the invites picked of those offered.
	chosen []string
	// byCode is the invite with the code, whomever it is for; byAddress are those for the confirmed address.
	byCode    *postgres.OpenInvite
	byAddress []postgres.OpenInvite
}

// pair decides which invites a new identity claims. A code claims its own invite. Without one, an invite is claimed only
// where the provider confirms the address and the role is no admin's; of several the person chooses. What somebody whose
// address is not confirmed reads depends on the code alone, and not on the invites or users there are for the address.
func pair(a claimRequest) ([]postgres.OpenInvite, error) {
	switch {
	case a.who.Confirmed && len(a.byAddress) == 0 && a.byCode == nil:
		return nil, noInvite("no_invite")
	case a.who.Confirmed && a.byCode == nil && slices.ContainsFunc(a.byAddress, taken):
		return nil, noInvite("address_taken")
	case a.entered && a.typed == nil:
		return nil, codeMistyped()
	case a.entered && a.byCode == nil:
		return nil, codeWrong(0)
	case a.entered:
		return a.withCode()
	case !a.who.Confirmed:
		return nil, codeRequired(a.who)
	}
	return a.withoutCode()
}

// withCode claims the invite of the code, and those of the chosen ones that need none.
func (a claimRequest) withCode() ([]postgres.OpenInvite, error) {
	invite := *a.byCode
	if err := mayClaim(a.who, invite, a.typed); err != nil {
		return nil, err
	}
	if len(a.chosen) > 0 && !slices.Contains(a.chosen, invite.ID) {
		return nil, codeOfOtherInvite()
	}
	invite.ByCode = true
	claimed := []postgres.OpenInvite{invite}
	for _, other := range a.byAddress {
		if other.ID != invite.ID && slices.Contains(a.chosen, other.ID) && !a.needsCode(other) {
			claimed = append(claimed, other)
		}
	}
	return claimed, nil
}

// withoutCode claims what is open for a confirmed address: the one invite, or those the person has chosen, in the order of
// the choice, because the session starts under the first. Where the chosen ones are no longer open, an invite that was not
// chosen is offered, however few are left.
func (a claimRequest) withoutCode() ([]postgres.OpenInvite, error) {
	wanted := a.byAddress
	if len(wanted) > 1 || len(a.chosen) > 0 {
		wanted = slices.DeleteFunc(slices.Clone(wanted), func(i postgres.OpenInvite) bool { return !slices.Contains(a.chosen, i.ID) })
		slices.SortStableFunc(wanted, func(i, j postgres.OpenInvite) int {
			return cmp.Compare(slices.Index(a.chosen, i.ID), slices.Index(a.chosen, j.ID))
		})
	}
	if len(wanted) == 0 {
		return nil, inviteChoice(a.offers())
	}
	for _, invite := range wanted {
		switch {
		case a.needsCode(invite) && invite.CodeTries >= portal.MaxCodeTries:
			return nil, inviteClosed()
		case a.needsCode(invite):
			return nil, codeRequired(a.who)
		}
	}
	return wanted, nil
}

func (a claimRequest) offers() []portal.InviteOffer {
	offers := make([]portal.InviteOffer, len(a.byAddress))
	for i, invite := range a.byAddress {
		offers[i] = portal.InviteOffer{
			ID: invite.ID, Organisation: invite.Organisation, Role: invite.Role, MSSP: invite.MSSP, NeedsCode: a.needsCode(invite),
		}
	}
	return offers
}

// needsCode reports whether the provider's confirmation does not suffice for an invite: its role administers others, or it
// does not name the domain that the provider answers for.
func (a claimRequest) needsCode(invite postgres.OpenInvite) bool {
	if invite.Role.Admin() || !a.who.Confirmed || a.who.Email != invite.Email {
		return true
	}
	domain := ""
	if invite.Domain != nil {
		domain = *invite.Domain
	}
	if a.who.Provider == portal.Entra {
		return domain == "" || domainOf(a.who.Email) != domain
	}
	return !gmail(a.who.Email) && (domain == "" || a.hostedDomain != domain)
}

// mayClaim returns why an identity may not claim the invite whose code it has. Each reason is told: who has the code may
// know of the invite.
func mayClaim(who postgres.Identity, invite postgres.OpenInvite, typed []byte) error {
	switch {
	case subtle.ConstantTimeCompare(invite.CodeHash, typed) != 1:
		return codeWrong(0)
	case invite.CodeTries >= portal.MaxCodeTries:
		return inviteClosed()
	case invite.Own:
		return ownInvite()
	case invite.Provider != who.Provider || invite.Tenant != who.Tenant:
		return otherProvider(invite.Provider)
	case who.Provider == portal.Google && who.Email == "":
		return noAddress()
	case who.Confirmed && who.Email != invite.Email:
		return otherAddress()
	case who.Confirmed && invite.Taken:
		return noInvite("address_taken")
	}
	return nil
}

// confirmed reports whether the provider is the authority for the address it names: Google for its own and those of a
// Workspace, an Entra ID tenant for those of its members in domains it owns.
func (p person) confirmed() bool {
	switch {
	case p.Email == "":
		return false
	case p.Tenant != "":
		return p.Member && p.DomainOwned
	}
	return p.Verified && (gmail(p.Email) || p.HostedDomain != "")
}

func taken(i postgres.OpenInvite) bool { return i.Taken }

func gmail(email string) bool { return strings.HasSuffix(email, "@gmail.com") }
