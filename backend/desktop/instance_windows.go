package desktop

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// ioctlPeerPID is SIO_AF_UNIX_GETPEERPID of afunix.h.
const ioctlPeerPID = 0x58000100

// peerProcess returns the process at the other end of the pipe, as the system reports it.
func peerProcess(conn *net.UnixConn) (pid int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer, returned uint32
	var ioctlErr error
	err = raw.Control(func(fd uintptr) {
		ioctlErr = windows.WSAIoctl(windows.Handle(fd), ioctlPeerPID, nil, 0,
			(*byte)(unsafe.Pointer(&peer)), uint32(unsafe.Sizeof(peer)), &returned, nil, 0)
	})
	return int(peer), errors.Join(err, ioctlErr)
}

// checkOurs makes sure that a process is this user's and runs this program.
func checkOurs(pid int) error {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	own, err := os.Executable()
	if err != nil {
		return err
	}
	name := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(name))
	if err := windows.QueryFullProcessImageName(process, 0, &name[0], &size); err != nil {
		return err
	}
	if !strings.EqualFold(windows.UTF16ToString(name[:size]), own) {
		return fmt.Errorf("process %d runs another program", pid)
	}
	return checkUser(process)
}

func checkUser(process windows.Handle) error {
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return err
	}
	defer func() { _ = token.Close() }()
	theirs, err := token.GetTokenUser()
	if err != nil {
		return err
	}
	ours, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return err
	}
	if !theirs.User.Sid.Equals(ours.User.Sid) {
		return errors.New("it is another user's")
	}
	return nil
}

// StartAnew starts a fresh run of the app; this process is to end.
func StartAnew() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return exec.Command(program, os.Args[1:]...).Start()
}

// askToEnd does nothing: a window that does not respond would not receive the request.
func askToEnd(*os.Process) error { return errors.New("not on Windows") }
