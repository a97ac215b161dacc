package postgres

import (
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"testing"
)

var (
	createdTable = regexp.MustCompile(`(?i)create table (?:if not exists )?(\w+)`)
	// lockedTable matches what waits for all requests that use a table, and lets the next ones wait behind it.
	lockedTable = regexp.MustCompile(`(?i)(?:alter table(?: if exists)?|` +
		`create (?:constraint )?trigger [^;]*? on|(?:create|alter|drop) policy [^;]*? on) (\w+)`)
	lockTimeout = regexp.MustCompile(`(?i)set (?:local )?lock_timeout`)
)

// firstLimited is the first migration that must limit how long it waits for a lock; older ones were released without.
const firstLimited = 38

func TestMigrationsLimitTheirWaitForLocks(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d migrations, %v, want some", len(files), err)
	}
	for _, file := range files {
		number, err := strconv.Atoi(path.Base(file)[:5])
		if err != nil {
			t.Fatal(err)
		}
		text, err := migrations.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		created := map[string]bool{}
		for _, found := range createdTable.FindAllSubmatch(text, -1) {
			created[string(found[1])] = true
		}
		for _, found := range lockedTable.FindAllSubmatch(text, -1) {
			if table := string(found[1]); number >= firstLimited && !created[table] && !lockTimeout.Match(text) {
				t.Errorf("%s locks %s without a lock_timeout: requests would wait behind it", file, table)
				break
			}
		}
	}
}
