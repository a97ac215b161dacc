package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
)

// bareServer is the baseline: a net/http handler in a process of its own that returns stored bytes.
type bareServer struct{ *process }

func startBare(ctx context.Context) (*bareServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p := &process{command: exec.Command(self, "bare"), base: "http://" + address}
	p.command.Env = append(os.Environ(), "BENCH_LISTEN="+address)
	p.command.Stderr = os.Stderr
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	bare := &bareServer{p}
	if err := waitReady(ctx, p.base+"/ready"); err != nil {
		p.stop()
		return nil, err
	}
	return bare, nil
}

// store sets the body that the server returns at a path.
func (b *bareServer) store(ctx context.Context, path string, body []byte) error {
	status, text, err := send(ctx, "PUT", b.base+path, "", bytes.NewReader(body))
	if err == nil && status != http.StatusNoContent {
		err = fmt.Errorf("the bare server returned %d %s", status, text)
	}
	return err
}

// serveBare runs in the process of the baseline.
func serveBare(ctx context.Context) error {
	var bodies sync.Map
	bodies.Store("/ready", []byte("ready"))
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			bodies.Store(r.URL.Path, body)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		body, _ := bodies.Load(r.URL.Path)
		content, _ := body.([]byte)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(content)
	}
	server := &http.Server{Addr: os.Getenv("BENCH_LISTEN"), Handler: http.HandlerFunc(handler)}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
