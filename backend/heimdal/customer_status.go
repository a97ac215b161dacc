package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

// sign is how a member says that a customer is not active.
type statusFlag int

const (
	noFlag statusFlag = iota
	flagStatus
	flagDeleted
	flagDeletedOn
	flagDisabled
	flagEnabled
	flagInactive
	flagActive
	flagDemo
	flagExpired
	flagLicenceStatus
)

// signs is the one table of the names of a sign. All signs of a customer count, so none is surer than another.
var flagNames = map[statusFlag][]string{
	flagStatus: {"status", "customerstatus", "accountstatus", "companystatus", "clientstatus", "tenantstatus", "organizationstatus",
		"statusname"},
	flagDeleted:   {"isdeleted", "deleted", "isremoved", "removed", "isarchived", "archived"},
	flagDeletedOn: {"deletedat", "deletedon", "deleteddate", "deleteddateutc", "deletedatutc", "deletedonutc", "datedeleted"},
	flagDisabled:  {"isdisabled", "disabled", "issuspended", "suspended", "isblocked", "blocked", "islocked", "locked"},
	flagEnabled:   {"isenabled", "enabled"},
	flagInactive: {"isinactive", "inactive", "isdeactivated", "deactivated", "isterminated", "terminated", "iscancelled", "cancelled",
		"iscanceled", "canceled", "isclosed", "closed"},
	flagActive: {"isactive", "active"},
	flagDemo:   {"isdemo", "demo", "isdemocustomer", "democustomer", "isdemoaccount", "demoaccount"},
	flagExpired: append(combine(licenceObjects, []string{"expired", "isexpired"}),
		"islicenseexpired", "islicenceexpired", "issubscriptionexpired", "isexpired", "expired"),
	flagLicenceStatus: combine(licenceObjects, []string{"status", "state"}),
}

// licenceSigns are the names of signs inside a licence object; they say nothing of the customer but that its licence has
// expired.
var licenceFlags = map[string]statusFlag{
	"status": flagLicenceStatus, "state": flagLicenceStatus, "expired": flagExpired, "isexpired": flagExpired,
}

// figuresToo are signs whose names are also those of counts: a number says nothing of the customer's status.
var flagsThatCount = map[string]bool{"active": true, "inactive": true, "enabled": true, "expired": true}

// statusTexts are the texts of a status that mean that a customer is not active, and of "" that it is.
var statusTexts = map[portal.StatusReason][]string{
	portal.ReasonDeleted:        {"deleted", "removed", "archived"},
	portal.ReasonDisabled:       {"disabled", "suspended", "blocked", "locked", "onhold", "paused"},
	portal.ReasonInactive:       {"inactive", "notactive", "deactivated", "terminated", "cancelled", "canceled", "closed"},
	portal.ReasonDemo:           {"demo", "democustomer", "externaldemocustomer"},
	portal.ReasonLicenceExpired: {"expired", "licenseexpired", "licenceexpired"},
	"":                          {"active", "activated", "enabled", "ok", "valid", "live", "current", "running", "notexpired", "normal"},
}

var statusReasons = func() map[string]portal.StatusReason {
	all := map[string]portal.StatusReason{}
	for reason, texts := range statusTexts {
		for _, text := range texts {
			all[text] = reason
		}
	}
	return all
}()

// precedence is which reason counts where several signs give one: the first.
var precedence = []portal.StatusReason{
	portal.ReasonDeleted, portal.ReasonDisabled, portal.ReasonInactive, portal.ReasonDemo, portal.ReasonLicenceExpired,
}

// readStatus returns why a value says that a customer is not active; "" if it says that it is. It is false where the
// value says neither.
func (s statusFlag) readReason(plain string, value []byte) (portal.StatusReason, bool) {
	switch s {
	case flagStatus:
		return readStatusText(value)
	case flagDeletedOn:
		_, deleted := readDate(value)
		return portal.ReasonDeleted, deleted
	case flagLicenceStatus:
		reason, ok := readStatusText(value)
		if reason != portal.ReasonLicenceExpired {
			reason = ""
		}
		return reason, ok
	}
	yes, ok := readYesNo(value)
	_, isCount := readCount(value)
	switch {
	case ok && !(isCount && flagsThatCount[plain]):
		return s.reasonIf(yes), true
	case isCount:
		return "", false
	case s == flagDeleted: // "deleted": "2026-10-01T10:00:00Z"
		_, deleted := readDate(value)
		return portal.ReasonDeleted, deleted
	case s == flagActive || s == flagEnabled: // "isActive": "Suspended"
		return readStatusText(value)
	}
	return "", false
}

// flag is what a yes or no means.
func (s statusFlag) reasonIf(yes bool) portal.StatusReason {
	switch {
	case s == flagEnabled && !yes:
		return portal.ReasonDisabled
	case s == flagActive && !yes:
		return portal.ReasonInactive
	case s == flagEnabled || s == flagActive || !yes:
		return ""
	case s == flagDeleted:
		return portal.ReasonDeleted
	case s == flagDisabled:
		return portal.ReasonDisabled
	case s == flagInactive:
		return portal.ReasonInactive
	case s == flagDemo:
		return portal.ReasonDemo
	}
	return portal.ReasonLicenceExpired
}

// readStatusText reads a text that is a known status, or the name of an object.
func readStatusText(value []byte) (portal.StatusReason, bool) {
	text, ok := readNamed(value)
	if !ok {
		return "", false
	}
	reason, ok := statusReasons[plainName(text)]
	return reason, ok
}

// readAnyStatus reads what an admin decided is the status: a known text, or a yes that means disabled.
func readAnyStatus(value []byte) (portal.StatusReason, bool) {
	if reason, ok := readStatusText(value); ok {
		return reason, true
	}
	yes, ok := readYesNo(value)
	if yes {
		return portal.ReasonDisabled, ok
	}
	return "", ok
}

// statusReason returns why the customer is not active, nil if it is: by a path that an admin mapped to it, else by the first
// of precedence that any of its signs gives. A type says nothing of it: a customer of type DEMO may well be in use.
func (o *object) statusReason() *portal.StatusReason {
	if reason, ok := mappedValue(o, attrStatus, readAnyStatus, o.statusOf); ok {
		return reasonOf(reason)
	}
	first := len(precedence)
	for _, m := range o.members {
		if m.flag == noFlag {
			continue
		}
		reason, ok := m.flag.readReason(m.plain, m.value)
		if ok || m.attr == attrStatus {
			m.node.markFilled(attrStatus)
		}
		if at := slices.Index(precedence, reason); ok && at >= 0 {
			first = min(first, at)
		}
	}
	if first == len(precedence) {
		return nil
	}
	return reasonOf(precedence[first])
}

func reasonOf(reason portal.StatusReason) *portal.StatusReason {
	if reason == "" {
		return nil
	}
	return &reason
}

// anyStatus reads several values that an admin decided are the status: a reason that one of them gives counts.
func (o *object) statusOf(members []member) (portal.StatusReason, bool) {
	readable := false
	for _, m := range members {
		reason, ok := readMember(o, m, readAnyStatus)
		if reason != "" {
			return reason, true
		}
		readable = readable || ok
	}
	return "", readable
}
