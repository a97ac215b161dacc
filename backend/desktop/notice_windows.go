package desktop

import "golang.org/x/sys/windows"

func hasDisplay() bool { return true }

const pressedYes = 6 // IDYES

// showNative shows a message box. Its buttons have the system's own labels, so the text explains what Yes does.
func showNative(n Notice) (yes bool, err error) {
	text, kind := n.plain(), uint32(windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
	if n.Yes != "" {
		text, kind = text+"\n\n"+n.Yes+"?", windows.MB_YESNO|windows.MB_ICONWARNING|windows.MB_SETFOREGROUND
	}
	body, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return false, err
	}
	title, err := windows.UTF16PtrFromString(n.Title)
	if err != nil {
		return false, err
	}
	pressed, err := windows.MessageBox(0, body, title, kind)
	if pressed == 0 {
		return false, err
	}
	return pressed == pressedYes, nil
}
