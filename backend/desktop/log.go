package desktop

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gopkg.in/natefinch/lumberjack.v2"
)

const (
	logMegabytes = 1
	logKept      = 3 // full files beside the one that is written
)

// OpenLog returns a logger into dir, rotated by size. If the folder cannot be written, the log is discarded and the app
// runs without it. Callers log codes and request ids, no names and no secrets.
func OpenLog(dir string, level slog.Level) (*slog.Logger, io.Closer) {
	file := &logFile{rotating: lumberjack.Logger{Filename: logPath(dir), MaxSize: logMegabytes, MaxBackups: logKept}}
	if err := file.create(); err != nil {
		return slog.New(slog.DiscardHandler), io.NopCloser(nil)
	}
	return slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level})), file
}

// logFile opens the file for each record and appends to it: a second process of the app writes to the same file, and
// Windows cannot rename an open file.
type logFile struct {
	mu       sync.Mutex
	rotating lumberjack.Logger
	closed   bool
}

// create makes the folder and the file for the user alone; files that follow have the same mode.
func (l *logFile) create() error {
	if err := os.MkdirAll(filepath.Dir(l.rotating.Filename), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(l.rotating.Filename, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// Write appends one record, in a new file if the current one is full.
func (l *logFile) Write(record []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, os.ErrClosed
	}
	n, err := l.rotating.Write(record)
	return n, errors.Join(err, l.rotating.Close())
}

// Close ends the log; later records are refused.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}

// WindowLog receives the log of the window's library. Its errors quote the failed call with all arguments, so only the
// text before the first colon is logged.
type WindowLog struct{ Log *slog.Logger }

// Print is dropped, as Trace, Debug and Info are: details of the library, some with whole responses.
func (WindowLog) Print(string) {}

// Trace is dropped.
func (WindowLog) Trace(string) {}

// Debug is dropped.
func (WindowLog) Debug(string) {}

// Info is dropped.
func (WindowLog) Info(string) {}

// Warning logs the start of a warning.
func (w WindowLog) Warning(message string) { w.Log.Warn("window", "what", beforeColon(message)) }

// Error logs the start of an error.
func (w WindowLog) Error(message string) { w.Log.Error("window", "what", beforeColon(message)) }

// Fatal logs the start of a fatal error.
func (w WindowLog) Fatal(message string) { w.Log.Error("window ends", "what", beforeColon(message)) }

func beforeColon(message string) string {
	what, _, _ := strings.Cut(message, ":")
	return what[:min(len(what), 120)]
}
