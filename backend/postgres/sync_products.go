package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// SetProducts inserts or renames the rows of products, as the owner of the database at url. Products that are not
// listed keep their rows, because synced customers refer to them.
func SetProducts(ctx context.Context, url string, products []portal.Product) error {
	connection, err := configure(ctx, url)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, connection.ConnConfig)
	if err != nil {
		return fmt.Errorf("reach database: %w", withoutSecrets(err))
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is open on it any more
	for _, product := range products {
		_, err := conn.Exec(ctx, `
			insert into product (id, name)
			values ($1, $2)
			on conflict (id) do update
			set name = excluded.name
			where product.name <> excluded.name`, product.ID, product.Name)
		if err != nil {
			return fmt.Errorf("write product %s: %w", product.ID, err)
		}
	}
	return nil
}
