//go:build dev

package desktop

// ContentSecurityPolicy is the policy of `wails dev`: Vite's hot reload needs inline scripts and a socket of this
// computer.
const ContentSecurityPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; " +
	"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
	"connect-src 'self' ws://localhost:* ws://127.0.0.1:*"
