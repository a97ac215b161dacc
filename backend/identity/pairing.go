package identity

import (
	"crypto/subtle"
	"strings"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// pair decides which of the open invites for a new identity's provider, tenant and address it may claim. An invite is
// claimed without its code only where the provider is the authority for the address and the role is no admin's; else
// the code, which was sent to the address, shows that the address is theirs.
//
// typed is the hash of the code as it was typed, nil where none was; entered says whether one was.
func pair(who person, invites []postgres.OpenInvite, entered bool, typed []byte) ([]postgres.OpenInvite, error) {
	var open, takingCodes, claimable []postgres.OpenInvite
	for _, invite := range invites {
		if invite.Taken {
			continue
		}
		open = append(open, invite)
		if invite.CodeTries < portal.MaxCodeTries {
			takingCodes = append(takingCodes, invite)
		}
		word := !invite.Role.Admin() && authoritative(who, invite)
		if word || codeMatches(invite, typed) {
			invite.ByCode = !word
			claimable = append(claimable, invite)
		}
	}
	switch {
	case len(claimable) > 0:
		return claimable, nil
	case len(takingCodes) > 0 && entered && typed == nil:
		return nil, codeMistyped()
	case len(takingCodes) > 0 && entered:
		return takingCodes, codeWrong(0)
	case len(takingCodes) > 0:
		return nil, codeRequired()
	case len(open) > 0:
		return nil, inviteClosed()
	case len(invites) > 0:
		return nil, noInvite("address_taken")
	case who.Email == "" && entered && typed == nil:
		return nil, codeMistyped()
	case who.Email == "" && entered:
		return nil, codeWrong(0)
	case who.Email == "":
		// Nothing can be looked up by an address that is not there. The answer is the same whoever asks.
		return nil, codeRequired()
	}
	return nil, noInvite("no_invite")
}

func codeMatches(invite postgres.OpenInvite, typed []byte) bool {
	return typed != nil && invite.CodeTries < portal.MaxCodeTries && subtle.ConstantTimeCompare(invite.CodeHash, typed) == 1
}

// authoritative reports whether the provider's word suffices that the invite's address is theirs.
func authoritative(who person, invite postgres.OpenInvite) bool {
	if who.Email == "" || who.Email != invite.Email {
		return false
	}
	domain := ""
	if invite.Domain != nil {
		domain = *invite.Domain
	}
	if who.Tenant != "" {
		return who.Member && who.DomainOwned && domain != "" && domainOf(who.Email) == domain
	}
	return who.Verified && (strings.HasSuffix(who.Email, "@gmail.com") || domain != "" && who.HostedDomain == domain)
}
