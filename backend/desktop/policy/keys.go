package policy

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

// Names of the keys.
const (
	APIURL            = "ApiUrl"
	Providers         = "Providers"
	AllowSessionOnly  = "AllowSessionOnly"
	AllowExport       = "AllowExport"
	ManagedByName     = "ManagedByName"
	ManagedByURL      = "ManagedByUrl"
	CAFile            = "CaFile"
	LogLevel          = "LogLevel"
	UpdateChannel     = "UpdateChannel"
	AllowOfflineCache = "AllowOfflineCache"
)

// Kind is the type of a key's value.
type Kind string

const (
	Text    Kind = "text"
	Path    Kind = "path"
	Boolean Kind = "boolean"
	Choice  Kind = "choice"
	List    Kind = "list"
)

// Key is one setting of a policy. The app's reader, the files for IT and the README's table are made from it.
type Key struct {
	Name string
	Kind Kind
	// Form says which texts are valid, for the kinds Text and Path.
	Form string
	// Choices are the values of a Choice, or of the entries of a List.
	Choices []string
	// Default is the value without a policy, a bool or a string; nil for none.
	Default any
	// Environment is the variable that is read without a policy, "" for none.
	Environment string
	// Example is a value for samples: a bool, a string or a list of strings.
	Example any
	// Since is the first version of the app with this key.
	Since string
	// Reserved is set for a key whose value is checked and has no effect yet.
	Reserved bool
	Title    Words
	Help     Words
}

// Words is a text for administrators, in the languages of the files for IT.
type Words struct{ English, German string }

// Keys are all keys, in the order in which administrators see them.
var Keys = []Key{
	{
		Name: APIURL, Kind: Text, Form: "the https address of the portal's API", Environment: "FSPORTAL_API_URL",
		Example: "https://portal.example.com", Since: "0.1.0",
		Title: Words{"Address of the portal", "Adresse des Portals"},
		Help: Words{
			"The address of the portal's API: https, or http on loopback. Without it the first screen asks the user.",
			"Die Adresse der API des Portals: https, oder http auf dem eigenen Rechner. Ohne sie fragt der erste Bildschirm danach.",
		},
	},
	{
		Name: Providers, Kind: List, Choices: []string{string(portal.Google), string(portal.Entra)},
		Example: []string{string(portal.Entra)}, Since: "0.1.0",
		Title: Words{"Ways to sign in", "Wege der Anmeldung"},
		Help: Words{
			"Which sign-in buttons are shown; any other way to sign in is refused. Without it all that the portal has are shown.",
			"Welche Schaltflächen zur Anmeldung erscheinen; jeder andere Weg wird abgelehnt. Ohne diese Einstellung erscheinen alle, " +
				"die das Portal hat.",
		},
	},
	{
		Name: AllowSessionOnly, Kind: Boolean, Default: true, Example: false, Since: "0.1.0",
		Title: Words{"Sign-in without a keyring", "Anmeldung ohne Schlüsselbund"},
		Help: Words{
			"Whether users without a usable keyring may sign in until the app closes. A notice tells them.",
			"Ob Benutzer ohne nutzbaren Schlüsselbund sich bis zum Schließen der App anmelden dürfen. Ein Hinweis sagt es ihnen.",
		},
	},
	{
		Name: AllowExport, Kind: Boolean, Default: true, Example: false, Since: "0.1.0",
		Title: Words{"Export of lists", "Export von Listen"},
		Help: Words{
			"Whether lists may be saved as files. Where they may not, the app refuses, and its buttons explain why.",
			"Ob Listen als Dateien gespeichert werden dürfen. Andernfalls lehnt die App es ab, und ihre Schaltflächen erklären, warum.",
		},
	},
	{
		Name: ManagedByName, Kind: Text, Form: "a name of at most 100 visible characters",
		Example: "Example IT", Since: "0.1.0",
		Title: Words{"Name of the managing organisation", "Name der verwaltenden Organisation"},
		Help: Words{
			"Who manages this computer, at most 100 characters. It is shown beside settings that the user cannot change.",
			"Wer diesen Computer verwaltet, höchstens 100 Zeichen. Der Name erscheint neben Einstellungen, die der Benutzer nicht " +
				"ändern kann.",
		},
	},
	{
		Name: ManagedByURL, Kind: Text, Form: "the address of a page: https, at most 300 characters, without a query",
		Example: "https://it.example.com/portal", Since: "0.1.0",
		Title: Words{"Page of the managing organisation", "Seite der verwaltenden Organisation"},
		Help: Words{
			"A page for questions about these settings: https, without a query. It is shown beside ManagedByName and opens in the " +
				"system's browser.",
			"Eine Seite für Fragen zu diesen Einstellungen: https, ohne Abfrageteil. Sie erscheint neben ManagedByName und öffnet " +
				"sich im Browser des Systems.",
		},
	},
	{
		Name: CAFile, Kind: Path, Form: "the path of a file of certificates", Environment: "FSPORTAL_CA_FILE",
		Example: "/etc/ssl/certs/example-ca.pem", Since: "0.1.0",
		Title: Words{"Further trusted certificates", "Weitere vertrauenswürdige Zertifikate"},
		Help: Words{
			"A file of certificates that are trusted for the portal, in addition to the system's: PEM (UTF-8 or UTF-16), DER or " +
				"PKCS#7, or several of these joined.",
			"Eine Datei mit Zertifikaten, denen für das Portal zusätzlich zu denen des Systems vertraut wird: PEM (UTF-8 oder " +
				"UTF-16), DER oder PKCS#7, oder mehrere davon aneinandergehängt.",
		},
	},
	{
		Name: LogLevel, Kind: Choice, Choices: []string{"debug", "info", "warn", "error"}, Default: "info",
		Environment: "FSPORTAL_LOG", Example: "warn", Since: "0.1.0",
		Title: Words{"Detail of the log", "Ausführlichkeit des Protokolls"},
		Help: Words{
			"From which level on events are written to the log file in the user's state folder.",
			"Ab welcher Stufe Ereignisse in die Protokolldatei im Statusordner des Benutzers geschrieben werden.",
		},
	},
	{
		Name: UpdateChannel, Kind: Choice, Choices: []string{"off", "notify", "auto"}, Default: "notify",
		Example: "off", Since: "0.1.0", Reserved: true,
		Title: Words{"Updates", "Aktualisierungen"},
		Help: Words{
			"Whether the app looks for updates, and whether it installs them.",
			"Ob die App nach Aktualisierungen sucht, und ob sie diese installiert.",
		},
	},
	{
		Name: AllowOfflineCache, Kind: Boolean, Default: true, Example: false, Since: "0.1.0", Reserved: true,
		Title: Words{"Lists while offline", "Listen ohne Verbindung"},
		Help: Words{
			"Whether the lists that were seen last are kept, encrypted, for reading offline.",
			"Ob die zuletzt gesehenen Listen verschlüsselt aufbewahrt werden, um sie ohne Verbindung zu lesen.",
		},
	},
}

