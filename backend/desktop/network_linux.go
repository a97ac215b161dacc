package desktop

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// networkEvents returns a channel that receives a value when the kernel reports a change of a link or an address. If
// the kernel cannot be asked, the channel stays empty.
func networkEvents(done <-chan struct{}) <-chan struct{} {
	changes := make(chan struct{}, 1)
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return changes
	}
	kernel := os.NewFile(uintptr(socket), "netlink")
	groups := uint32(unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR)
	if unix.Bind(socket, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}) != nil {
		_ = kernel.Close()
		return changes
	}
	go func() {
		<-done
		_ = kernel.Close()
	}()
	go readChanges(kernel, changes)
	return changes
}

// readChanges reports each change without its content: the addresses are read again.
func readChanges(kernel *os.File, changes chan<- struct{}) {
	message := make([]byte, 1<<16)
	for {
		// ENOBUFS: reports were lost, so there was a change.
		if _, err := kernel.Read(message); err != nil && !errors.Is(err, unix.ENOBUFS) {
			return
		}
		select {
		case changes <- struct{}{}:
		default:
		}
	}
}
