package desktop

import (
	"errors"
	"os/exec"
)

func hasDisplay() bool { return true }

// dialogScript receives the texts as arguments, so that they are not interpreted as a script.
const dialogScript = `on run argv
	set answers to {item 3 of argv}
	if (count of argv) > 3 then set answers to {item 3 of argv, item 4 of argv}
	display dialog (item 2 of argv) with title (item 1 of argv) buttons answers default button 1 cancel button 1 with icon caution
end run`

// showNative asks by AppleScript, which fails for the cancel button.
func showNative(n Notice) (yes bool, err error) {
	arguments := []string{"-e", dialogScript, n.Title, n.plain(), n.No}
	if n.Yes != "" {
		arguments = append(arguments, n.Yes)
	}
	err = exec.Command("/usr/bin/osascript", arguments...).Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == 1 {
		return false, nil
	}
	return err == nil && n.Yes != "", err
}
