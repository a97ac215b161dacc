package heimdal

import (
	"fs-client-portal/backend/portal"
)

// withoutOwnParent returns c without a parent that is the MSSP or the customer itself.
func (s *source) withoutOwnParent(c portal.Customer) portal.Customer {
	if sameID(c.ParentID, s.customerID) || c.ParentID == c.ExternalID {
		c.ParentID = ""
	}
	return c
}

// processAccount keeps what a response says of the account that the MSSP's customer id belongs to. It is the MSSP
// itself, so it is not a customer. In a response about a reseller it may mean that the API ignores which customer is
// asked about.
func (t *traversal) processAccount(c portal.Customer) {
	t.SawAccount = t.Reseller != ""
	if t.Account != nil && t.SawAccount {
		return
	}
	t.Account = &portal.ConnectionAccount{
		Name: c.Name, Type: c.Type, LicenceType: c.LicenceType, SPLA: c.SPLA,
		SeatsUsed: c.SeatsUsed, SeatsTotal: c.SeatsTotal, ExpiresOn: c.ExpiresOn,
	}
}

// account returns the account as the responses so far describe it, nil if it is not in them.
func (t *traversal) account() *portal.ConnectionAccount {
	if t.Account == nil {
		return nil
	}
	account := *t.Account
	account.Alone = !t.SawOthers
	return &account
}

// totalWithoutAccount returns the total that the pages state, less the account where they count it.
func (p *pageState) totalWithoutAccount() *int64 {
	if p.Total == nil || p.OwnElements == 0 || *p.Total != p.Elements {
		return p.Total
	}
	n := *p.Total - p.OwnElements
	return &n
}

// customersWithoutAccount returns the total that the first page states, less the account.
func (p *pageState) customersWithoutAccount() *int64 {
	n := *p.Total - p.OwnElements
	return &n
}
