package sync

import (
	"strings"

	"fs-client-portal/backend/portal"
)

// placed is an answer sorted into what its customers are for us.
type placed struct {
	msps, clients []portal.Customer
	// other counts the clients whose type is not CORP.
	other int
}

// place sorts customers by what their type means; every one of them ends up somewhere.
func place(customers []portal.Customer) placed {
	var p placed
	for _, c := range customers {
		if portal.HeimdalKind(c.Type) == portal.KindMSP {
			p.msps = append(p.msps, c)
			continue
		}
		p.clients = append(p.clients, c)
		if !strings.EqualFold(c.Type, "CORP") {
			p.other++
		}
	}
	return p
}
