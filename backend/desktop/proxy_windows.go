package desktop

import (
	"errors"
	"fmt"
	"net/url"
	"unsafe"

	"golang.org/x/sys/windows"
)

// WinHTTP runs proxy scripts and discovers them in the network. It also returns the user's own settings, from whichever
// place of the registry.
var (
	winHTTP           = windows.NewLazySystemDLL("winhttp.dll")
	winHTTPOpen       = winHTTP.NewProc("WinHttpOpen")
	winHTTPClose      = winHTTP.NewProc("WinHttpCloseHandle")
	winHTTPTimeouts   = winHTTP.NewProc("WinHttpSetTimeouts")
	winHTTPUserProxy  = winHTTP.NewProc("WinHttpGetIEProxyConfigForCurrentUser")
	winHTTPProxyFor   = winHTTP.NewProc("WinHttpGetProxyForUrl")
	kernelGlobalFree  = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree")
	errWinHTTPMissing = errors.New("winhttp.dll cannot be used")
)

// Names and values of winhttp.h.
const (
	accessTypeNoProxy     = 1
	autoProxyAutoDetect   = 1
	autoProxyConfigURL    = 2
	autoDetectDHCPAndDNS  = 1 | 2
	autoProxyMilliseconds = 5000
)

// userProxyConfig is WINHTTP_CURRENT_USER_IE_PROXY_CONFIG.
type userProxyConfig struct {
	autoDetect    int32
	autoConfigURL *uint16
	proxy         *uint16
	proxyBypass   *uint16
}

// autoProxyOptions is WINHTTP_AUTOPROXY_OPTIONS.
type autoProxyOptions struct {
	flags              uint32
	autoDetectFlags    uint32
	autoConfigURL      *uint16
	reserved           uintptr
	reservedNumber     uint32
	autoLogonIfAllowed int32
}

// proxyInfo is WINHTTP_PROXY_INFO.
type proxyInfo struct {
	accessType  uint32
	proxy       *uint16
	proxyBypass *uint16
}

// takeText returns a string of WinHTTP and frees its memory.
func takeText(text *uint16) string {
	if text == nil {
		return ""
	}
	value := windows.UTF16PtrToString(text)
	_, _, _ = kernelGlobalFree.Call(uintptr(unsafe.Pointer(text)))
	return value
}

// readSystemProxy returns the proxy of the user's internet settings.
func readSystemProxy() (proxySettings, error) {
	if winHTTPUserProxy.Find() != nil {
		return proxySettings{}, errWinHTTPMissing
	}
	var config userProxyConfig
	if ok, _, err := winHTTPUserProxy.Call(uintptr(unsafe.Pointer(&config))); ok == 0 {
		if errors.Is(err, windows.ERROR_FILE_NOT_FOUND) { // none are set
			return proxySettings{}, nil
		}
		return proxySettings{}, fmt.Errorf("internet settings: %w", err)
	}
	script, proxy, bypass := takeText(config.autoConfigURL), takeText(config.proxy), takeText(config.proxyBypass)
	settings := parseWinINET(proxy, bypass)
	settings.auto = autoProxy{script: script, detect: config.autoDetect != 0}
	return settings, nil
}

// findAutoProxy discovers a script first, as Windows does, and then uses the configured one.
func findAutoProxy(target *url.URL, auto autoProxy) (proxySettings, error) {
	if winHTTPProxyFor.Find() != nil {
		return proxySettings{}, errWinHTTPMissing
	}
	session, _, err := winHTTPOpen.Call(0, accessTypeNoProxy, 0, 0, 0)
	if session == 0 {
		return proxySettings{}, fmt.Errorf("WinHttpOpen: %w", err)
	}
	defer func() { _, _, _ = winHTTPClose.Call(session) }()
	_, _, _ = winHTTPTimeouts.Call(session, autoProxyMilliseconds, autoProxyMilliseconds, autoProxyMilliseconds, autoProxyMilliseconds)
	if auto.detect {
		found, err := askWinHTTP(session, target, autoProxyOptions{flags: autoProxyAutoDetect, autoDetectFlags: autoDetectDHCPAndDNS})
		if err == nil || auto.script == "" {
			return found, err
		}
	}
	script, err := windows.UTF16PtrFromString(auto.script)
	if err != nil {
		return proxySettings{}, errors.New("the address of the proxy script is not an address")
	}
	return askWinHTTP(session, target, autoProxyOptions{flags: autoProxyConfigURL, autoConfigURL: script})
}

// askWinHTTP calls without the user's credentials first, because offering them slows down the servers that need none.
func askWinHTTP(session uintptr, target *url.URL, options autoProxyOptions) (proxySettings, error) {
	// The script receives no path, which may contain ids.
	address, err := windows.UTF16PtrFromString(target.Scheme + "://" + target.Host + "/")
	if err != nil {
		return proxySettings{}, errors.New("the address is not an address")
	}
	for _, options.autoLogonIfAllowed = range []int32{0, 1} {
		var info proxyInfo
		ok, _, callErr := winHTTPProxyFor.Call(session, uintptr(unsafe.Pointer(address)),
			uintptr(unsafe.Pointer(&options)), uintptr(unsafe.Pointer(&info)))
		if ok == 0 {
			err = fmt.Errorf("WinHttpGetProxyForUrl: %w", callErr)
			continue
		}
		proxy, bypass := takeText(info.proxy), takeText(info.proxyBypass)
		if info.accessType == accessTypeNoProxy {
			return proxySettings{}, nil
		}
		return parseWinINET(proxy, bypass), nil
	}
	return proxySettings{}, err
}
