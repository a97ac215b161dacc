package postgres

import "context"

// isAccount returns the condition that a row of msp or client is the MSSP's own account: its external id is the
// connection's customer id. Earlier versions merged the account as a customer, and an admin may have entered the id of
// a customer; a run that would remove such a row needs review. $1 is the MSSP, $2 the connection, $3 the run.
func isAccount(row string) string {
	return `(` + row + `.external_id = any((select ` + idForms("p.customer_id") + ` from mssp_product p
		where p.mssp_id = $1 and p.id = $2)::text[])
		and not exists (
			select from sync_customer i
			where i.mssp_id = $1 and i.run_id = $3 and i.external_id = ` + row + `.external_id))`
}

// idForms returns the array of the forms in which an id may be written: a GUID in either case, with braces or without.
func idForms(id string) string {
	bare := "trim(both '{}' from " + id + ")"
	return `case
		when ` + id + ` ~ '^\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?$'
		then array[` + id + `, lower(` + bare + `), upper(` + bare + `), '{' || lower(` + bare + `) || '}', '{' || upper(` + bare + `) || '}']
		else array[` + id + `]
	end`
}

// saveAccount saves what the run has read of the MSSP's own account; null if it was not in the response.
func (m *merge) saveAccount(ctx context.Context) error {
	_, err := m.Exec(ctx, `
		update mssp_product p
		set account = r.state->'account'
		from sync_run r
		where p.mssp_id = $1
		and p.id = $2
		and r.mssp_id = $1
		and r.id = $3
		and p.account is distinct from r.state->'account'`, m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID)
	return err
}
