package main

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"
)

// area is a part of the code that is measured by itself.
type area struct {
	name string
	// folders hold its Go files; screens have none.
	folders []string
	// users are the Go packages that use it most directly, and whose tests should notice a fault in it too: by the
	// beginning of a file's name, the first that fits.
	users []users
}

type users struct {
	prefix   string
	packages []string
}

var areas = []area{
	{"postgres", []string{"backend/postgres"}, []users{
		{"sync_", []string{"customersync", "httpapi"}},
		{"auth_", []string{"identity", "session", "httpapi"}},
		{"", []string{"httpapi", "identity"}},
	}},
	{"identity", []string{"backend/identity"}, []users{{"", []string{"httpapi"}}}},
	{"session", []string{"backend/session"}, []users{{"", []string{"identity", "httpapi"}}}},
	{"httpapi", []string{"backend/httpapi"}, []users{{"", []string{"cmd/portal-api"}}}},
	{"customersync", []string{"backend/customersync"}, []users{{"", []string{"httpapi", "cmd/portal-api"}}}},
	{"desktop", []string{"backend/desktop", "backend/desktop/keyring", "backend/desktop/loopback"}, []users{{"", []string{"desktop"}}}},
	{"screens", nil, nil},
}

// areaMutants are mutants of one area.
type areaMutants struct {
	area
	mutants []mutant
}

// runner runs the tests that should notice a mutant.
type runner interface {
	// baseline returns an error if the tests fail without any mutant.
	baseline(context.Context) error
	try(context.Context, mutant) (verdict, error)
	close()
}

func areaNames() []string {
	var names []string
	for _, a := range areas {
		names = append(names, a.name)
	}
	return names
}

func (a area) screens() bool { return a.folders == nil }

func (a area) find(ctx context.Context, top string) ([]mutant, error) {
	if a.screens() {
		return screenMutants(ctx, top)
	}
	var all []mutant
	for _, folder := range a.folders {
		found, err := goMutants(top, folder)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func (a area) runner(top string, timeout time.Duration) (runner, error) {
	if a.screens() {
		return newScreenRunner(top, timeout)
	}
	return newGoRunner(top, a, timeout)
}

// contains reports whether the area's mutants are of the folder of a file.
func (a area) contains(file string) bool {
	if a.screens() {
		return strings.HasPrefix(file, "frontend/")
	}
	return slices.Contains(a.folders, path.Dir(file))
}

// usersOf returns the packages that use a file of the area.
func (a area) usersOf(file string) []string {
	for _, u := range a.users {
		if strings.HasPrefix(path.Base(file), u.prefix) {
			return u.packages
		}
	}
	return nil
}
