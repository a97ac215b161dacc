package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

const (
	restarts = 3
	// between is how many requests succeed before each restart.
	between = 500
)

// measureRestarts prints how many requests fail while the server restarts under load, each request over a connection of
// its own. As under systemd the socket stays open, and each process of the server gets it.
func measureRestarts(ctx context.Context, w *world) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	defer socket.Close()
	base := "http://" + listener.Addr().String()
	server, err := w.serveSocket(ctx, socket, base)
	if err != nil {
		return err
	}
	defer func() { server.stop() }()
	sent := startRequests(ctx, base+"/v1/clients?limit=50", w.admin)
	defer sent.end()
	for range restarts {
		if err := sent.wantMore(ctx, between); err != nil {
			return err
		}
		server.stop()
		if server, err = w.serveSocket(ctx, socket, base); err != nil {
			return err
		}
	}
	if err := sent.wantMore(ctx, between); err != nil {
		return err
	}
	sent.end()
	failed := sent.failed.Load()
	fmt.Printf("requests failed during %d restarts\t%d\trequests\tof %d\t\n", restarts, failed, failed+sent.served.Load())
	return nil
}

// serveSocket starts portal-api on a socket that is open already: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html
func (w *world) serveSocket(ctx context.Context, socket *os.File, base string) (*process, error) {
	// The shell sets LISTEN_PID, which must be the process's own.
	p := &process{command: exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" serve --no-jobs`, w.program), base: base}
	p.command.Env = append(w.env, "PORTAL_DATABASE_URL="+w.serverURL(""), "PORTAL_PUBLIC_URL="+publicURL, "LISTEN_FDS=1", "LISTEN_FDNAMES=api")
	p.command.ExtraFiles = []*os.File{socket}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := waitReady(ctx, base+"/readyz"); err != nil {
		p.stop()
		return nil, fmt.Errorf("portal-api did not get ready on an open socket: %w", err)
	}
	return p, nil
}

// requests are sent until end, a few at a time.
type requests struct {
	served, failed atomic.Int64
	cancel         context.CancelFunc
	senders        sync.WaitGroup
}

func startRequests(ctx context.Context, url, bearer string) *requests {
	r := &requests{}
	ctx, r.cancel = context.WithCancel(ctx)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	for range 4 {
		r.senders.Go(func() {
			for ctx.Err() == nil {
				r.send(ctx, client, url, bearer)
			}
		})
	}
	return r
}

func (r *requests) send(ctx context.Context, client *http.Client, url, bearer string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+bearer)
		err = do(client, request)
	}
	switch {
	case err == nil:
		r.served.Add(1)
	case ctx.Err() == nil:
		r.failed.Add(1)
	}
}

func do(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// wantMore returns when that many more requests have been sent.
func (r *requests) wantMore(ctx context.Context, count int64) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	want := r.served.Load() + r.failed.Load() + count
	for r.served.Load()+r.failed.Load() < want {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d more requests: %w", count, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func (r *requests) end() {
	r.cancel()
	r.senders.Wait()
}
