package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"fs-client-portal/backend/portal"
)

// enumeration becomes a list of values and a type of the same values in TypeScript.
type enumeration struct {
	list, typeName string
	values         []string
}

// generate returns the text of the file of enumerations, from the Go packages below the top of the repository.
func generate(top string) (string, error) {
	inPortal, err := constantsIn(filepath.Join(top, "backend/portal"))
	if err != nil {
		return "", err
	}
	inDesktop, err := constantsIn(filepath.Join(top, "backend/desktop"))
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(header)
	for _, e := range enumerations(inPortal, inDesktop) {
		if len(e.values) == 0 {
			return "", fmt.Errorf("%s has no values: its Go type or tag has another name now", e.typeName)
		}
		writeEnumeration(&text, e)
	}
	err = writeRoles(&text)
	return text.String(), err
}

func enumerations(inPortal, inDesktop []constant) []enumeration {
	return []enumeration{
		{"levels", "Level", ofType(inPortal, "Level")},
		{"roles", "Role", ofType(inPortal, "Role")},
		{"permissions", "Permission", ofType(inPortal, "Permission")},
		{"providerIDs", "ProviderID", ofType(inPortal, "ProviderID")},
		{"customerKinds", "CustomerKind", ofType(inPortal, "CustomerKind")},
		{"customerStatuses", "CustomerStatus", ofType(inPortal, "Status")},
		{"statusReasons", "StatusReason", ofType(inPortal, "StatusReason")},
		{"yesNo", "YesNo", ofType(inPortal, "YesNo")},
		{"inviteStatuses", "InviteStatus", ofType(inPortal, "InviteStatus")},
		{"mailStates", "MailState", ofType(inPortal, "MailState")},
		{"userStatuses", "UserStatus", ofType(inPortal, "UserStatus")},
		{"runStatuses", "RunStatus", ofType(inPortal, "RunStatus")},
		{"runTriggers", "RunTrigger", enumOf(portal.SyncRun{}, "Trigger")},
		{"changeKinds", "ChangeKind", portal.ChangeKinds},
		{"changeReasons", "ChangeReason", enumOf(portal.Change{}, "Reason")},
		{"elsewheres", "Elsewhere", enumOf(portal.Change{}, "Elsewhere")},
		{"changeFields", "ChangeField", portal.ChangeFields},
		{"reviewEffects", "ReviewEffect", ofType(inPortal, "ReviewEffect")},
		{"attentionKinds", "AttentionKind", enumOf(portal.Attention{}, "Kind")},
		{"severities", "Severity", enumOf(portal.Attention{}, "Severity")},
		{"linkKinds", "LinkKind", ofType(inPortal, "LinkKind")},
		{"searchKinds", "SearchKind", ofType(inPortal, "SearchKind")},
		{"searchMatches", "SearchMatch", ofType(inPortal, "SearchMatch")},
		{"clientSorts", "ClientSort", portal.ClientSorts},
		{"mspSorts", "MSPSort", portal.MSPSorts},
		{"userSorts", "UserSort", portal.UserSorts},
		{"viewLists", "ViewList", ofType(inPortal, "ViewList")},
		{"customerFields", "CustomerField", ofType(inPortal, "CustomerField")},
		{"reviewedFields", "ReviewedField", reviewedFields()},
		{"fieldTypes", "FieldType", enumOf(portal.FieldPath{}, "Types")},
		{"fieldSources", "FieldSource", enumOf(portal.FieldPath{}, "Source")},
		{"noticeKinds", "NoticeKind", ofType(inPortal, "NoticeKind")},
		{"problemCodes", "ProblemCode", append(ofType(inPortal, "Code"), ofType(inDesktop, "portal.Code")...)},
		{"causes", "Cause", withPrefix(inDesktop, "cause")},
	}
}

// enumOf returns the values of the enum tag of a struct's field, which the API's document is made of too.
func enumOf(of any, field string) []string {
	if tag := tagOf(of, field, "enum"); tag != "" {
		return strings.Split(tag, ",")
	}
	return nil
}

// tagOf returns a tag of a struct's field, "" for none.
func tagOf(of any, field, name string) string {
	f, _ := reflect.TypeOf(of).FieldByName(field)
	return f.Tag.Get(name)
}

// reviewedFields are the fields whose remapping makes the next run wait for a review.
func reviewedFields() []string {
	var names []string
	for _, field := range portal.CustomerFields {
		if field.NeedsReview() {
			names = append(names, string(field))
		}
	}
	return names
}

func writeEnumeration(text *strings.Builder, e enumeration) {
	fmt.Fprintf(text, "\nexport const %s = [\n", e.list)
	for _, value := range e.values {
		fmt.Fprintf(text, "  %q,\n", value)
	}
	fmt.Fprintf(text, "] as const;\nexport type %s = (typeof %s)[number];\n", e.typeName, e.list)
}

// ruleJSON is a row of the role table in TypeScript; its lists have the names that portal.Me has for them.
type ruleJSON struct {
	Permissions []portal.Permission `json:"permissions"`
	MayInvite   []portal.Role       `json:"may_invite"`
}

// writeRoles writes the level of each role for the screens, and the whole table for the fake of the API.
func writeRoles(text *strings.Builder) error {
	text.WriteString("\nexport const roleLevels: Record<Role, Level> = {\n")
	for _, rule := range portal.Roles {
		fmt.Fprintf(text, "  %s: %q,\n", rule.Role, rule.Level)
	}
	text.WriteString("};\n\nexport const roleTable: Record<Role, { permissions: Permission[]; may_invite: Role[] }> = {\n")
	for _, rule := range portal.Roles {
		row := ruleJSON{append([]portal.Permission{}, rule.May...), append([]portal.Role{}, rule.MayInvite...)}
		object, err := json.MarshalIndent(row, "  ", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(text, "  %s: %s,\n", rule.Role, object)
	}
	text.WriteString("};\n")
	return nil
}
