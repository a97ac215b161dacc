package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Bootstrap creates an MSSP and the invite of its first administrator, which identity.CheckInvite has checked. It
// returns the MSSP's id and when the invite expires; Invalid names time_zone if the zone is unknown.
func (db *DB) Bootstrap(ctx context.Context, msspName, timeZone, inviteID string, n portal.NewInvite,
	codeHash []byte) (msspID string, expiresAt time.Time, err error) {
	msspID = NewID()
	if err := portal.CheckTimeZone(timeZone); err != nil {
		return "", time.Time{}, err
	}
	err = db.system(ctx, roleOperator, msspID, func(tx pgx.Tx) (err error) {
		if err := checkTimeZone(ctx, tx, timeZone); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "insert into mssp (id, name, time_zone) values ($1, $2, $3)", msspID, msspName, timeZone)
		if err != nil {
			return err
		}
		node := portal.Scope{Level: portal.LevelMSSP, MSSPID: msspID}
		if expiresAt, err = insertInvite(ctx, tx, inviteID, node, n, codeHash, inviter{name: bootstrapInviter}); err != nil {
			return err
		}
		return writeAudit(ctx, tx, AuditEntry{
			MSSPID: msspID, Actor: "operator", Action: "mssp_created", Target: inviteID,
			Detail: map[string]any{"role": n.Role, "time_zone": timeZone},
		})
	})
	return msspID, expiresAt, err
}

// bootstrapInviter is the inviter's name in an invite of the operator, who is not a user.
const bootstrapInviter = "bootstrap"
