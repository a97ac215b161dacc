package desktop

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
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
	var peer *unix.Xucred
	var userErr, pidErr error
	err = raw.Control(func(fd uintptr) {
		peer, userErr = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		pid, pidErr = unix.GetsockoptInt(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	})
	if err = errors.Join(err, userErr, pidErr); err != nil {
		return 0, err
	}
	if int(peer.Uid) != os.Getuid() {
		return 0, errors.New("it is another user's")
	}
	return pid, nil
}

// checkOurs makes sure that a process runs this program.
func checkOurs(pid int) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	other, err := exec.Command("/bin/ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(other)) != own {
		return fmt.Errorf("process %d runs another program", pid)
	}
	return nil
}
