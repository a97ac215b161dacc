package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/export"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	// exportWrite is how long the receiver of an export may take for what the server has buffered.
	exportWrite = 30 * time.Second
	// exportWait is the Retry-After of an export that must wait for others.
	exportWait = 5 * time.Second
	// exportCheck is how often a running export checks that its viewer may still read.
	exportCheck = time.Second
	// exportAudit limits the time for the last row of the audit log, after the receiver may have disconnected.
	exportAudit = 10 * time.Second
	// exportDrain is how long an export may go on while the server stops.
	exportDrain = 15 * time.Second
)

type clientExportInput struct{ portal.ClientExport }

func (s *server) exportClients(ctx context.Context, in *clientExportInput) (*huma.StreamResponse, error) {
	return s.startClientExport(ctx, in.ClientExport)
}

type selectedClientsInput struct {
	portal.ClientExport
	Body portal.Selection
}

// exportSelectedClients is exportClients with a selection that may not fit into a query.
func (s *server) exportSelectedClients(ctx context.Context, in *selectedClientsInput) (*huma.StreamResponse, error) {
	in.IDs, in.Except = in.Body.IDs, in.Body.Except
	return s.startClientExport(ctx, in.ClientExport)
}

func (s *server) startClientExport(ctx context.Context, q portal.ClientExport) (*huma.StreamResponse, error) {
	layout, err := export.Clients(q.Columns)
	if err != nil {
		return nil, err
	}
	job := newExport(s, ctx, layout, q.ExportOptions, q.ClientFilter, q.Sort)
	job.read = func(ctx context.Context, to postgres.ExportSink) error {
		return s.DB.ExportClients(ctx, job.viewer, q, to)
	}
	return job.start()
}

type mspExportInput struct{ portal.MSPExport }

func (s *server) exportMSPs(ctx context.Context, in *mspExportInput) (*huma.StreamResponse, error) {
	return s.startMSPExport(ctx, in.MSPExport)
}

type selectedMSPsInput struct {
	portal.MSPExport
	Body portal.Selection
}

// exportSelectedMSPs is exportMSPs with a selection that may not fit into a query.
func (s *server) exportSelectedMSPs(ctx context.Context, in *selectedMSPsInput) (*huma.StreamResponse, error) {
	in.IDs, in.Except = in.Body.IDs, in.Body.Except
	return s.startMSPExport(ctx, in.MSPExport)
}

func (s *server) startMSPExport(ctx context.Context, q portal.MSPExport) (*huma.StreamResponse, error) {
	layout, err := export.MSPs(q.Columns, q.WithTheirClients())
	if err != nil {
		return nil, err
	}
	job := newExport(s, ctx, layout, q.ExportOptions, q.MSPFilter, q.Sort)
	job.audit.WithClients = q.WithTheirClients()
	job.read = func(ctx context.Context, to postgres.ExportSink) error {
		return s.DB.ExportMSPs(ctx, job.viewer, q, to)
	}
	return job.start()
}

// exportJob is one export. Its response begins when the first part of the file is written, so that an error before that
// is an ordinary problem. A later error breaks the response off: the receiver must see that the file is not complete.
type exportJob struct {
	*server
	viewer portal.Viewer
	format portal.ExportFormat
	layout export.Layout
	about  export.About
	audit  postgres.ExportAudit
	read   func(context.Context, postgres.ExportSink) error

	w       http.ResponseWriter
	stopped func() error
	begun   bool
	written time.Time // when the write deadline was set
	file    export.Writer
}

func newExport(
	s *server, ctx context.Context, layout export.Layout, o portal.ExportOptions, filter any, sort string,
) *exportJob {
	job := &exportJob{server: s, viewer: viewerOf(ctx), format: portal.ExportFormat(o.Format), layout: layout}
	job.about.Filter = portal.ExportFilter(filter, sort)
	job.audit = postgres.ExportAudit{
		ID: postgres.NewID(), List: layout.List, Format: job.format, Columns: layout.Names(),
		Filter: harmlessFilter(filter, job.about.Filter),
	}
	switch n := strings.Count(o.IDs, ",") + 1; {
	case o.IDs != "" && o.Except:
		job.audit.LeftOut = n
	case o.IDs != "":
		job.audit.Selected = n
	}
	return job
}

// start lets one export of a grant run at a time, so that one user cannot take the share of their MSSP.
func (j *exportJob) start() (*huma.StreamResponse, error) {
	if wait, ok := j.limits.exports.allow(j.viewer.GrantID); !ok {
		return nil, tooMany(wait)
	}
	if !j.ownExports.enter(j.viewer.GrantID) {
		return nil, &portal.Error{Code: portal.TooManyRequests, Wait: exportWait,
			Detail: "Another export of yours is running. Try again when it is complete, or cancel it."}
	}
	if !j.exports.enter(j.viewer.Scope.MSSPID) {
		j.ownExports.leave(j.viewer.GrantID)
		return nil, &portal.Error{Code: portal.TooManyRequests, Wait: exportWait,
			Detail: "Other exports of your organisation are running. Try again when they are complete."}
	}
	return &huma.StreamResponse{Body: func(response huma.Context) {
		defer j.ownExports.leave(j.viewer.GrantID)
		defer j.exports.leave(j.viewer.Scope.MSSPID)
		j.serve(response)
	}}, nil
}

