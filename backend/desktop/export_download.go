package desktop

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

// downloadSilence is how long a download may be silent. The server reads a whole list before the first byte of an XLSX
// file.
const downloadSilence = 3 * time.Minute

var errDownloadSilent = errors.New("the download fell silent")

// download receives a file. Every error is a *Problem.
func (c *apiClient) download(ctx context.Context, call request) error {
	receiving, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer c.connections.onMove(func() { cancel(errNetworkChanged) })()
	silence := time.AfterFunc(downloadSilence, func() { cancel(errDownloadSilent) })
	defer silence.Stop()
	used := c.connections.inUse()
	response, err := c.openFile(receiving, call)
	if err != nil {
		if ctx.Err() == nil {
			c.connections.leave(used)
		}
		return c.unreachable(ctx, err)
	}
	defer response.RawBody().Close()
	if response.StatusCode() != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.RawBody(), eventLimit)) // what is missing is not JSON
		return c.responseProblem(response.SetBody(body))
	}
	err = call.save(response.Header(), watchedBody{response.RawBody(), func() { silence.Reset(downloadSilence) }})
	var known *Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case isFileError(err):
		return fileProblem(err)
	case ctx.Err() != nil:
		return ProblemOf(context.Canceled)
	}
	c.connections.leave(used)
	p := errInterrupted()
	p.evidence = c.unreachable(ctx, err).evidence
	return p
}

func (c *apiClient) openFile(ctx context.Context, call request) (*resty.Response, error) {
	r := c.streams.R().SetContext(ctx).SetDoNotParseResponse(true).SetQueryParamsFromValues(call.query).SetHeader("Accept", "*/*")
	if call.token != "" {
		r.SetAuthToken(call.token)
	}
	if call.grant != "" {
		r.SetHeader("Portal-Grant", call.grant)
	}
	if call.body != nil {
		r.SetBody(call.body)
	}
	return r.Execute(call.method, call.path)
}

// watchedBody calls read after every read that returned data.
type watchedBody struct {
	io.Reader
	read func()
}

func (b watchedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if n > 0 {
		b.read()
	}
	return n, err
}
