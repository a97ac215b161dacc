package diagnostics

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fs-client-portal/backend/desktop/doctor"
)

// Content is what a file of diagnostics is made of, before it is scrubbed.
type Content struct {
	Report doctor.Report
	// Computer are facts by name, Settings the settings with their sources, as what becomes JSON.
	Computer map[string]string
	Settings any
	// Log is the path of the log. Full files of the log are beside it.
	Log string
	At  time.Time
}

const readMe = `Diagnostics of FS Client Portal, to be sent to support.

doctor.json    what "fs-client-portal --doctor" has found on this computer
computer.json  versions of the app and of the system
settings.json  which setting comes from policy, environment, user or default
log/           the log of the app

Names, addresses and tokens were removed: […] and [address] are in their place.
`

// Zip returns the file of diagnostics.
func (s *Scrubber) Zip(c Content) ([]byte, error) {
	var content bytes.Buffer
	archive := zip.NewWriter(&content)
	computer := map[string]string{}
	for name, fact := range c.Computer {
		computer[name] = s.Text(fact)
	}
	err := errors.Join(
		add(archive, "README.txt", c.At, []byte(readMe)),
		addJSON(archive, "doctor.json", c.At, s.report(c.Report)),
		addJSON(archive, "computer.json", c.At, computer),
		s.addSettings(archive, c),
		s.addLogs(archive, c),
		archive.Close(),
	)
	return content.Bytes(), err
}

// report returns a scrubbed copy of a report.
func (s *Scrubber) report(r doctor.Report) doctor.Report {
	r.Checks = slices.Clone(r.Checks)
	for i, result := range r.Checks {
		for _, text := range []*string{&result.Finding, &result.Code, &result.Cause, &result.Remedy} {
			*text = s.Text(*text)
		}
		r.Checks[i] = result
	}
	return r
}

func (s *Scrubber) addSettings(archive *zip.Writer, c Content) error {
	text, err := json.Marshal(c.Settings)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	var settings any
	if err := json.Unmarshal(text, &settings); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return addJSON(archive, "settings.json", c.At, s.value("", settings))
}

func addJSON(archive *zip.Writer, name string, at time.Time, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return add(archive, name, at, text.Bytes())
}

func add(archive *zip.Writer, name string, at time.Time, content []byte) error {
	file, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return err
}

const (
	// logLimit is more than a file of the log has.
	logLimit = 2 << 20
	// logFiles is more than the log keeps.
	logFiles = 8
)

// addLogs adds the newest files of the log. Their names in the archive are numbers, because the files' own may be of
// another program. A file that cannot be read is left out.
func (s *Scrubber) addLogs(archive *zip.Writer, c Content) error {
	full, _ := filepath.Glob(escaped(trimExtension(c.Log)) + "-*.log")
	slices.Sort(full)
	slices.Reverse(full)
	for i, path := range append([]string{c.Log}, full[:min(len(full), logFiles)]...) {
		content, err := readEnd(path)
		if err != nil {
			continue
		}
		if err := add(archive, fmt.Sprintf("log/%d.log", i), c.At, s.Log(content)); err != nil {
			return err
		}
	}
	return nil
}

func trimExtension(path string) string { return path[:len(path)-len(filepath.Ext(path))] }

// escaped returns a path as a pattern of filepath.Glob that matches it alone. Windows has no escape, and no such names.
func escaped(path string) string {
	if os.PathSeparator == '\\' {
		return path
	}
	var pattern []rune
	for _, c := range path {
		if c == '*' || c == '?' || c == '[' || c == '\\' {
			pattern = append(pattern, '\\')
		}
		pattern = append(pattern, c)
	}
	return string(pattern)
}

// readEnd returns the last logLimit bytes of a file, from the beginning of a line.
func readEnd(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	from := max(0, info.Size()-logLimit)
	content, err := io.ReadAll(io.NewSectionReader(file, from, logLimit))
	if from > 0 {
		_, content, _ = bytes.Cut(content, []byte("\n"))
	}
	return content, err
}
