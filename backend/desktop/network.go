package desktop

import (
	"net"
	"slices"
	"strings"
	"time"
)

const (
	// networkEvery is how often the app checks the computer's addresses and clocks if the system does not report
	// changes.
	networkEvery = 2 * time.Second
	// sleepGap is how much longer than networkEvery a pause must be to be taken for sleep.
	sleepGap = 8 * time.Second
)

// networkWatch notices that the computer has another network, by its addresses, or that it has slept, by its clocks.
type networkWatch struct {
	addresses func() string
	clock     func() moment
	// events receives a value whenever the system reports a change. It is nil if the system does not.
	events func(done <-chan struct{}) <-chan struct{}

	seen string
	at   moment
}

func newNetworkWatch() *networkWatch {
	w := &networkWatch{addresses: ownAddresses, clock: thisMoment, events: networkEvents}
	w.look()
	return w
}

// look reports why connections may lead nowhere any more since the last look, "" for no reason.
func (w *networkWatch) look() (why string) {
	now, addresses := w.clock(), w.addresses()
	switch {
	case now.since(w.at) > networkEvery+sleepGap:
		why = "the computer has slept"
	case addresses != w.seen:
		why = "other addresses"
	}
	w.at, w.seen = now, addresses
	return why
}

// ownAddresses lists the addresses of the interfaces that are up, but for loopback.
func ownAddresses() string {
	interfaces, err := net.Interfaces()
	if err != nil {
		return ""
	}
	var list []string
	for _, i := range interfaces {
		if i.Flags&(net.FlagUp|net.FlagRunning|net.FlagLoopback) != net.FlagUp|net.FlagRunning {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, address := range addresses {
			list = append(list, i.Name+" "+address.String())
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// watchNetwork replaces all connections and notifies the screens whenever the network changes, until the app closes.
func (d *Desktop) watchNetwork() {
	watch := d.options.network
	if watch == nil {
		watch = newNetworkWatch()
	}
	var events <-chan struct{}
	if watch.events != nil {
		events = watch.events(d.closed.Done())
	}
	tick := time.NewTicker(networkEvery)
	defer tick.Stop()
	for {
		select {
		case <-events:
		case <-tick.C:
		case <-d.closed.Done():
			return
		}
		if why := watch.look(); why != "" {
			d.networkChanged(why)
		}
	}
}

func (d *Desktop) networkChanged(why string) {
	d.options.Log.Info("network changed", "why", why)
	if current, err := d.currentEndpoint(); err == nil {
		current.api.connections.move()
	}
	d.options.Emit(EventNetworkChanged, NetworkChanged{})
}
