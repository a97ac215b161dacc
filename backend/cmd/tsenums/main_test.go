package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

const top = "../../.."

func TestGenerate(t *testing.T) {
	t.Run("equals_the_files_that_the_screens_import", func(t *testing.T) {
		enums, err := generate(top)
		if err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{enumsFile: enums, limitsFile: limitsText()} {
			got, err := os.ReadFile(filepath.Join(top, file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("%s is out of date, run go run ./backend/cmd/tsenums (-want +got):\n%s", file, diff)
			}
		}
	})

	t.Run("has_a_number_for_each_limit", func(t *testing.T) {
		for _, l := range limits() {
			if n, err := strconv.Atoi(l.value); err != nil || n < 1 {
				t.Errorf("%s: got %q, want a number from 1: its Go field or tag has another name now", l.name, l.value)
			}
		}
	})

	t.Run("refuses_another_folder", func(t *testing.T) {
		if _, err := generate(t.TempDir()); err == nil || !strings.Contains(err.Error(), "top of the repository") {
			t.Errorf("got error %v, want one that names the top of the repository", err)
		}
	})

	t.Run("has_every_role", func(t *testing.T) {
		all, err := constantsIn(filepath.Join(top, "backend/portal"))
		if err != nil {
			t.Fatal(err)
		}
		var inTable []string
		for _, rule := range portal.Roles {
			inTable = append(inTable, string(rule.Role))
		}
		if diff := cmp.Diff(inTable, ofType(all, "Role")); diff != "" {
			t.Errorf("constants of type Role differ from the role table (-want +got):\n%s", diff)
		}
	})
}

// tagged are structs of which every field with an enum tag and a type of its own must name constants of that type.
var tagged = []any{
	portal.Client{}, portal.FieldMapEffect{}, portal.FieldNotice{}, portal.Grant{}, portal.Invite{}, portal.InviteOffer{},
	portal.MSP{}, portal.NewInvite{}, portal.Provider{}, portal.ReviewItem{}, portal.SyncRun{}, portal.UserChange{}, portal.UserQuery{},
}

func TestEnumTags(t *testing.T) {
	all, err := constantsIn(filepath.Join(top, "backend/portal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range tagged {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(of)) {
			typeOf := field.Type
			if typeOf.Kind() == reflect.Pointer {
				typeOf = typeOf.Elem()
			}
			want := ofType(all, typeOf.Name())
			if field.Tag.Get("enum") == "" || len(want) == 0 {
				continue
			}
			t.Run(reflect.TypeOf(of).Name()+"_"+field.Name, func(t *testing.T) {
				got := enumOf(of, field.Name)
				slices.Sort(got)
				slices.Sort(want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the enum tag differs from the constants of %s (-want +got):\n%s", typeOf.Name(), diff)
				}
			})
		}
	}
}
