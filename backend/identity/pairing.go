package identity

import (
	"cmp"
	"crypto/subtle"
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// claimRequest is what a sign-in presents to claim invites.
type claimRequest struct {
	who postgres.Identity
	// hostedDomain is the Google Workspace domain of this sign-in.
	hostedDomain string
	// entered reports whether a code was typed; typed is its hash, nil if it cannot be a code.
	entered bool
	typed   []byte
	// chosen are the ids of the offered invites that the user chose.
	chosen []string
	// byCode is the invite with the code, whatever address it is for; byAddress are the invites for the confirmed
	// address.
	byCode    *postgres.OpenInvite
	byAddress []postgres.OpenInvite
}

// pair returns the invites that a new identity claims. A code claims its own invite. Without a code, an invite is
// claimed only if the provider confirms the address and the role is not an administrator's; if there are several, the
// user chooses. For an address that is not confirmed the result depends on the code only, and not on whether invites or
// users exist for the address.
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

// withCode returns the invite of the code and those of the chosen invites that need no code.
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

// withoutCode returns the invites to claim for a confirmed address: the only one, or those the user chose in the order
// of the choice, because the session starts under the first. If none of the chosen invites is open any more, the others
// are offered, even if only one is left.
func (a claimRequest) withoutCode() ([]postgres.OpenInvite, error) {
	wanted := a.byAddress
	if len(wanted) > 1 || len(a.chosen) > 0 {
		notChosen := func(i postgres.OpenInvite) bool { return !slices.Contains(a.chosen, i.ID) }
		wanted = slices.DeleteFunc(slices.Clone(wanted), notChosen)
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

// needsCode reports whether an invite needs its code in spite of the provider's confirmation: its role is an
// administrator's, or it does not name the domain that the provider is the authority for.
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

// mayClaim returns why an identity may not claim the invite whose code it has, or nil. The reason is shown: a user with
// the code may know about the invite.
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

// confirmed reports whether the provider is the authority for the address: Google for gmail.com and for Workspace
// domains, an Entra ID tenant for its members' addresses in domains that it owns.
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
