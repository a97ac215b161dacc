package heimdal

import (
	"fs-client-portal/backend/connector"
)

const (
	// checkBaseURL ends an error that a wrong base URL may cause.
	checkBaseURL = "Check the base URL; if it is right, " + tellSupport + "."
	// chooseField ends an error that the field map can resolve.
	chooseField = "Choose under Fields which field of " + product + "'s response is the "
)

// The errors that are compared with errors.Is, or returned in several places.
var (
	errWebPage = errorf(connector.Garbage, "A web page came back instead of data. A proxy or a sign-in wall may be in the way, or the "+
		"base URL is wrong. Check both.")
	errLarge    = errorf(connector.Oversized, "The response is larger than the portal accepts. Tell the portal's support.")
	errHeavy    = errorf(connector.Oversized, "One customer in the response is larger than the portal accepts. Tell %s's support.", product)
	errDeep     = errorf(connector.Garbage, "The response is nested too deep to be customers. "+checkBaseURL)
	errShape    = errorf(connector.Garbage, "The response is JSON, but not in any shape known for customers. "+checkBaseURL)
	errTwoLists = errorf(connector.Garbage, "The response holds two lists, and the portal cannot know which are the customers. "+
		"Tell %s's support.", product)
	errEmpty  = errorf(connector.Garbage, "The response is empty. The next run tries again; if it stays so, check the base URL.")
	errSyntax = errorf(connector.Garbage, "The response is not valid JSON. The next run tries again; if it stays so, check the base URL and "+
		"any proxy on the way.")
	errTrailing = errorf(connector.Garbage, "Something follows the end of the response. The next run tries again; if it stays so, %s.",
		tellSupport)
	errEncoding = errorf(connector.Garbage, "The response is not UTF-8 throughout, so names in it would be wrong. Tell %s's support.",
		product)
	errUTF16 = errorf(connector.Garbage, "The response is in UTF-16; the portal reads UTF-8. Check any proxy on the way, "+
		"and %s.", tellSupport)
	errNoObject = errorf(connector.Garbage, "The response holds something that is not a customer. "+checkBaseURL)
	errLongID   = errorf(connector.Garbage, "The response holds a customer whose id is longer than the portal accepts. "+checkBaseURL)
	errNoID     = errorf(connector.Unmapped, "The response holds a customer without an id that the portal can read. "+chooseField+
		"customer id. If none is, check the base URL.")
	errNoContent = errorf(connector.Garbage, "%s responded with status 204 instead of customers. %s", product, checkBaseURL)
	errProxy     = errorf(connector.Refused, "A proxy on the way asks who this server is (status 407). Check this server's proxy settings.")
	errUntyped   = errorf(connector.Unmapped, "No customer in the response has a type that the portal can read, so MSPs cannot be told from "+
		"clients. %stype. If none is, %s.", chooseField, tellSupport)
)

func errorf(code connector.CallCode, format string, args ...any) *connector.CallError {
	return connector.CallErrorf(code, format, args...)
}

// incompletef returns the error for customers that are not all there.
func incompletef(format string, args ...any) error {
	e := errorf(connector.Incomplete, format, args...)
	e.Detail += " Nothing of it was saved; the next run tries again. If it stays so, " + tellSupport + "."
	return e
}
