package heimdal

import (
	"strings"

	"fs-client-portal/backend/portal"
)

// sameID reports whether an id in an answer is that of the account, which an admin typed. A GUID is the same in either case,
// with braces or without.
func sameID(id, account string) bool {
	return id == account || len(id) >= 36 && len(account) >= 36 && guid.MatchString(id) && guid.MatchString(account) &&
		strings.EqualFold(strings.Trim(id, "{}"), strings.Trim(account, "{}"))
}

// takeAccount keeps what an answer says of the account that the MSSP's customer id belongs to. It is the MSSP itself, so
// it is not a customer. In an answer about a reseller it may mean that the API ignores which customer it is asked about.
func (at *traversal) processAccount(c portal.Customer) {
	at.SawAccount = at.Reseller != ""
	if at.Account != nil && at.SawAccount {
		return
	}
	at.Account = &portal.ConnectionAccount{
		Name: c.Name, Type: c.Type, LicenceType: c.LicenceType, SPLA: c.SPLA,
		SeatsUsed: c.SeatsUsed, SeatsTotal: c.SeatsTotal, ExpiresOn: c.ExpiresOn,
	}
}

// account returns what the answers so far say of the account; nil if it is not in them.
func (at *traversal) account() *portal.ConnectionAccount {
	if at.Account == nil {
		return nil
	}
	account := *at.Account
	account.Alone = !at.SawOthers
	return &account
}

// withoutAccount returns the total that the pages of a list state, less the account where they count it.
func (p *pageState) totalWithoutAccount() *int64 {
	if p.Total == nil || p.OwnElements == 0 || *p.Total != p.Elements {
		return p.Total
	}
	n := *p.Total - p.OwnElements
	return &n
}

// customers returns the number of customers that the first page states, less the account.
func (p *pageState) customersWithoutAccount() *int64 {
	n := *p.Total - p.OwnElements
	return &n
}
