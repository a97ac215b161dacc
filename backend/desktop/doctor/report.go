package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Status is the outcome of a check.
type Status string

// A warning does not keep the app from working. What is skipped could not be checked, or does not apply.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Result is the outcome of one check. A warning or failure has a Code for programs, a Cause and a Remedy.
type Result struct {
	Check   string `json:"check"`
	Status  Status `json:"status"`
	Finding string `json:"finding"`
	Code    string `json:"code,omitempty"`
	Cause   string `json:"cause,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
}

// Fault is why a check did not succeed, and what to do.
type Fault struct{ Code, Cause, Remedy string }

// Good returns the Result of a check that succeeded.
func Good(check, finding string) Result { return Result{Check: check, Status: OK, Finding: finding} }

// Skip returns the Result of a check that was not made, and why.
func Skip(check, why string) Result { return Result{Check: check, Status: Skipped, Finding: why} }

// Fail returns the Result of a check that failed.
func Fail(check, finding string, f Fault) Result {
	return Result{Check: check, Status: Failed, Finding: finding, Code: f.Code, Cause: f.Cause, Remedy: f.Remedy}
}

// Warn returns the Result of a check that found what does not keep the app from working.
func Warn(check, finding string, f Fault) Result {
	result := Fail(check, finding, f)
	result.Status = Warning
	return result
}

// Report has the results of all checks, always in the same order.
type Report struct {
	Version  string   `json:"version"`
	Commit   string   `json:"commit"`
	Platform string   `json:"platform"`
	OK       bool     `json:"ok"`
	Checks   []Result `json:"checks"`
}

// WriteJSON writes the report as one JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// textWidth is the width of a terminal by default.
const textWidth = 100

// WriteText writes the report as a table for people.
func (r Report) WriteText(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "FS Client Portal %s %s %s\n\n", r.Version, r.Commit, r.Platform)
	column := 0
	for _, result := range r.Checks {
		column = max(column, len(titleOf(result.Check)))
	}
	for _, result := range r.Checks {
		head := fmt.Sprintf("%-8s %-*s  ", result.Status, column, titleOf(result.Check))
		indent := strings.Repeat(" ", len(head))
		writeWrapped(&text, head, indent, result.Finding)
		for _, part := range []struct{ name, text string }{{"Cause:  ", result.Cause}, {"Remedy: ", result.Remedy}} {
			if part.text != "" {
				writeWrapped(&text, indent+part.name, indent+"        ", part.text)
			}
		}
	}
	text.WriteString("\n" + r.summary() + "\n")
	_, err := io.WriteString(w, text.String())
	return err
}

func (r Report) summary() string {
	counts := map[Status]int{}
	for _, result := range r.Checks {
		counts[result.Status]++
	}
	return fmt.Sprintf("ok: %d, warning: %d, failed: %d, skipped: %d", counts[OK], counts[Warning], counts[Failed], counts[Skipped])
}

// writeWrapped writes the words of text in lines of textWidth, the first one after head, the others after indent.
func writeWrapped(to *strings.Builder, head, indent, text string) {
	line := head
	for word := range strings.FieldsSeq(text) {
		if line != head && line != indent && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth {
			to.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		if line != head && line != indent {
			line += " "
		}
		line += word
	}
	to.WriteString(strings.TrimRight(line, " ") + "\n")
}
