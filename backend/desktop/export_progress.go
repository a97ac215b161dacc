package desktop

import (
	"bytes"
	"time"

	"fs-client-portal/backend/portal"
)

// progressEvery is the shortest time between two reports.
const progressEvery = 200 * time.Millisecond

// exportProgress counts what is received of an export, and reports it. A proxy may end a response that was broken off as
// if it were whole, so the file itself must show that it is: by the number of its rows, or by its last bytes.
type exportProgress struct {
	format   portal.ExportFormat
	total    int64
	emit     func(ExportProgress)
	stopped  func() error
	bytes    int64
	lines    int64
	quoted   bool
	tail     []byte
	reported time.Time
}

// newProgress returns nil for an unknown format.
func newProgress(format portal.ExportFormat) *exportProgress {
	switch format {
	case portal.ExportCSV, portal.ExportXLSX, portal.ExportNDJSON:
		return &exportProgress{format: format}
	}
	return nil
}

func (p *exportProgress) Write(part []byte) (int, error) {
	if err := p.stopped(); err != nil {
		return 0, err
	}
	p.bytes += int64(len(part))
	switch p.format {
	case portal.ExportCSV:
		p.countRecords(part)
	case portal.ExportNDJSON:
		p.lines += int64(bytes.Count(part, []byte{'\n'}))
	}
	p.tail = append(p.tail, part[max(0, len(part)-endOfArchive):]...)
	p.tail = p.tail[max(0, len(p.tail)-endOfArchive):]
	if now := time.Now(); now.Sub(p.reported) >= progressEvery {
		p.reported = now
		p.emit(ExportProgress{Rows: p.rows(), Total: p.total, Bytes: p.bytes})
	}
	return len(part), nil
}

// countRecords counts the line breaks outside of quotes. A quote within a quoted cell is doubled.
func (p *exportProgress) countRecords(part []byte) {
	for _, b := range part {
		switch {
		case b == '"':
			p.quoted = !p.quoted
		case b == '\n' && !p.quoted:
			p.lines++
		}
	}
}

// rows returns how many rows were received, as far as the format shows it.
func (p *exportProgress) rows() int64 {
	switch p.format {
	case portal.ExportCSV:
		return max(0, p.lines-1) // the header
	case portal.ExportNDJSON:
		return p.lines
	}
	return 0
}

// endOfArchive is the length of the record that ends a ZIP archive without a comment.
const endOfArchive = 22

// complete reports whether the file is whole.
func (p *exportProgress) complete() bool {
	if p.format == portal.ExportXLSX {
		return len(p.tail) == endOfArchive && bytes.HasPrefix(p.tail, []byte("PK\x05\x06"))
	}
	header := p.format == portal.ExportCSV
	return p.rows() == p.total && !p.quoted && (!header || p.lines > 0) && (p.bytes == 0 || p.tail[len(p.tail)-1] == '\n')
}
