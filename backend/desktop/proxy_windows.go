package desktop

import (
	"golang.org/x/net/http/httpproxy"
	"golang.org/x/sys/windows/registry"
)

const internetSettings = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`

// readSystemProxy answers the proxy of the user's internet settings; nil where none is switched on.
func readSystemProxy() *httpproxy.Config {
	key, err := registry.OpenKey(registry.CURRENT_USER, internetSettings, registry.QUERY_VALUE)
	if err != nil {
		return nil
	}
	defer func() { _ = key.Close() }()
	if enabled, _, err := key.GetIntegerValue("ProxyEnable"); err != nil || enabled == 0 {
		return nil
	}
	server, _, err := key.GetStringValue("ProxyServer")
	if err != nil || server == "" {
		return nil
	}
	// No exceptions is the normal case.
	exceptions, _, _ := key.GetStringValue("ProxyOverride")
	return parseWinINet(server, exceptions)
}
