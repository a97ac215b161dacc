//go:build !dev

package desktop

// ContentSecurityPolicy lets the window load nothing but what is built into the app, and reach nobody: data comes
// through Go. Styles may be inline because the component library writes them at run time.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
