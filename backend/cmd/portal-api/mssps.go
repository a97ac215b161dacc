package main

import "context"

type msspCommand struct {
	List msspList `cmd:"" help:"Print all MSSPs with their counts as JSON."`
}

type msspList struct {
	database
}

func (l msspList) Run(ctx context.Context) error {
	db, err := l.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	all, err := db.MSSPs(ctx)
	if err != nil {
		return err
	}
	return printJSON(all)
}
