// Package doctor checks whether a computer can run the app. A Check has one or more named Results; Run makes all checks
// side by side and returns a Report, as text for people or as JSON for programs. The checks in this package are those
// that need nothing else of the app; package desktop adds those of its settings, the keyring and the API.
package doctor
