package desktop

import (
	"errors"
	"os"
	"os/exec"
)

func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// showNative tries the dialogs of the desktops: GNOME's, KDE's, and the one every X server's tools have.
func showNative(n Notice) (yes bool, err error) {
	if !hasDisplay() {
		return false, errNoDisplay
	}
	for _, command := range nativeDialogs(n) {
		path, lookErr := exec.LookPath(command[0])
		if lookErr != nil {
			err = lookErr
			continue
		}
		runErr := exec.Command(path, command[1:]...).Run()
		var ended *exec.ExitError
		switch {
		case runErr == nil:
			return n.Yes != "", nil
		case errors.As(runErr, &ended) && ended.ExitCode() == 1:
			return false, nil // closed, or the other button
		}
		err = runErr
	}
	return false, err
}

// nativeDialogs are the commands, each of which ends with 0 for the first button and 1 for the other.
func nativeDialogs(n Notice) [][]string {
	if n.Yes == "" {
		return [][]string{
			{"zenity", "--error", "--no-markup", "--title", n.Title, "--text", n.plain()},
			{"kdialog", "--title", n.Title, "--error", n.plain()},
			{"xmessage", "-center", "-title", n.Title, "-buttons", n.No + ":0", n.plain()},
		}
	}
	return [][]string{
		{"zenity", "--question", "--no-markup", "--title", n.Title, "--text", n.plain(), "--ok-label", n.Yes, "--cancel-label", n.No},
		{"kdialog", "--title", n.Title, "--warningyesno", n.plain(), "--yes-label", n.Yes, "--no-label", n.No},
		{"xmessage", "-center", "-title", n.Title, "-buttons", n.Yes + ":0," + n.No + ":1", n.plain()},
	}
}
