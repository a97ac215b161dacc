package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// exportBench is how one export went.
type exportBench struct {
	perSecond float64
	memory    float64 // MiB above what portal-api used before
}

// measureExports prints the rows about exports of all clients, next to a bare COPY of the same table.
func (s *syncBench) measureExports(ctx context.Context) error {
	bare, err := s.bareCopyOut(ctx)
	if err != nil {
		return fmt.Errorf("bare copy: %w", err)
	}
	for _, format := range []portal.ExportFormat{portal.ExportCSV, portal.ExportXLSX, portal.ExportNDJSON} {
		export, err := s.export(ctx, format)
		if err != nil {
			return fmt.Errorf("export as %s: %w", format, err)
		}
		name := fmt.Sprintf("export of %d, %s", s.clients(), format)
		row(name, export.perSecond, "rows/s", "bare COPY", bare)
		row(name+", memory above idle", export.memory, "MiB", "limit", memoryLimit)
	}
	return nil
}

func (s *syncBench) clients() int { return s.size - s.size/oneMSPIn }

// export reads one export from a new portal-api, so that the memory is that of this export only.
func (s *syncBench) export(ctx context.Context, format portal.ExportFormat) (e exportBench, err error) {
	if s.api, err = s.serve(ctx, s.serverURL("")); err != nil {
		return e, err
	}
	defer func() { s.api.stop() }()
	if s.admin, err = s.session(ctx, "admin", ""); err != nil {
		return e, err
	}
	idle, err := s.idle(ctx)
	if err != nil {
		return e, err
	}
	began := time.Now()
	if err := s.download(ctx, "/v1/clients/export?format="+string(format)); err != nil {
		return e, err
	}
	e.perSecond = float64(s.clients()) / time.Since(began).Seconds()
	peak, err := memory(s.api.command.Process.Pid, "VmHWM")
	e.memory = peak - idle
	return e, err
}

// download reads a response to its end and discards it.
func (s *syncBench) download(ctx context.Context, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.api.base+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.admin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("got status %d, want 200", response.StatusCode)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// bareCopyOut returns how many clients a second a bare COPY reads.
func (s *syncBench) bareCopyOut(ctx context.Context) (perSecond float64, err error) {
	err = s.superuser(ctx, func(conn *pgx.Conn) error {
		began := time.Now()
		tag, err := conn.PgConn().CopyTo(ctx, io.Discard, "copy client to stdout (format csv)")
		perSecond = float64(tag.RowsAffected()) / time.Since(began).Seconds()
		return err
	})
	return perSecond, err
}
