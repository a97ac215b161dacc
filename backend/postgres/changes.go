package postgres

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// queueHistory adds the newest hundred changes of one customer that the viewer may read.
func queueHistory(batch *pgx.Batch, scope portal.Scope, entityID string, into *[]portal.Change) {
	collect(batch.Queue(`
		select h.at, h.kind, h.field, h.before, h.after, h.run_id
		from change h
		where h.mssp_id = @mssp
		and h.entity_id = @entity
		order by h.id desc
		limit 100`,
		pgx.NamedArgs{"mssp": scope.MSSPID, "entity": entityID}), into)
}

// rawFields lists the members of a customer's JSON in the product's own order, each as text.
func rawFields(raw []byte) ([]portal.Field, error) {
	fields := []portal.Field{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("read kept JSON: %w", err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read kept JSON: %w", err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("read kept JSON: %w", err)
		}
		fields = append(fields, portal.Field{Name: fmt.Sprint(name), Value: plainText(value)})
	}
	return fields, nil
}

// plainText drops a string's quotes, writes null as nothing, and leaves every other value as it stands in JSON.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
