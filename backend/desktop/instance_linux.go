package desktop

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// peerProcess returns the process at the other end of the socket, as the system reports it. It must belong to this
// user.
func peerProcess(conn *net.UnixConn) (pid int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer *unix.Ucred
	var peerErr error
	if err := raw.Control(func(fd uintptr) { peer, peerErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return 0, err
	}
	if peerErr != nil {
		return 0, peerErr
	}
	if int(peer.Uid) != os.Getuid() {
		return 0, errors.New("it is another user's")
	}
	return int(peer.Pid), nil
}

// checkOurs makes sure that a process runs this program, an older version of it included: an upgrade replaces the file.
func checkOurs(pid int) error {
	own, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	other, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	if err != nil {
		return err
	}
	const replaced = " (deleted)"
	if strings.TrimSuffix(other, replaced) != strings.TrimSuffix(own, replaced) {
		return fmt.Errorf("process %d runs another program", pid)
	}
	return nil
}
