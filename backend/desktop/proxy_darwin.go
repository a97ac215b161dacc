package desktop

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"time"
)

// readSystemProxy returns the proxy of the network settings.
func readSystemProxy() (proxySettings, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, "/usr/sbin/scutil", "--proxy")
	command.WaitDelay = time.Second
	output, err := command.Output()
	if err != nil {
		return proxySettings{}, fmt.Errorf("scutil: %w", err)
	}
	return parseScutil(string(output)), nil
}

// findAutoProxy is left out: CFNetwork, which could run the script, can only be called through cgo.
func findAutoProxy(*url.URL, autoProxy) (proxySettings, error) {
	return proxySettings{}, errNoAutoProxy
}
