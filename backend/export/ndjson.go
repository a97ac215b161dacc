package export

import (
	"bytes"
	"encoding/json"
	"io"

	"fs-client-portal/backend/portal"
)

// ndjsonWriter writes one JSON object a line, with the members of the API's own JSON. Rows of two kinds have the member
// kind as well.
type ndjsonWriter struct {
	out    io.Writer
	layout Layout
	line   bytes.Buffer
}

func (w *ndjsonWriter) Row(row portal.ExportRow) error {
	w.line.Reset()
	w.line.WriteByte('{')
	if w.layout.withClients {
		w.member("kind", kindOf(row))
	}
	for _, c := range w.layout.Columns {
		w.member(c.Name, c.value(row))
	}
	w.line.WriteString("}\n")
	_, err := w.out.Write(w.line.Bytes())
	return err
}

func kindOf(row portal.ExportRow) string {
	switch {
	case row.Direct != nil:
		return "directly_under_mssp"
	case row.MSP != nil:
		return "msp"
	}
	return "client"
}

func (w *ndjsonWriter) member(name string, value any) {
	if w.line.Len() > 1 {
		w.line.WriteByte(',')
	}
	w.line.WriteString(`"` + name + `":`)
	encoder := json.NewEncoder(&w.line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // texts, numbers and times always encode
	}
	w.line.Truncate(w.line.Len() - 1) // Encode ends with a line break
}

func (w *ndjsonWriter) Finish() error { return nil }

func (w *ndjsonWriter) Discard() {}
