package postgres

import "time"

// WithAcquireWait returns a copy of db whose requests wait at most this long for a connection.
func (db *DB) WithAcquireWait(wait time.Duration) *DB {
	other := *db
	other.acquireWait = wait
	return &other
}
