package desktop

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Limits of the stored places.
const (
	maxOwners        = 20
	maxPlaces        = 10
	maxPlaceLength   = 1000
	maxPlacesFileLen = 1 << 20
)

// Places are where a user was, as paths of screens, the latest first. They hold ids and filters, and never what was
// typed into a search or filter.
type Places struct {
	// Lists are the addresses at which lists were left.
	Lists []string `json:"lists"`
	// Opened are the details that were opened.
	Opened []string `json:"opened"`
}

// ownedPlaces are the places of one user under one grant at one API.
type ownedPlaces struct {
	APIURL  string `json:"api_url"`
	UserID  string `json:"user_id"`
	GrantID string `json:"grant_id"`
	Places
}

func (o ownedPlaces) sameOwner(other ownedPlaces) bool {
	return o.APIURL == other.APIURL && o.UserID == other.UserID && o.GrantID == other.GrantID
}

func placesFile(stateDir string) string { return filepath.Join(stateDir, "places.json") }

// Places returns where a user was under a grant, as of the last SetPlaces on this computer.
func (d *Desktop) Places(userID, grantID string) Places {
	d.files.Lock()
	defer d.files.Unlock()
	asked := ownedPlaces{APIURL: d.address(), UserID: userID, GrantID: grantID}
	for _, stored := range readPlaces(d.options.StateDir) {
		if stored.sameOwner(asked) {
			return stored.Places.bounded()
		}
	}
	return Places{}.bounded()
}

// SetPlaces stores where a user is under a grant. The places of the users and grants that were stored longest ago are
// removed.
func (d *Desktop) SetPlaces(userID, grantID string, p Places) error {
	for _, id := range []string{userID, grantID} {
		if err := checkID(id); err != nil {
			return err
		}
	}
	d.files.Lock()
	defer d.files.Unlock()
	all := []ownedPlaces{{APIURL: d.address(), UserID: userID, GrantID: grantID, Places: p.bounded()}}
	for _, stored := range readPlaces(d.options.StateDir) {
		if len(all) < maxOwners && !stored.sameOwner(all[0]) {
			all = append(all, stored)
		}
	}
	content, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return writeFile(placesFile(d.options.StateDir), append(content, '\n'))
}

// readPlaces returns nothing from a missing or damaged file.
func readPlaces(stateDir string) []ownedPlaces {
	path := placesFile(stateDir)
	if info, err := os.Stat(path); err != nil || info.Size() > maxPlacesFileLen {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var all []ownedPlaces
	if json.Unmarshal(content, &all) != nil {
		return nil
	}
	return all
}

func (p Places) bounded() Places {
	return Places{Lists: boundedPaths(p.Lists), Opened: boundedPaths(p.Opened)}
}

func boundedPaths(paths []string) []string {
	kept := []string{}
	for _, path := range paths {
		if clean, ok := withoutTyped(path); ok && len(kept) < maxPlaces {
			kept = append(kept, clean)
		}
	}
	return kept
}

// typedParameters are the parameters of lists whose values a user types: names and ids of customers and users.
var typedParameters = []string{"q", "name", "external_id", "msp_name"}

// withoutTyped returns a path without what was typed into a search or filter; false for what is not a path of a screen.
func withoutTyped(path string) (string, bool) {
	u, err := url.Parse(path)
	if err != nil || len(path) > maxPlaceLength || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	query := u.Query()
	for _, name := range typedParameters {
		query.Del(name)
	}
	u.RawQuery, u.Fragment = query.Encode(), ""
	return u.String(), true
}
