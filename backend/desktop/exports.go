package desktop

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"fs-client-portal/backend/portal"
)

// Exported is a file that an export has saved.
type Exported struct {
	Name   string `json:"name"`
	Folder string `json:"folder"`
	Rows   int64  `json:"rows"`
	// DataAsOf is when the data was last good.
	DataAsOf *time.Time `json:"data_as_of" ts_type:"string"`
}

// exports is the export that is running; there is one at a time.
type exports struct {
	mu     sync.Mutex
	cancel context.CancelCauseFunc
	done   chan struct{}
	// leftover removes what an app that was killed has left.
	leftover sync.Once
}

// begin makes an export the running one. The caller must call end.
func (e *exports) begin(ctx context.Context) (running context.Context, end func(), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cancel != nil {
		return nil, nil, problem(portal.Conflict, "Another export is still running. Wait for its end, or cancel it.")
	}
	running, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	e.cancel, e.done = cancel, done
	return running, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		cancel(nil)
		e.cancel = nil
		close(done)
	}, nil
}

// stop ends the running export, if any, for this reason, and waits until its file is removed.
func (e *exports) stop(reason error) {
	e.mu.Lock()
	cancel, done := e.cancel, e.done
	e.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel(reason)
	select {
	case <-done:
	case <-time.After(closeWait): // the file dialog may be open; nothing is written before it closes
	}
}

// ExportClients saves the clients that match a query to a file that the user chooses. asOf is the age of the data that
// the screen shows, for the file's name. The code is cancelled if the user cancels, policy if IT forbids exports.
func (d *Desktop) ExportClients(ctx context.Context, q portal.ClientExport, asOf string) (Exported, error) {
	return d.export(ctx, exportCall{
		path: "/v1/clients/export", query: queryOf(q), selection: q.Selection(), format: portal.ExportFormat(q.Format),
		name: exportName("clients", q.ClientFilter, asOf, q.Format),
	})
}

// ExportMSPs saves MSPs as ExportClients saves clients.
func (d *Desktop) ExportMSPs(ctx context.Context, q portal.MSPExport, asOf string) (Exported, error) {
	list := "msps"
	if q.WithTheirClients() {
		list = "msps-with-clients"
	}
	return d.export(ctx, exportCall{
		path: "/v1/msps/export", query: queryOf(q), selection: q.Selection(), format: portal.ExportFormat(q.Format),
		name: exportName(list, q.MSPFilter, asOf, q.Format),
	})
}

func exportName(list string, filter any, asOf, format string) string {
	var at *time.Time
	if parsed, err := time.Parse(time.RFC3339, asOf); err == nil {
		at = &parsed
	}
	return portal.ExportName(list, portal.ExportFilter(filter, ""), at, portal.ExportFormat(format))
}

// CancelExport ends the running export, whose file is removed; without one it does nothing.
func (d *Desktop) CancelExport() error {
	d.exports.stop(problem(Cancelled, "Cancelled."))
	return nil
}

type exportCall struct {
	path      string
	query     url.Values
	selection portal.Selection
	format    portal.ExportFormat
	name      string
}

// request sends a selection in the query, which every version of the API reads, or in the body if it does not fit.
func (c exportCall) request() request {
	if c.selection.InQuery() {
		return request{method: http.MethodGet, path: c.path, query: c.query}
	}
	c.query.Del("ids")
	return request{method: http.MethodPost, path: c.path, query: c.query, body: c.selection}
}

func (d *Desktop) export(ctx context.Context, call exportCall) (Exported, error) {
	current, err := d.exportEndpoint(call.format)
	if err != nil {
		return Exported{}, err
	}
	ctx, end, err := d.exports.begin(ctx)
	if err != nil {
		return Exported{}, err
	}
	defer end()
	file, err := d.chooseExportFile(ctx, call)
	if err != nil {
		return Exported{}, err
	}
	defer file.discard()
	result, err := d.receive(ctx, current, call, file)
	if err != nil {
		return Exported{}, d.exportProblem(ctx, current, err)
	}
	result.Name, result.Folder = filepath.Base(file.path), filepath.Dir(file.path)
	return result, nil
}

// exportEndpoint returns the API to export from, or why the user may not export in a format now.
func (d *Desktop) exportEndpoint(format portal.ExportFormat) (*endpoint, error) {
	if !d.options.Settings.AllowExport {
		return nil, problem(PolicyForbids, "Your organisation does not allow exports on this computer.")
	}
	if newProgress(format) == nil {
		return nil, problem(portal.Invalid, "This format is not known.")
	}
	current, err := d.currentEndpoint()
	if err != nil {
		return nil, err
	}
	if current.session.currentAccess() == "" {
		return nil, signedOut()
	}
	return current, nil
}

// chooseExportFile returns a new file in place of the one that the user chooses. The caller must discard it.
func (d *Desktop) chooseExportFile(ctx context.Context, call exportCall) (*exportFile, error) {
	path, err := d.options.ChooseFile(call.name)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	case path == "":
		return nil, problem(Cancelled, "Cancelled.")
	}
	d.removeUnfinishedExport()
	file, err := newExportFile(path, call.format, unfinishedExportIn(d.options.StateDir))
	if err == nil && d.options.disk != nil {
		file.out = d.options.disk(file.out)
	}
	return file, err
}

// receive downloads the export into the file, which replaces an earlier one only when it is complete.
func (d *Desktop) receive(ctx context.Context, e *endpoint, call exportCall, file *exportFile) (Exported, error) {
	var result Exported
	endings := e.session.endCount()
	sent := call.request()
	sent.save = func(header http.Header, body io.Reader) error {
		total, err := strconv.ParseInt(header.Get(portal.ExportTotalHeader), 10, 64)
		if err != nil || header.Get(portal.APIHeader) == "" {
			return notOurAPI()
		}
		progress := newProgress(call.format)
		progress.total, progress.emit = total, func(p ExportProgress) { d.options.Emit(EventExportProgress, p) }
		progress.stopped = func() error {
			if e.session.endCount() != endings {
				return signedOut()
			}
			return context.Cause(ctx)
		}
		if _, err := io.Copy(io.MultiWriter(progress, file), body); err != nil {
			return err
		}
		if !progress.complete() {
			return io.ErrUnexpectedEOF
		}
		result.Rows = total
		if at, err := time.Parse(time.RFC3339, header.Get(portal.ExportAgeHeader)); err == nil {
			result.DataAsOf = &at
		}
		return nil
	}
	if err := e.session.call(ctx, sent); err != nil {
		return Exported{}, err
	}
	if err := context.Cause(ctx); err != nil {
		return Exported{}, err
	}
	return result, file.commit()
}

// exportProblem returns why an export failed: the reason of its cancellation, or of a session that has ended meanwhile.
func (d *Desktop) exportProblem(ctx context.Context, e *endpoint, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !hasCode(err, Interrupted) {
		return err
	}
	// The API breaks the transfer off when the session has ended, and has said why nowhere yet.
	checking, cancel := context.WithTimeout(ctx, logoutWait)
	defer cancel()
	if ended := e.get(checking, "/v1/me", nil, new(portal.Me)); ended != nil && final(ended) {
		return ended
	}
	return err
}

// errInterrupted is the error of a transfer that ended early.
func errInterrupted() *Problem {
	return problem(Interrupted, "The connection broke before the file was complete. Nothing was saved. Try again.")
}

// fileError marks an error of the file, as opposed to one of the transfer.
type fileError struct{ error }

func (e fileError) Unwrap() error { return e.error }

func isFileError(err error) bool { return errors.As(err, new(fileError)) }
