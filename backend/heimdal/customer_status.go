package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

// statusFlag is the way in which a member says that a customer is not active.
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

// flagNames lists the names of each flag. All flags of a customer count, so their order does not matter.
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

// licenceFlags are the names of flags within a licence object; they only say whether the customer's licence has
// expired.
var licenceFlags = map[string]statusFlag{
	"status": flagLicenceStatus, "state": flagLicenceStatus, "expired": flagExpired, "isexpired": flagExpired,
}

// flagsThatCount are flags whose names are also those of counts: a number says nothing about the customer's status.
var flagsThatCount = map[string]bool{"active": true, "inactive": true, "enabled": true, "expired": true}

// statusTexts are the status texts for each reason that a customer is not active, and for "", an active one.
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

// precedence is the order of the reasons: where several flags have one, the first counts.
var precedence = []portal.StatusReason{
	portal.ReasonDeleted, portal.ReasonDisabled, portal.ReasonInactive, portal.ReasonDemo, portal.ReasonLicenceExpired,
}

// readReason returns the reason that a value gives, "" for an active customer. It returns false where the value says
// neither.
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

// reasonIf returns the reason that a yes or no gives.
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

// readStatusText reads a text, or the name of an object, that is a known status.
func readStatusText(value []byte) (portal.StatusReason, bool) {
	text, ok := readNamed(value)
	if !ok {
		return "", false
	}
	reason, ok := statusReasons[plainName(text)]
	return reason, ok
}

// readAnyStatus reads a value that an admin mapped to the status: a known text, or a yes that means disabled.
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

// statusReason returns why the customer is not active, nil if it is: from a path that an admin mapped to it, else the
// first of precedence that any flag gives. The type does not count: a customer of type DEMO may be in use.
func (o *object) statusReason() *portal.StatusReason {
	if reason, ok := mappedValue(o, attrStatus, readAnyStatus, o.statusOf); ok {
		return reasonPointer(reason)
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
	return reasonPointer(precedence[first])
}

func reasonPointer(reason portal.StatusReason) *portal.StatusReason {
	if reason == "" {
		return nil
	}
	return &reason
}

// statusOf reads several values that an admin mapped to the status: the first reason counts.
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
