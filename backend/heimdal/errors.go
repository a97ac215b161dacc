package heimdal

import (
	"fs-client-portal/backend/portal"
)

const (
	askSupport = "Check the base URL; if it is right, tell Heimdal's support."
	// mapField ends an error that the field map can remedy.
	mapField = "Choose under Fields which field of Heimdal's answer is the "
)

var (
	errWebPage = errorf(portal.Garbage,
		"A web page came back instead of data. A proxy or a sign-in wall may be in the way, or the base URL is wrong. Check both.")
	errLarge    = errorf(portal.Oversized, "The answer is larger than the portal accepts. Tell the portal's support.")
	errHeavy    = errorf(portal.Oversized, "One customer in the answer is larger than the portal accepts. Tell Heimdal's support.")
	errDeep     = errorf(portal.Garbage, "The answer is nested too deep to be customers. "+askSupport)
	errShape    = errorf(portal.Garbage, "The answer is JSON, but not in any shape known for customers. "+askSupport)
	errTwoLists = errorf(portal.Garbage,
		"The answer holds two lists, and the portal cannot know which are the customers. Tell Heimdal's support.")
	errEmpty  = errorf(portal.Garbage, "The answer is empty. The next run tries again; if it stays so, check the base URL.")
	errSyntax = errorf(portal.Garbage,
		"The answer is not valid JSON. The next run tries again; if it stays so, check the base URL and any proxy on the way.")
	errTrailing = errorf(portal.Garbage,
		"Something follows the end of the answer. The next run tries again; if it stays so, tell Heimdal's support.")
	errEncoding = errorf(portal.Garbage,
		"The answer is not UTF-8 throughout, so names in it would come out wrong. Tell Heimdal's support.")
	errUTF16 = errorf(portal.Garbage,
		"The answer is in UTF-16; the portal reads UTF-8. Check any proxy on the way, and tell Heimdal's support.")
	errNoObject = errorf(portal.Garbage, "The answer holds something that is no customer. "+askSupport)
	errLongID   = errorf(portal.Garbage, "The answer holds a customer whose id is longer than the portal accepts. "+askSupport)
	errNoID     = errorf(portal.Unmapped, "The answer holds a customer without an id that the portal can read. "+mapField+
		"customer id. If none is, check the base URL.")
	errNoContent = errorf(portal.Garbage, "Heimdal answered with status 204 instead of customers. "+askSupport)
	errProxy     = errorf(portal.Refused, "A proxy on the way asks who this server is (status 407). Check this server's proxy settings.")
	errUntyped   = errorf(portal.Unmapped, "No customer in the answer has a type that the portal can read, so MSPs cannot be "+
		"told from clients. "+mapField+"type. If none is, tell Heimdal's support.")
)

func errorf(code portal.CallCode, format string, args ...any) *portal.CallError {
	return portal.CallErrorf(code, format, args...)
}
