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
	UpdateChannel    string
	RootCAs          *x509.CertPool
	LogLevel         slog.Level
	// Notes are things IT may want to find in the log.
	Notes []string
}

// Sources are the places that settings are read from.
type Sources struct {
	Policy    func() (Policy, error)
	Getenv    func(string) string
	ConfigDir string
}

// setting is one value with the name its owner knows it by.
type setting struct{ name, value string }

// LoadSettings returns the settings in force. Its error names one unusable setting and its valid values.
func LoadSettings(from Sources) (Settings, error) {
	policy, err := from.Policy()
	if err != nil {
		return Settings{}, err
	}
	s := Settings{
		AllowSessionOnly: valueOr(policy.AllowSessionOnly, true),
		AllowExport:      valueOr(policy.AllowExport, true),
	}
	for _, key := range policy.Unknown {
		s.Notes = append(s.Notes, "policy key not known to this version: "+key)
	}
	err = errors.Join(
		s.setAPIURL(first(policy.APIURL, "ApiUrl", from.Getenv, "FSPORTAL_API_URL"), from.ConfigDir),
		s.setProviders(policy.Providers),
		s.setUpdateChannel(valueOr(policy.UpdateChannel, "notify")),
		s.setCAFile(first(policy.CAFile, "CaFile", from.Getenv, "FSPORTAL_CA_FILE")),
		s.setLogLevel(first(policy.LogLevel, "LogLevel", from.Getenv, "FSPORTAL_LOG")),
	)
	if err != nil {
		// The first unusable setting is enough to act on.
		line, _, _ := strings.Cut(err.Error(), "\n")
		return Settings{}, errors.New(line)
	}
	return s, nil
}

func valueOr[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// first returns policy's value, otherwise the environment's. An empty variable counts as none.
func first(policy *string, key string, getenv func(string) string, variable string) *setting {
	if policy != nil {
		return &setting{"policy key " + key, *policy}
	}
	if value := getenv(variable); value != "" {
		return &setting{variable, value}
	}
	return nil
}

func (s *Settings) setAPIURL(given *setting, configDir string) error {
	if given != nil {
		checked, err := CheckAPIURL(given.value)
		if err != nil {
			return fmt.Errorf("%s must be the https address of the portal's API, or http on loopback: %s",
				given.name, ProblemOf(err).Message)
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

func (s *Settings) setProviders(names []string) error {
	if names == nil {
		return nil
	}
	for _, name := range names {
		if !knownProvider(name) {
			return fmt.Errorf("policy key Providers must be %s", policyKeys["Providers"])
		}
	}
	if len(names) == 0 {
		return errors.New("policy key Providers must name at least one of google and entra")
	}
	s.Providers = slices.Compact(slices.Sorted(slices.Values(names)))
	return nil
}

func knownProvider(name string) bool {
	return name == string(portal.Google) || name == string(portal.Entra)
}

func (s *Settings) setUpdateChannel(channel string) error {
	if !slices.Contains([]string{"off", "notify", "auto"}, channel) {
		return fmt.Errorf("policy key UpdateChannel must be %s", policyKeys["UpdateChannel"])
	}
	s.UpdateChannel = channel
	return nil
}

func (s *Settings) setCAFile(given *setting) error {
	if given == nil {
		return nil
	}
	content, err := readCAFile(given.value)
	if err != nil {
		return fmt.Errorf("%s must be the path of a readable file of certificates: %w", given.name, err)
	}
	found := readCertificates(content, time.Now())
	if len(found.usable) == 0 {
		return fmt.Errorf("%s must be a file with at least one certificate that can be used, as PEM, DER or PKCS#7: %s: %s",
			given.name, given.value, strings.Join(found.notes, "; "))
	}
	for _, note := range found.notes {
		s.Notes = append(s.Notes, fmt.Sprintf("%s %s: %s", given.name, given.value, note))
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

func (s *Settings) setLogLevel(given *setting) error {
	if given == nil {
		return nil
	}
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	level, known := levels[given.value]
	if !known {
		return fmt.Errorf("%s must be debug, info, warn or error", given.name)
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
