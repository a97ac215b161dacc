//go:build !dev

package desktop

// ContentSecurityPolicy allows the window to load what is built into the app and nothing else: data is passed through
// Go. Inline styles are allowed because the component library writes them at run time.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
