package desktop

import (
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

const (
	clientLinkID = "0197f3a2-5c1e-7b44-9d0a-3f2b6c8e1d55"
	clientLink   = "fsportal://client/" + clientLinkID
	mspLinkID    = "0197f3a2-5c1e-7b44-9d0a-3f2b6c8e1d56"
)

var neverLate = wait.Timeout(time.Minute)

func TestTakeLink(t *testing.T) {
	const in, out = true, false
	opened := OpenedLink{Kind: "client", ID: clientLinkID}
	for name, test := range map[string]struct {
		opened []string
		takes  []bool
		want   []OpenedLink
	}{
		"is_empty_without_a_link": {nil, []bool{in, out}, []OpenedLink{{}, {}}},
		"gives_a_link_once":       {[]string{clientLink}, []bool{in, in}, []OpenedLink{opened, {}}},
		"keeps_a_link_until_a_user_signs_in": {[]string{clientLink}, []bool{out, out, in},
			[]OpenedLink{{Waiting: true}, {Waiting: true}, opened}},
		"gives_the_last_link":                 {[]string{"fsportal://msp/" + mspLinkID, clientLink}, []bool{in, in}, []OpenedLink{opened, {}}},
		"reports_another_text_without_a_user": {[]string{"https://evil.example"}, []bool{out, in}, []OpenedLink{{Invalid: true}, {}}},
		"keeps_a_link_behind_which_a_text_is": {[]string{clientLink, "x"}, []bool{out, in},
			[]OpenedLink{{Invalid: true, Waiting: true}, opened}},
		"has_no_effect_for_an_empty_text":      {[]string{""}, []bool{in}, []OpenedLink{{}}},
		"passes_nothing_of_a_refused_text_on":  {[]string{clientLink + "/../../msps"}, []bool{in}, []OpenedLink{{Invalid: true}}},
		"refuses_an_option_and_a_path_of_a_ui": {[]string{"/admin/users"}, []bool{in}, []OpenedLink{{Invalid: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := linkApp(t, "")
			for _, text := range test.opened {
				d.OpenLink(text)
			}
			var got []OpenedLink
			for _, signedIn := range test.takes {
				got = append(got, d.TakeLink(signedIn))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
	t.Run("gives_the_link_with_which_the_app_was_started", func(t *testing.T) {
		d, _ := linkApp(t, clientLink)
		if got := d.TakeLink(in); got != opened {
			t.Errorf("got %+v, want %+v", got, opened)
		}
	})
	t.Run("is_announced_to_the_screens", func(t *testing.T) {
		d, events := linkApp(t, "")
		for _, text := range []string{"", clientLink, "other"} {
			d.OpenLink(text)
		}
		if want := []string{EventLinkOpened, EventLinkOpened}; !slices.Equal(*events, want) {
			t.Errorf("got %q, want %q", *events, want)
		}
	})
}

// linkApp is an app without an API that was started with a link, "" for none, and the events that it has sent.
func linkApp(t *testing.T, link string) (d *Desktop, events *[]string) {
	t.Helper()
	events = new([]string)
	d = New(Options{Log: slog.New(slog.DiscardHandler), Link: link, Emit: func(event string, _ any) { *events = append(*events, event) }})
	t.Cleanup(d.close)
	return d, events
}

func TestLinkArgument(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"is_empty_without_arguments": {nil, ""},
		"is_no_option":               {[]string{"--version", "-psn_0_1"}, ""},
		"is_the_first_other":         {[]string{"", "-x", clientLink, "y"}, clientLink},
		"may_be_no_link":             {[]string{"C:\\file.txt"}, "C:\\file.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := LinkArgument(test.arguments); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestInstanceOpens(t *testing.T) {
	hung := errors.New("hung")
	for name, test := range map[string]struct {
		age      time.Duration
		request  string
		drawn    bool
		raiseErr error
		opened   []string
		reply    string
	}{
		"a_link_once_its_window_is_shown":      {time.Hour, requestFor(clientLink), true, nil, []string{clientLink}, raiseConfirmed},
		"a_link_while_its_page_is_being_drawn": {time.Second, requestFor(clientLink), false, hung, []string{clientLink}, raiseConfirmed},
		"no_link_in_a_window_that_hangs":       {time.Hour, requestFor(clientLink), true, hung, nil, ""},
		"the_name_of_a_text_that_is_no_link":   {time.Hour, requestFor("x\nopen " + clientLink), true, nil, []string{"other"}, raiseConfirmed},
		"nothing_for_an_unknown_request":       {time.Hour, "close\n", true, nil, nil, ""},
		"nothing_for_a_request_without_an_end": {time.Hour, openRequest + strings.Repeat("x", maxRequest), true, nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := askInstance(test.age, test.request, test.drawn, test.raiseErr)
				if !slices.Equal(got.opened, test.opened) || got.reply != test.reply {
					t.Errorf("opened %q with the reply %q, want %q and %q", got.opened, got.reply, test.opened, test.reply)
				}
			})
		})
	}
	t.Run("its_window_if_it_is_of_a_version_without_links", func(t *testing.T) {
		dir := t.TempDir()
		listener, err := net.Listen("unix", instanceSocket(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		requests := make(chan string, 2)
		go serveOlder(listener, requests)
		if err := openInOther(dir, clientLink, neverLate); err != nil {
			t.Fatal(err)
		}
		const answered = 30 * time.Second
		got := []string{
			wait.For(t, answered, "the link", requests), wait.For(t, answered, "the request to show the window", requests),
		}
		if !slices.Equal(got, []string{requestFor(clientLink), raiseRequest}) {
			t.Errorf("got the requests %q", got)
		}
	})
}

// serveOlder replies as versions without links do.
func serveOlder(listener net.Listener, requests chan<- string) {
	for range 2 {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		request := make([]byte, maxRequest)
		n, _ := conn.Read(request)
		if string(request[:n]) == raiseRequest {
			_, _ = conn.Write([]byte(raiseConfirmed))
		}
		_ = conn.Close()
		requests <- string(request[:n])
	}
}

// FuzzInstanceRequest checks that a request of another program opens at most one short line, whatever it holds.
func FuzzInstanceRequest(f *testing.F) {
	for _, request := range []string{"", raiseRequest, requestFor(clientLink), "open \n", "open a\nopen b\n",
		openRequest + strings.Repeat("x", 2*maxRequest),
	} {
		f.Add(request)
	}
	f.Fuzz(func(t *testing.T, request string) {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = ours.Write([]byte(request))
			_ = ours.Close()
		}()
		link, err := readRequest(theirs)
		_ = theirs.Close()
		if len(link) > maxRequest || strings.Contains(link, "\n") || err != nil && link != "" {
			t.Errorf("%q gives %q, %v", request, link, err)
		}
	})
}
