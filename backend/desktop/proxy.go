package desktop

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"
)

const (
	// proxyKept is how long the system's settings are used before they are read again: a laptop changes networks.
	proxyKept = 10 * time.Second
	// autoProxyWait is how long automatic configuration is not retried after a failure, because it can take seconds.
	autoProxyWait = time.Minute
)

// systemProxy returns the proxy for a request: the environment's if it has one, otherwise the system's, or nil for a
// direct connection. It is called before every request, so that a change of the settings needs no restart.
func systemProxy(r *http.Request) (*url.URL, error) { return systemProxies.proxyFor(r.URL) }

var systemProxies = &proxyResolver{read: readSystemProxy, automatic: findAutoProxy, now: time.Now, log: slog.New(slog.DiscardHandler)}

// errNoAutoProxy is returned on platforms without a resolver for proxy scripts.
var errNoAutoProxy = errors.New("automatic proxy configuration (PAC, WPAD) is not supported on this platform")

// proxyResolver chooses the proxy of each request.
type proxyResolver struct {
	// read returns the system's settings. automatic returns the proxies that a script or discovery chooses for an
	// address.
	read      func() (proxySettings, error)
	automatic func(target *url.URL, auto autoProxy) (proxySettings, error)
	now       func() time.Time

	mu       sync.Mutex
	log      *slog.Logger
	settings proxySettings
	readAt   time.Time
	// autoFailedAt is when autoFailed, the automatic configuration, last failed.
	autoFailed   autoProxy
	autoFailedAt time.Time
	// lastRecord is the last record that was logged; it is not repeated.
	lastRecord string
}

// logTo sets the log of the resolver.
func (p *proxyResolver) logTo(log *slog.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = log
}

func (p *proxyResolver) proxyFor(target *url.URL) (*url.URL, error) {
	environment := environmentProxies()
	if environment.HTTPProxy != "" || environment.HTTPSProxy != "" {
		proxy, err := environment.ProxyFunc()(target)
		// A setting that cannot be read counts as none.
		unread := proxy == nil && settingFor(environment, target) != "" && !exempt(environment.NoProxy, target)
		if err != nil || unread {
			// The error may quote the setting, which may hold a password.
			return nil, errors.New("the environment's proxy setting is not the address of a proxy")
		}
		return usableProxy(proxy)
	}
	if exempt(environment.NoProxy, target) {
		return nil, nil
	}
	return p.systemProxyFor(target)
}

// environmentProxies returns the proxies of the environment. ALL_PROXY applies to both schemes.
func environmentProxies() *httpproxy.Config {
	config := httpproxy.FromEnvironment()
	all := os.Getenv("ALL_PROXY")
	if all == "" {
		all = os.Getenv("all_proxy")
	}
	if config.HTTPProxy == "" {
		config.HTTPProxy = all
	}
	if config.HTTPSProxy == "" {
		config.HTTPSProxy = all
	}
	return config
}

// settingFor returns the environment's setting for the target's scheme.
func settingFor(environment *httpproxy.Config, target *url.URL) string {
	if target.Scheme == "https" {
		return environment.HTTPSProxy
	}
	return environment.HTTPProxy
}

// exempt reports whether NO_PROXY names the target, or it is on loopback. Both hold for the system's proxy too.
func exempt(noProxy string, target *url.URL) bool {
	const any = "http://proxy.invalid"
	proxy, err := (&httpproxy.Config{HTTPProxy: any, HTTPSProxy: any, NoProxy: noProxy}).ProxyFunc()(target)
	return err == nil && proxy == nil
}

func (p *proxyResolver) systemProxyFor(target *url.URL) (*url.URL, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	settings := p.current()
	if settings.auto.on() {
		found, err := p.findAutomatically(target, settings.auto)
		if err == nil {
			return found.proxyFor(target)
		}
	}
	return settings.proxyFor(target)
}

// current returns the system's settings. They are read again when older than proxyKept.
func (p *proxyResolver) current() proxySettings {
	now := p.now()
	if !p.readAt.IsZero() && now.Sub(p.readAt).Abs() < proxyKept {
		return p.settings
	}
	settings, err := p.read()
	p.readAt = now
	if err != nil {
		p.logOnce("the system's proxy settings cannot be read: " + err.Error())
		return p.settings
	}
	p.settings = settings
	return settings
}

func (p *proxyResolver) findAutomatically(target *url.URL, auto autoProxy) (proxySettings, error) {
	now := p.now()
	if p.autoFailed == auto && now.Sub(p.autoFailedAt).Abs() < autoProxyWait {
		return proxySettings{}, errNoAutoProxy
	}
	found, err := p.automatic(target, auto)
	if err != nil {
		p.autoFailed, p.autoFailedAt = auto, now
		p.logOnce("the proxy cannot be found automatically: " + err.Error())
	}
	return found, err
}

func (p *proxyResolver) logOnce(what string) {
	if what != p.lastRecord {
		p.log.Warn("proxy", "problem", what)
		p.lastRecord = what
	}
}

// usableProxy returns an error unless net/http supports the kind of proxy: it would treat any other as an HTTP proxy.
func usableProxy(proxy *url.URL) (*url.URL, error) {
	if proxy == nil {
		return nil, nil
	}
	usable := *proxy
	switch usable.Scheme = strings.ToLower(proxy.Scheme); usable.Scheme {
	case "http", "https", "socks5", "socks5h":
	case "socks":
		usable.Scheme = "socks5"
	default:
		return nil, errors.New("the proxy must be of kind http, https or socks5, not " + printable(usable.Scheme))
	}
	if usable.Hostname() == "" || portFault(usable.Host) != "" {
		return nil, errors.New("the proxy setting is not the address of a proxy")
	}
	return &usable, nil
}
