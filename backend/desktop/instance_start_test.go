package desktop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestInstanceTimes(t *testing.T) {
	if startingFor != 30*time.Second || hungAfter != 5*time.Second || endGently != 2*time.Second || endWithin != 10*time.Second {
		t.Errorf("got %s, %s, %s, %s, want 30s, 5s, 2s, 10s", startingFor, hungAfter, endGently, endWithin)
	}
}

// asked is an instance of a certain age whose window was asked for by a second start.
type asked struct {
	raised    int
	opened    []string
	bounded   bool
	reply     string
	log       string
	answering time.Duration
}

// askInstance asks an instance of this age for its window, as a second start does, in a bubble of synctest.
func askInstance(age time.Duration, word string, drawn bool, raiseErr error) asked {
	var a asked
	var log bytes.Buffer
	i := &Instance{began: time.Now().Add(-age), log: slog.New(slog.NewTextHandler(&log, nil))}
	ours, theirs := net.Pipe()
	replied := make(chan string)
	go func() {
		if word != "" {
			_, _ = ours.Write([]byte(word))
		}
		reply, _ := io.ReadAll(ours)
		replied <- string(reply)
	}()
	began := time.Now()
	i.handleStart(theirs, InstanceWindow{
		Raise: func(ctx context.Context) error {
			a.raised++
			_, a.bounded = ctx.Deadline()
			return raiseErr
		},
		Drawn: func() bool { return drawn },
		Open:  func(link string) { a.opened = append(a.opened, link) },
	})
	a.answering = time.Since(began)
	a.reply, a.log = <-replied, log.String()
	return a
}

func TestInstanceReply(t *testing.T) {
	hung := errors.New("hung")
	for name, test := range map[string]struct {
		age     time.Duration
		drawn   bool
		err     error
		raised  int
		replies string
		logs    string
	}{
		"of_a_window_that_lives":               {time.Hour, true, nil, 1, raiseConfirmed, ""},
		"of_a_window_that_hangs":               {time.Hour, true, hung, 1, "", "does not respond"},
		"of_a_page_that_is_being_drawn":        {29 * time.Second, false, hung, 0, raiseConfirmed, "starting"},
		"of_a_page_that_is_not_drawn_in_time":  {30 * time.Second, false, hung, 1, "", "does not respond"},
		"of_a_drawn_page_that_hangs_at_once":   {time.Second, true, hung, 1, "", "does not respond"},
		"of_a_page_drawn_without_being_marked": {time.Hour, false, nil, 1, raiseConfirmed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := askInstance(test.age, raiseRequest, test.drawn, test.err)
				if len(got.opened) != 0 {
					t.Errorf("opened %q, want no link", got.opened)
				}
				if got.raised != test.raised || got.reply != test.replies || got.raised > 0 && !got.bounded {
					t.Errorf("got %+v, want %d raised within a time, and the reply %q", got, test.raised, test.replies)
				}
				if (test.logs == "") != (got.log == "") || !strings.Contains(got.log, test.logs) {
					t.Errorf("logged %q, want %q", got.log, test.logs)
				}
			})
		})
	}
	t.Run("is_none_to_a_start_that_says_nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if got := askInstance(time.Hour, "", true, nil); got.raised != 0 || got.reply != "" || got.answering != 2*hungAfter {
				t.Errorf("got %+v, want nothing for %s", got, 2*hungAfter)
			}
		})
	})
}