func (j *exportJob) serve(response huma.Context) {
	request, w := humaUnwrap(response)
	j.w = w
	ctx, cancel := context.WithCancelCause(response.Context())
	defer cancel(nil)
	defer j.watch(ctx, cancel)()
	j.stopped = func() error { return context.Cause(ctx) }
	// A receiver that does not read would hold up the end until the write deadline.
	defer context.AfterFunc(ctx, func() { _ = http.NewResponseController(w).SetWriteDeadline(time.Now()) })()
	err := j.run(ctx, request.Method == http.MethodHead)
	if j.file != nil {
		j.end(ctx, response.Context(), err)
	}
	switch cause := context.Cause(ctx); {
	case err == nil || errors.Is(err, errHeadOnly):
		return
	case j.begun:
		j.Log.WarnContext(ctx, "export broken off", "request_id", requestID(ctx), "rows", j.audit.Rows, "error", err)
		panic(http.ErrAbortHandler)
	case cause != nil:
		err = cause
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportWrite))
	writeProblem(w, ctx, j.problem(ctx, err))
}

// errHeadOnly ends an export of which only the headers were asked for.
var errHeadOnly = errors.New("only the headers were asked for")

func (j *exportJob) run(ctx context.Context, headOnly bool) error {
	defer func() {
		if j.file != nil {
			j.file.Discard()
		}
	}()
	err := j.read(ctx, postgres.ExportSink{
		Head: func(head portal.ExportHead) error {
			j.about.ExportHead, j.about.At = head, j.Now().UTC()
			if err := export.Check(j.format, head.Total); err != nil {
				return err
			}
			if headOnly {
				j.begin()
				return errHeadOnly
			}
			if err := j.DB.AuditExport(ctx, j.viewer, j.audit); err != nil {
				return err
			}
			file, err := export.New(j.format, j, j.layout, j.about)
			if err == nil {
				j.file = file
			}
			return err
		},
		Row: func(row portal.ExportRow) error {
			j.audit.Rows++
			return j.file.Row(row)
		},
	})
	if err != nil {
		return err
	}
	return j.file.Finish()
}

// end writes the outcome to the audit log. A caller who disconnects or loses access has cancelled the export.
func (j *exportJob) end(ctx, request context.Context, err error) {
	j.audit.Outcome = postgres.ExportComplete
	if err != nil {
		j.audit.Outcome = postgres.ExportFailed
	}
	if err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), errStopping) {
		j.audit.Outcome = postgres.ExportCancelled
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(request), exportAudit)
	defer cancel()
	if err := j.DB.AuditExport(ending, j.viewer, j.audit); err != nil {
		j.Log.ErrorContext(ending, "end of an export not in the audit log", "request_id", requestID(ending), "error", err)
	}
}

// watch cancels the export when the viewer loses access or the server stops. It returns a function that ends it.
func (j *exportJob) watch(ctx context.Context, cancel context.CancelCauseFunc) (stop func()) {
	watching := make(chan struct{})
	tick := time.NewTicker(exportCheck)
	var drained <-chan time.Time
	go func() {
		defer tick.Stop()
		ending := j.Ending
		for {
			select {
			case <-watching:
				return
			case <-ctx.Done():
				return
			case <-ending:
				ending, drained = nil, time.After(exportDrain)
			case <-drained:
				cancel(errStopping)
				return
			case <-tick.C:
			}
			if err := j.DB.As(j.viewer).Check(ctx); lostAccess(err) {
				cancel(err)
				return
			}
		}
	}()
	return func() { close(watching) }
}

var errStopping = errors.New("the server stops")

// lostAccess reports whether the database has refused the viewer, and not only failed.
func lostAccess(err error) bool {
	var refused *portal.Error
	return errors.As(err, &refused)
}

// Write sends a part of the file. Its first call sends the headers.
func (j *exportJob) Write(part []byte) (int, error) {
	if err := j.stopped(); err != nil {
		return 0, err
	}
	if !j.begun {
		j.begin()
	}
	// Only a real server has deadlines. Its limit for a whole response does not fit a stream.
	if now := time.Now(); now.Sub(j.written) > time.Second {
		_ = http.NewResponseController(j.w).SetWriteDeadline(now.Add(exportWrite))
		j.written = now
		if err := j.stopped(); err != nil {
			return 0, err
		}
	}
	return j.w.Write(part)
}

func (j *exportJob) begin() {
	j.begun = true
	h := j.w.Header()
	h.Set("Content-Type", export.ContentTypes[j.format])
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hide how far the export is
	name := portal.ExportName(j.layout.List, j.about.Filter, j.about.DataAsOf, j.format)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	h.Set(portal.ExportTotalHeader, strconv.FormatInt(j.about.Total, 10))
	h.Set(portal.ExportFilterHeader, j.about.Filter.Encode())
	if j.about.DataAsOf != nil {
		h.Set(portal.ExportAgeHeader, j.about.DataAsOf.UTC().Format(time.RFC3339))
	}
	j.w.WriteHeader(http.StatusOK)
}
