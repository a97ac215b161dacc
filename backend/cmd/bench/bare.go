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

// bareServer is the peer: a net/http handler in a process of its own that answers stored bytes.
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

// answer tells the server what to answer at a path.
func (b *bareServer) answer(ctx context.Context, path string, body []byte) error {
	status, said, err := send(ctx, "PUT", b.base+path, "", bytes.NewReader(body))
	if err == nil && status != http.StatusNoContent {
		err = fmt.Errorf("the bare server answered %d %s", status, said)
	}
	return err
}

// serveBare runs in the peer's process.
func serveBare(ctx context.Context) error {
	var answers sync.Map
	answers.Store("/ready", []byte("ready"))
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			answers.Store(r.URL.Path, body)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		body, _ := answers.Load(r.URL.Path)
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
