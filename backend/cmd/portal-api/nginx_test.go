package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/wait"
)

// TestNginx runs the sample of a site as operators get it, with other names, ports and files.
func TestNginx(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("nginx is not installed: build/deploy/nginx.conf was not tested")
		}
	}
	n := startNginx(t, program)
	t.Run("loses_no_request_during_restart", n.losesNoRequest)
	t.Run("speaks_tls_and_http2_only", n.speaksTLS)
	t.Run("limits_bodies", n.limitsBodies)
	t.Run("redirects_plain_http", n.redirects)
}

type nginx struct {
	*manager
	second     net.Listener // the API's socket of a second server
	first, two *child.Process
	site       string
	plain      string
	client     *http.Client
}

func startNginx(t *testing.T, program string) *nginx {
	t.Helper()
	n := &nginx{manager: newManager(t), second: loopbackListener(t)}
	n.first, _ = n.start([]string{"api"}, n.api)
	n.wantNotification("READY=1")
	n.two, _ = n.start([]string{"api"}, n.second)
	n.wantNotification("READY=1")
	dir := t.TempDir()
	pool := writeCertificate(t, dir)
	n.client = &http.Client{Timeout: wait.Timeout(time.Minute), Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "portal.example.com"}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(n.client.CloseIdleConnections)
	config := n.write(dir)
	if output, err := exec.Command(program, "-t", "-p", dir, "-c", config).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v: %s", err, output)
	}
	command := exec.Command(program, "-p", dir, "-c", config)
	process, err := child.Start(command, syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Stop(wait.Timeout(20*time.Second), syscall.SIGTERM) })
	wait.Until(t, time.Minute, "nginx to serve", func() bool { return fetch(t.Context(), n.client, n.site+"/healthz") == nil })
	return n
}

// write writes the sample with the test's own values, and returns the path of a configuration that includes it.
func (n *nginx) write(dir string) string {
	n.Helper()
	sample, err := os.ReadFile("../../../build/deploy/nginx.conf")
	if err != nil {
		n.Fatal(err)
	}
	https, http := freeAddress(n.T), freeAddress(n.T)
	n.site, n.plain = "https://"+https, "http://"+http
	site := string(sample)
	for from, to := range map[string]string{
		"server 127.0.0.1:8480;":                    fmt.Sprintf("server %s; server %s;", n.api.Addr(), n.second.Addr()),
		"listen 80;":                                "listen " + http + ";",
		"listen [::]:80;":                           "",
		"listen 443 ssl http2;":                     "listen " + https + " ssl http2;",
		"listen [::]:443 ssl http2;":                "",
		"/etc/letsencrypt/live/portal.example.com/": dir + "/",
		"rate=300r/s":                               "rate=100000r/s", // the test sends more than an office
		"/var/www/html":                             dir,
	} {
		if !strings.Contains(site, from) {
			n.Fatalf("nginx.conf lacks %q", from)
		}
		site = strings.ReplaceAll(site, from, to)
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;"
	}
	main := fmt.Sprintf(`%s
daemon off;
worker_processes 1;
pid %[2]s/nginx.pid;
error_log %[2]s/error.log;
events {}
http {
  access_log off;
  client_body_temp_path %[2]s/body;
  proxy_temp_path %[2]s/proxy;
  fastcgi_temp_path %[2]s/fastcgi;
  uwsgi_temp_path %[2]s/uwsgi;
  scgi_temp_path %[2]s/scgi;
  include %[2]s/site.conf;
}
`, user, dir)
	writeFile(n.T, filepath.Join(dir, "site.conf"), site)
	writeFile(n.T, filepath.Join(dir, "nginx.conf"), main)
	return filepath.Join(dir, "nginx.conf")
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// freeAddress returns a loopback address whose port is free.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// writeCertificate writes the certificate of portal.example.com, issued by an authority of its own, and returns the
// authority.
func writeCertificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}
	site := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "portal.example.com"},
		DNSNames: []string{"portal.example.com"}, NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	authorityKey, siteKey := newKey(t), newKey(t)
	root := issue(t, authority, authority, authorityKey, authorityKey)
	leaf := issue(t, site, authority, siteKey, authorityKey)
	der, err := x509.MarshalECPrivateKey(siteKey)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "fullchain.pem"), string(leaf)+string(root))
	writeFile(t, filepath.Join(dir, "privkey.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	return pool
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func issue(t *testing.T, certificate, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// losesNoRequest restarts one of two servers under load, with reads and with requests that write.
func (n *nginx) losesNoRequest(t *testing.T) {
	reads := startLoad(t, func() error { return fetch(t.Context(), n.client, n.site+"/readyz") })
	writes := startLoad(t, n.refusedSignIn)
	for range 2 {
		reads.wantMore(50)
		writes.wantMore(50)
		go n.two.Stop(wait.Timeout(time.Minute), syscall.SIGTERM)
		n.wantNotification("STOPPING=1")
		n.two.Code()
		n.two, _ = n.start([]string{"api"}, n.second)
		n.wantNotification("READY=1")
	}
	reads.wantMore(50)
	writes.wantMore(50)
	reads.end()
	writes.end()
}

// refusedSignIn sends a POST and returns an error unless the API itself refuses it.
func (n *nginx) refusedSignIn() error {
	response, err := n.client.Post(n.site+"/v1/auth/refresh", "application/json", strings.NewReader(`{"refresh_token":"none"}`))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusUnauthorized {
		return fmt.Errorf("POST /v1/auth/refresh: got status %d, want 401", response.StatusCode)
	}
	return nil
}

func (n *nginx) speaksTLS(t *testing.T) {
	response, err := n.client.Get(n.site + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 || response.TLS.Version < tls.VersionTLS12 {
		t.Errorf("got %s over TLS %x, want HTTP/2 over TLS 1.2 or newer", response.Proto, response.TLS.Version)
	}
	for name, want := range map[string]string{"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
		if got := response.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want it once, %q", name, got, want)
		}
	}
	old := n.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if connection, err := tls.Dial("tcp", strings.TrimPrefix(n.site, "https://"), old); err == nil {
		connection.Close()
		t.Error("got a connection over TLS 1.1, want none")
	}
}

func (n *nginx) limitsBodies(t *testing.T) {
	response, err := n.client.Post(n.site+"/v1/auth/refresh", "application/json", strings.NewReader(strings.Repeat("x", 1<<20+1)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	kind := response.Header.Get("Content-Type")
	if response.StatusCode != http.StatusRequestEntityTooLarge || kind != "application/problem+json" {
		t.Errorf("got status %d and %s, want 413 and a problem", response.StatusCode, kind)
	}
}

func (n *nginx) redirects(t *testing.T) {
	response, err := n.client.Get(n.plain + "/open/client/1?a=b")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	const want = "https://portal.example.com/open/client/1?a=b"
	if got := response.Header.Get("Location"); response.StatusCode != http.StatusPermanentRedirect || got != want {
		t.Errorf("got status %d and %q, want 308 and %q", response.StatusCode, got, want)
	}
}
