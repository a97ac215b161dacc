package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// AddConnection gives an MSSP access to a product. NotFound if there is no such MSSP, Invalid for an unknown product,
// Conflict if the MSSP has this product's customer already.
func (db *DB) AddConnection(ctx context.Context, c portal.Connection) error {
	err := db.system(ctx, roleOperator, c.MSSPID, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into mssp_product (mssp_id, id, product_id, customer_id, base_url, api_key_sealed, api_key_last4)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			c.MSSPID, c.ID, c.ProductID, c.CustomerID, c.BaseURL, c.APIKeySealed, c.APIKeyLast4)
		return err
	})
	switch constraint(err) {
	case "mssp_product_mssp_fkey":
		return errNone("MSSP")
	case "mssp_product_product_fkey":
		return portal.InvalidField("product", "There is no product %q.", c.ProductID)
	case "mssp_product_customer_key":
		return portal.Errorf(portal.Conflict, "This MSSP has %s customer %s already.", c.ProductID, c.CustomerID)
	}
	if err != nil {
		return fmt.Errorf("add connection: %w", err)
	}
	return nil
}

// Connection answers one connection of an MSSP, its key sealed; NotFound if there is none.
func (db *DB) Connection(ctx context.Context, msspID, id string) (portal.Connection, error) {
	var c portal.Connection
	err := db.systemRead(ctx, roleSync, msspID, func(batch *pgx.Batch) {
		collectOne(batch.Queue(`
			select p.id, p.mssp_id, p.product_id, p.customer_id, p.base_url, p.api_key_sealed, p.api_key_last4
			from mssp_product p
			where p.mssp_id = $1
			and p.id = $2`, msspID, id), "connection", &c)
	})
	if err != nil {
		return portal.Connection{}, fmt.Errorf("read connection: %w", err)
	}
	return c, nil
}

// ConnectionRef names a connection of any MSSP.
type ConnectionRef struct {
	MSSPID string
	ID     string
}
