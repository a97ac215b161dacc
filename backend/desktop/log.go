package desktop

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	logSize = 1 << 20
	logKept = 3
)

// OpenLog answers a logger into dir, rotated by size. Where the folder cannot be written the log goes
// nowhere: the app is worth more than its log. Callers log codes and request ids, no names and no secrets.
func OpenLog(dir string, level slog.Level) (*slog.Logger, io.Closer) {
	file := &logFile{path: logPath(dir), limit: logSize, kept: logKept}
	if err := file.open(); err != nil {
		return slog.New(slog.DiscardHandler), io.NopCloser(nil)
	}
	return slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level})), file
}

// logFile is a file that is put aside when it reaches its limit.
type logFile struct {
	path  string
	limit int64
	kept  int

	mu   sync.Mutex
	file *os.File
	size int64
}

func (l *logFile) open() error {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return err
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write appends one record, to a fresh file where it would not fit.
func (l *logFile) Write(record []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return 0, os.ErrClosed
	}
	if l.size > 0 && l.size+int64(len(record)) > l.limit {
		if err := l.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(record)
	l.size += int64(n)
	return n, err
}

func (l *logFile) rotate() error {
	if err := l.file.Close(); err != nil {
		return err
	}
	l.file = nil
	for i := l.kept - 1; i >= 1; i-- {
		// A missing older file is the normal case until the log has been full that often.
		_ = os.Rename(l.older(i), l.older(i+1))
	}
	_ = os.Rename(l.path, l.older(1))
	return l.open()
}

func (l *logFile) older(n int) string { return fmt.Sprintf("%s.%d", l.path, n) }

// Close ends the log; later records are refused.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// WindowLog takes what the window's library logs. Its errors quote the call that failed with all its arguments,
// so only what stands before the first colon is kept.
type WindowLog struct{ Log *slog.Logger }

// Print, Trace, Debug and Info are the library's own chatter, some of it with whole answers: kept nowhere.
func (WindowLog) Print(string) {}

// Trace is dropped.
func (WindowLog) Trace(string) {}

// Debug is dropped.
func (WindowLog) Debug(string) {}

// Info is dropped.
func (WindowLog) Info(string) {}

// Warning keeps the beginning of a warning.
func (w WindowLog) Warning(message string) { w.Log.Warn("window", "what", beforeColon(message)) }

// Error keeps the beginning of an error.
func (w WindowLog) Error(message string) { w.Log.Error("window", "what", beforeColon(message)) }

// Fatal keeps the beginning of what ends the app.
func (w WindowLog) Fatal(message string) { w.Log.Error("window ends", "what", beforeColon(message)) }

func beforeColon(message string) string {
	what, _, _ := strings.Cut(message, ":")
	return what[:min(len(what), 120)]
}
