package desktop

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func mustCertificate(t *testing.T, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	ca := newAuthority(t)
	template.SerialNumber = big.NewInt(3)
	cert, err := x509.ParseCertificate(ca.sign(template, ca.cert, newKey(t)).Raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestCertificateNames(t *testing.T) {
	t.Run("are_the_first_of_DNS", func(t *testing.T) {
		cert := mustCertificate(t, &x509.Certificate{Subject: pkix.Name{CommonName: "common"}, DNSNames: []string{"a.example", "b.example"}})
		if got := namesOf(cert); got != "“a.example”" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("are_an_address_where_there_is_no_other", func(t *testing.T) {
		cert := mustCertificate(t, &x509.Certificate{Subject: pkix.Name{CommonName: "common"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 7)}})
		if got := namesOf(cert); got != "“192.0.2.7”" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("are_the_subject's_where_there_is_no_other", func(t *testing.T) {
		if got := namesOf(mustCertificate(t, &x509.Certificate{Subject: pkix.Name{CommonName: "common"}})); got != "“common”" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("of_an_issuer_are_its_organisation's_without_its_own", func(t *testing.T) {
		for want, issuer := range map[string]pkix.Name{
			"“Own”": {CommonName: "Own", Organization: []string{"Acme"}}, "“Acme”": {Organization: []string{"Acme", "Other"}}, "": {},
		} {
			if got := issuerOf(&x509.Certificate{Issuer: issuer}); got != want {
				t.Errorf("%v: got %s, want %s", issuer, got, want)
			}
		}
	})
	t.Run("are_short_and_printable", func(t *testing.T) {
		for name, want := range map[string]string{
			strings.Repeat("ä", 60): "“" + strings.Repeat("ä", 60) + "”", strings.Repeat("ä", 61): "“" + strings.Repeat("ä", 60) + "…”", "": "",
		} {
			if got := foreignName(name); got != want {
				t.Errorf("%d letters: got %s, want %s", len([]rune(name)), got, want)
			}
		}
		if got := foreignName("a\nb\u202ec\x1b[0m"); strings.ContainsAny(got, "\n\u202e\x1b") {
			t.Errorf("got %q, want printable characters alone", got)
		}
	})
}

// A chain that breaks because one of its certificates is out of its time is reported as one of an unknown authority.
func TestUntrustedChain(t *testing.T) {
	now := time.Now()
	leaf := &x509.Certificate{Issuer: pkix.Name{CommonName: "Between"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	for name, test := range map[string]struct {
		from, until time.Duration
		cause       string
	}{
		"with_all_in_their_time":     {-time.Hour, time.Hour, causeUntrusted},
		"with_one_that_has_expired":  {-2 * time.Hour, -time.Hour, causeExpired},
		"with_one_of_the_days_ahead": {time.Hour, 2 * time.Hour, causeNotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			between := &x509.Certificate{NotBefore: now.Add(test.from), NotAfter: now.Add(test.until)}
			err := &tls.CertificateVerificationError{
				UnverifiedCertificates: []*x509.Certificate{leaf, between}, Err: x509.UnknownAuthorityError{Cert: leaf},
			}
			if f := silentClient("https://portal.example.com").findCause(err, now); f.cause != test.cause || f.evidence == "" {
				t.Errorf("got %+v, want %s", f, test.cause)
			}
		})
	}
	t.Run("that_fails_for_another_reason", func(t *testing.T) {
		err := &tls.CertificateVerificationError{Err: x509.UnhandledCriticalExtension{}}
		if f := silentClient("https://portal.example.com").findCause(err, now); f.cause != causeUntrusted {
			t.Errorf("got %s, want %s", f.cause, causeUntrusted)
		}
	})
}

// remote is an alert as crypto/tls returns it.
func remote(alert uint8) error {
	return &net.OpError{Op: "remote error", Err: tls.AlertError(alert)}
}

func TestAlert(t *testing.T) {
	for alert, want := range map[uint8][2]string{
		40:  {causeNoTLS, causeClientCert},
		42:  {causeNoTLS, causeClientCert},
		48:  {causeNoTLS, causeNoTLS},
		70:  {causeOldTLS, causeOldTLS},
		80:  {causeNoTLS, causeNoTLS},
		112: {causeNoTLS, causeNoTLS},
		116: {causeClientCert, causeClientCert},
	} {
		for i, asked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d_asked_%t", alert, asked), func(t *testing.T) {
				c := silentClient("https://portal.example.com")
				c.certificateAsked.Store(asked)
				f := c.findCause(remote(alert), time.Now())
				if f.cause != want[i] || !strings.HasPrefix(f.evidence, fmt.Sprintf("alert %d: ", alert)) {
					t.Errorf("got %s, evidence %q, want %s", f.cause, f.evidence, want[i])
				}
			})
		}
	}
	t.Run("is_none_where_the_server_speaks_no_TLS", func(t *testing.T) {
		for _, err := range []error{tls.RecordHeaderError{Msg: "x"}, http.ErrSchemeMismatch} {
			if f := silentClient("https://portal.example.com").findCause(err, time.Now()); f.cause != causeNoTLS {
				t.Errorf("%v: got %s, want %s", err, f.cause, causeNoTLS)
			}
		}
	})
	t.Run("is_no_reason_to_connect_again", func(t *testing.T) {
		if connectionFailed(remote(70)) || !connectionFailed(io.EOF) || connectionFailed(slowError{errors.New("x")}) || connectionFailed(nil) {
			t.Error("only a connection that broke or was refused is made again")
		}
	})
}

// What lets the app in clears the server of having wanted a certificate; what a server that wants one replies does not.
func TestNoteAccepted(t *testing.T) {
	for status, kept := range map[int]bool{200: false, 304: false, 400: true, 401: false, 403: true, 404: false, 500: false} {
		c := silentClient("https://portal.example.com")
		c.certificateAsked.Store(true)
		c.noteAccepted(status)
		if c.certificateAsked.Load() != kept {
			t.Errorf("%d: the question is remembered: %t, want %t", status, !kept, kept)
		}
	}
}
