package portal

import (
	"strings"
	"time"
)

// Organisation is the viewer's MSSP and what its administrators can set.
type Organisation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	TimeZone string `json:"time_zone" doc:"IANA name of the zone that today, expiry and the days of the trend are in."`
	// TimeZones are all the zones that can be chosen.
	TimeZones []string `json:"time_zones" nullable:"false" doc:"The zones that can be chosen, sorted."`
}

// OrganisationChange changes an organisation; absent members stay as they are.
type OrganisationChange struct {
	TimeZone *string `json:"time_zone,omitempty" maxLength:"64"`
}

// DefaultTimeZone is an MSSP's zone until an administrator chooses one.
const DefaultTimeZone = "UTC"

// CheckTimeZone returns an Invalid error naming time_zone unless name is UTC or an IANA name such as Europe/Copenhagen.
func CheckTimeZone(name string) error {
	if KnownTimeZone(name) {
		return nil
	}
	return UnknownTimeZone(name)
}

// UnknownTimeZone returns the error for a zone that the portal does not know.
func UnknownTimeZone(name string) error {
	return InvalidField("time_zone", "There is no time zone %q. Name one as Area/City, such as Europe/Copenhagen, or UTC.", name)
}

// KnownTimeZone reports whether name is UTC or an IANA name with an area. Short names such as CET are refused:
// PostgreSQL reads them as abbreviations without summer time.
func KnownTimeZone(name string) bool {
	area, _, found := strings.Cut(name, "/")
	if name != DefaultTimeZone && (!found || area == "posix" || area == "right") {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
