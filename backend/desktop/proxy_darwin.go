package desktop

import (
	"os/exec"

	"golang.org/x/net/http/httpproxy"
)

// readSystemProxy answers the proxy of the network settings; nil where they cannot be read.
func readSystemProxy() *httpproxy.Config {
	output, err := exec.Command("/usr/sbin/scutil", "--proxy").Output()
	if err != nil {
		return nil
	}
	return parseScutil(string(output))
}
