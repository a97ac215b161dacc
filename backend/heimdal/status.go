package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

// sign is how a member says that a customer is not active.
type sign int

const (
	noSign sign = iota
	saysStatus
	saysDeleted
	saysDeletedOn
	saysDisabled
	saysEnabled
	saysInactive
	saysActive
	saysDemo
	saysExpired
	saysLicenceStatus
)

// signs is the one table of the names of a sign. All signs of a customer count, so none is surer than another.
var signs = map[sign][]string{
	saysStatus: {"status", "customerstatus", "accountstatus", "companystatus", "clientstatus", "tenantstatus", "organizationstatus",
		"statusname"},
	saysDeleted:   {"isdeleted", "deleted", "isremoved", "removed", "isarchived", "archived"},
	saysDeletedOn: {"deletedat", "deletedon", "deleteddate", "deleteddateutc", "deletedatutc", "deletedonutc", "datedeleted"},
	saysDisabled:  {"isdisabled", "disabled", "issuspended", "suspended", "isblocked", "blocked", "islocked", "locked"},
	saysEnabled:   {"isenabled", "enabled"},
	saysInactive: {"isinactive", "inactive", "isdeactivated", "deactivated", "isterminated", "terminated", "iscancelled", "cancelled",
		"iscanceled", "canceled", "isclosed", "closed"},
	saysActive: {"isactive", "active"},
	saysDemo:   {"isdemo", "demo", "isdemocustomer", "democustomer", "isdemoaccount", "demoaccount"},
	saysExpired: append(pairs(licenceObjects, []string{"expired", "isexpired"}),
		"islicenseexpired", "islicenceexpired", "issubscriptionexpired", "isexpired", "expired"),
	saysLicenceStatus: pairs(licenceObjects, []string{"status", "state"}),
}

// licenceSigns are the names of signs inside a licence object; they say nothing of the customer but that its licence has
// expired.
var licenceSigns = map[string]sign{
	"status": saysLicenceStatus, "state": saysLicenceStatus, "expired": saysExpired, "isexpired": saysExpired,
}

// figuresToo are signs whose names are also those of counts: a number says nothing of the customer's status.
var figuresToo = map[string]bool{"active": true, "inactive": true, "enabled": true, "expired": true}

// statusTexts are the texts of a status that mean that a customer is not active, and of "" that it is.
var statusTexts = map[portal.StatusReason][]string{
	portal.ReasonDeleted:        {"deleted", "removed", "archived"},
	portal.ReasonDisabled:       {"disabled", "suspended", "blocked", "locked", "onhold", "paused"},
	portal.ReasonInactive:       {"inactive", "notactive", "deactivated", "terminated", "cancelled", "canceled", "closed"},
	portal.ReasonDemo:           {"demo", "democustomer", "externaldemocustomer"},
	portal.ReasonLicenceExpired: {"expired", "licenseexpired", "licenceexpired"},
	"":                          {"active", "activated", "enabled", "ok", "valid", "live", "current", "running", "notexpired", "normal"},
}

var statuses = func() map[string]portal.StatusReason {
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
func (s sign) readStatus(plain string, value []byte) (portal.StatusReason, bool) {
	switch s {
	case saysStatus:
		return readStatusText(value)
	case saysDeletedOn:
		_, deleted := readDate(value)
		return portal.ReasonDeleted, deleted
	case saysLicenceStatus:
		reason, ok := readStatusText(value)
		if reason != portal.ReasonLicenceExpired {
			reason = ""
		}
		return reason, ok
	}
	yes, ok := readYesNo(value)
	_, isCount := readCount(value)
	switch {
	case ok && !(isCount && figuresToo[plain]):
		return s.flag(yes), true
	case isCount:
		return "", false
	case s == saysDeleted: // "deleted": "2026-10-01T10:00:00Z"
		_, deleted := readDate(value)
		return portal.ReasonDeleted, deleted
	case s == saysActive || s == saysEnabled: // "isActive": "Suspended"
		return readStatusText(value)
	}
	return "", false
}

// flag is what a yes or no means.
func (s sign) flag(yes bool) portal.StatusReason {
	switch {
	case s == saysEnabled && !yes:
		return portal.ReasonDisabled
	case s == saysActive && !yes:
		return portal.ReasonInactive
	case s == saysEnabled || s == saysActive || !yes:
		return ""
	case s == saysDeleted:
		return portal.ReasonDeleted
	case s == saysDisabled:
		return portal.ReasonDisabled
	case s == saysInactive:
		return portal.ReasonInactive
	case s == saysDemo:
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
	reason, ok := statuses[plainName(text)]
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
	if reason, ok := decision(o, meansStatus, readAnyStatus, o.anyStatus); ok {
		return reasonOf(reason)
	}
	first := len(precedence)
	for _, m := range o.members {
		if m.sign == noSign {
			continue
		}
		reason, ok := m.sign.readStatus(m.plain, m.value)
		if ok || m.means == meansStatus {
			m.node.fills(meansStatus)
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
func (o *object) anyStatus(members []member) (portal.StatusReason, bool) {
	readable := false
	for _, m := range members {
		reason, ok := try(o, m, readAnyStatus)
		if reason != "" {
			return reason, true
		}
		readable = readable || ok
	}
	return "", readable
}
