package desktop

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fs-client-portal/backend/desktop/policy"
	"fs-client-portal/backend/portal"
)

// Settings are the settings in force: for each the first of policy, environment, the user's own choice and the default.
type Settings struct {
	APIURL string
	// APIURLManaged means that policy or environment set APIURL, so that the user cannot.
	APIURLManaged    bool
	Providers        []string
	AllowSessionOnly bool
	AllowExport      bool
	// ManagedByName and ManagedByURL say who manages this computer, "" where policy does not.
	ManagedByName, ManagedByURL string

	RootCAs  *x509.CertPool
	LogLevel slog.Level
	// Notes are things IT may want to find in the log.
	Notes []string
}

// Sources are the places that settings are read from.
type Sources struct {
	Policy    func() (policy.Policy, error)
	Getenv    func(string) string
	ConfigDir string
}

// LoadSettings returns the settings in force. Its error names one unusable setting and its valid values.
func LoadSettings(from Sources) (Settings, error) {
	p, err := from.Policy()
	if err != nil {
		return Settings{}, err
	}
	text := func(key string) policy.Setting { return p.Text(key, from.Getenv) }
	s := Settings{
		Providers:        p.List(policy.Providers),
		AllowSessionOnly: p.Bool(policy.AllowSessionOnly),
		AllowExport:      p.Bool(policy.AllowExport),
		Notes:            slices.Clone(p.Notes),
	}
	err = errors.Join(
		s.setAPIURL(text(policy.APIURL), from.ConfigDir),
		s.setManagedByName(text(policy.ManagedByName)),
		s.setManagedByURL(text(policy.ManagedByURL)),
		s.setCAFile(text(policy.CAFile)),
		s.setLogLevel(text(policy.LogLevel)),
	)
	if err != nil {
		// The first unusable setting is enough to act on.
		line, _, _ := strings.Cut(err.Error(), "\n")
		return Settings{}, errors.New(line)
	}
	return s, nil
}

func (s *Settings) setAPIURL(given policy.Setting, configDir string) error {
	if given.Value != "" {
		checked, err := CheckAPIURL(given.Value)
		if err != nil {
			return fmt.Errorf("%s must be the https address of the portal's API, or http on loopback: %s",
				given.Name, ProblemOf(err).Message)
		}
		s.APIURL, s.APIURLManaged = checked, true
		return nil
	}
	chosen, err := readChoice(configDir)
	if err != nil {
		// An unusable choice of the user is ignored; the user is asked again.
		s.Notes = append(s.Notes, "the user's choice was not usable: "+err.Error())
		return nil
	}
	s.APIURL = chosen
	return nil
}

func knownProvider(name string) bool {
	return name == string(portal.Google) || name == string(portal.Entra)
}

func (s *Settings) setCAFile(given policy.Setting) error {
	if given.Value == "" {
		return nil
	}
	content, err := readCAFile(given.Value)
	if err != nil {
		return fmt.Errorf("%s must be the path of a readable file of certificates: %w", given.Name, err)
	}
	found := readCertificates(content, time.Now())
	if len(found.usable) == 0 {
		return fmt.Errorf("%s must be a file with at least one certificate that can be used, as PEM, DER or PKCS#7: %s: %s",
			given.Name, given.Value, strings.Join(found.notes, "; "))
	}
	for _, note := range found.notes {
		s.Notes = append(s.Notes, fmt.Sprintf("%s %s: %s", given.Name, given.Value, note))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, certificate := range found.usable {
		pool.AddCert(certificate)
	}
	s.RootCAs = pool
	return nil
}

// caFileLimit is many times the size of all public authorities.
const caFileLimit = 16 << 20

func readCAFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, caFileLimit+1))
	if err == nil && len(content) > caFileLimit {
		err = fmt.Errorf("%s is larger than %d MiB", path, caFileLimit>>20)
	}
	return content, err
}

func (s *Settings) setLogLevel(given policy.Setting) error {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	level, known := levels[given.Value]
	if !known {
		return fmt.Errorf("%s must be debug, info, warn or error", given.Name)
	}
	s.LogLevel = level
	return nil
}

// CheckAPIURL returns the API's address in normal form. It must be https; http is accepted for loopback, where the
// traffic does not leave the computer.
func CheckAPIURL(raw string) (string, error) {
	u, fault := checkedAddress(strings.Trim(raw, " \t\r\n"))
	if fault != "" {
		p := problem(portal.Invalid, "That is not the address of an API: "+fault+". It looks like https://portal.example.com.")
		p.Field = "url"
		return "", p
	}
	if u.Scheme == "http" && !portal.Loopback(u.Hostname()) {
		p := problem(InsecureAPIURL, "The address must begin with https:// so that nobody on the way can read along.")
		p.Field = "url"
		return "", p
	}
	address, ok := normalAddress(u)
	if !ok {
		p := problem(portal.Invalid, "That is not the address of an API: its host is no name. It looks like https://portal.example.com.")
		p.Field = "url"
		return "", p
	}
	return address, nil
}

type choice struct {
	APIURL string `json:"api_url"`
}

func choiceFile(configDir string) string { return filepath.Join(configDir, "settings.json") }

func readChoice(configDir string) (string, error) {
	content, err := os.ReadFile(choiceFile(configDir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var c choice
	if err := json.Unmarshal(content, &c); err != nil {
		return "", err
	}
	if c.APIURL == "" {
		return "", nil
	}
	return CheckAPIURL(c.APIURL)
}

func writeChoice(configDir, apiURL string) error {
	content, err := json.Marshal(choice{APIURL: apiURL})
	if err != nil {
		return err
	}
	return writeFile(choiceFile(configDir), append(content, '\n'))
}
