package desktop

import "golang.org/x/net/http/httpproxy"

// readSystemProxy answers nil: on Linux the environment is the system's setting.
func readSystemProxy() *httpproxy.Config { return nil }