func keyNamed(name string) (key Key, known bool) {
	at := slices.IndexFunc(Keys, func(k Key) bool { return k.Name == name })
	if at < 0 {
		return Key{}, false
	}
	return Keys[at], true
}

// Values describes the valid values: "true or false".
func (k Key) Values() string {
	switch k.Kind {
	case Boolean:
		return "true or false"
	case Choice:
		return quoted(k.Choices, "or")
	case List:
		return "a list of " + quoted(k.Choices, "and")
	default:
		return "a string, " + k.Form
	}
}

// quoted joins values as in a sentence: "off", "notify" or "auto".
func quoted(values []string, last string) string {
	inQuotes := make([]string, len(values))
	for n, value := range values {
		inQuotes[n] = `"` + value + `"`
	}
	end := len(values) - 1
	return strings.Join(inQuotes[:end], ", ") + " " + last + " " + inQuotes[end]
}

// nearest returns the key that a misspelt name most likely means, "" for none.
func nearest(name string) string {
	best, found := "", 3
	for _, key := range Keys {
		if distance := edits(strings.ToLower(name), strings.ToLower(key.Name)); distance < found {
			best, found = key.Name, distance
		}
	}
	return best
}

// edits returns how many letters must be added, removed or replaced to turn one text into another.
func edits(from, to string) int {
	row := make([]int, len(to)+1)
	for column := range row {
		row[column] = column
	}
	for n := range len(from) {
		diagonal := row[0]
		row[0] = n + 1
		for column := range len(to) {
			replaced := diagonal
			if from[n] != to[column] {
				replaced++
			}
			diagonal = row[column+1]
			row[column+1] = min(replaced, row[column]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
