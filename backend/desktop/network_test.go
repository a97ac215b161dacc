package desktop

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

func TestNetworkWatch(t *testing.T) {
	start := moment{wall: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), running: time.Hour}
	later := func(wall, running time.Duration) moment {
		return moment{wall: start.wall.Add(wall), running: start.running + running}
	}
	for name, c := range map[string]struct {
		now       moment
		addresses string
		changed   bool
	}{
		"nothing_new":            {later(networkEvery, networkEvery), "eth0 10.0.0.1/8", false},
		"a_busy_computer":        {later(9*time.Second, 9*time.Second), "eth0 10.0.0.1/8", false},
		"another_address":        {later(networkEvery, networkEvery), "wlan0 192.168.1.5/24", true},
		"no_network":             {later(networkEvery, networkEvery), "", true},
		"it_slept":               {later(time.Hour, networkEvery), "eth0 10.0.0.1/8", true},
		"it_slept_by_its_clock":  {later(-time.Hour, time.Hour), "eth0 10.0.0.1/8", true},
		"its_clock_was_set_back": {later(-time.Hour, networkEvery), "eth0 10.0.0.1/8", false},
	} {
		t.Run(name, func(t *testing.T) {
			now, addresses := start, "eth0 10.0.0.1/8"
			w := &networkWatch{addresses: func() string { return addresses }, clock: func() moment { return now }}
			w.look()
			now, addresses = c.now, c.addresses
			if why := w.look(); (why != "") != c.changed {
				t.Errorf("got %q, want a change %v", why, c.changed)
			}
			if why := w.look(); why != "" {
				t.Errorf("then again %q", why)
			}
		})
	}
}

func TestNetwork(t *testing.T) {
	t.Run("change_is_sent_to_the_screens", testNetworkChangeIsSentToTheScreens)
	t.Run("addresses_can_be_read", testNetworkAddressesCanBeRead)
}

func testNetworkChangeIsSentToTheScreens(t *testing.T) {
	changes := make(chan struct{})
	var addresses atomic.Value
	addresses.Store("eth0 10.0.0.1/8")
	watch := &networkWatch{
		addresses: func() string { return addresses.Load().(string) }, clock: func() moment { return moment{} },
		events: func(<-chan struct{}) <-chan struct{} { return changes },
	}
	watch.look()
	b := newTestApp(t, func(o *Options) { o.network = watch })
	before := b.endpoint.api.connections.inUse()
	look := func() {
		t.Helper()
		select {
		case changes <- struct{}{}:
		case <-time.After(wait.Timeout(time.Minute)):
			t.Fatal("timed out waiting for the watch of the network")
		}
	}
	look()
	if got := b.emitted(EventNetworkChanged); len(got) != 0 {
		t.Errorf("got events %v of no change", got)
	}
	addresses.Store("wlan0 192.168.1.5/24")
	look()
	eventually(t, "the event of a changed network", func() bool { return len(b.emitted(EventNetworkChanged)) == 1 })
	if b.endpoint.api.connections.inUse() == before {
		t.Error("the connections of the old network are still in use")
	}
}

func testNetworkAddressesCanBeRead(t *testing.T) {
	done := make(chan struct{})
	w := newNetworkWatch()
	w.events(done)
	if w.addresses() != w.seen || w.at.wall.IsZero() {
		t.Errorf("the first look saw %q at %v", w.seen, w.at)
	}
	if strings.Contains(w.seen, " 127.0.0.1/") {
		t.Errorf("got the address of loopback among %q", w.seen)
	}
	close(done)
}
