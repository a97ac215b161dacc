package desktop

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// caSample returns a file that OpenSSL 3.0 wrote: the same authority in each of its formats.
func caSample(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "ca", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// inUTF16 writes text as Windows' own editors and PowerShell do, with or without a byte order mark.
func inUTF16(order binary.AppendByteOrder, mark bool, text []byte) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// newCertificate makes a certificate for an authority that holds for a year from start, changed by change.
func newCertificate(t testing.TB, start time.Time, change func(*x509.Certificate)) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: "Made CA"},
		NotBefore: start, NotAfter: start.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if change != nil {
		change(template)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func inPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestCertificates(t *testing.T) {
	text, der := caSample(t, "ca.pem"), caSample(t, "ca.der")
	bom := []byte("\xef\xbb\xbf")
	for name, test := range map[string]struct {
		content []byte
		usable  int
	}{
		"reads_pem":                        {text, 1},
		"reads_pem_with_crlf":              {bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), 1},
		"reads_pem_after_explanations":     {joined([]byte("# subject: Example\n"), text), 1},
		"reads_pem_with_bom":               {joined(bom, text), 1},
		"reads_utf16_little_endian":        {inUTF16(binary.LittleEndian, true, text), 1},
		"reads_utf16_big_endian":           {inUTF16(binary.BigEndian, true, text), 1},
		"reads_utf16_without_mark":         {inUTF16(binary.LittleEndian, false, text), 1},
		"reads_der":                        {der, 1},
		"reads_der_with_bom":               {joined(bom, der), 1},
		"reads_der_behind_utf16":           {joined(inUTF16(binary.LittleEndian, true, text), der), 2},
		"reads_pem_after_a_number":         {joined([]byte("0 authorities of ours\n"), text), 1},
		"reads_pkcs7_labelled_cms":         {inPEM("CMS", caSample(t, "bundle.p7c")), 1},
		"reads_trusted_label":              {caSample(t, "trusted.pem"), 1},
		"reads_old_x509_label":             {inPEM("X509 CERTIFICATE", der), 1},
		"reads_pkcs7_pem":                  {caSample(t, "bundle.p7b"), 1},
		"reads_pkcs7_der":                  {caSample(t, "bundle.p7c"), 1},
		"reads_pkcs7_labelled_certificate": {inPEM("CERTIFICATE", caSample(t, "bundle.p7c")), 1},
		"reads_joined_with_boms":           {joined(bom, text, bom, text), 2},
		"reads_joined_without_line_end":    {joined(bytes.TrimSpace(text), text), 2},
		"reads_joined_der":                 {joined(der, der), 2},
		"reads_joined_der_and_pem":         {joined(der, text, der, text), 4},
		"reads_joined_encodings": {joined(text, inUTF16(binary.LittleEndian, true, text),
			inUTF16(binary.BigEndian, true, text), bom, text), 4},
		"reads_joined_bundle_and_trusted": {joined(caSample(t, "bundle.p7b"), caSample(t, "trusted.pem"),
			caSample(t, "bundle.p7c")), 3},
		"reads_joined_pem_without_newlines": {bytes.ReplaceAll(joined(text, text), []byte("-----\n-----"), []byte("----------")), 2},
	} {
		t.Run(name, func(t *testing.T) {
			got := readCertificates(test.content, time.Now())
			if len(got.usable) != test.usable || len(got.notes) != 0 {
				t.Fatalf("got %d certificates and notes %q, want %d and none", len(got.usable), got.notes, test.usable)
			}
			for _, certificate := range got.usable {
				if certificate.Subject.CommonName != "Example CA" {
					t.Errorf("read %q", certificate.Subject)
				}
			}
		})
	}
}

func TestCertificatesThatCannotBeUsed(t *testing.T) {
	now := time.Now()
	good, der := caSample(t, "ca.pem"), caSample(t, "ca.der")
	damaged := slices.Clone(der)
	damaged[4] ^= 0xff
	expired := newCertificate(t, now.AddDate(-2, 0, 0), nil)
	later := newCertificate(t, now.AddDate(0, 0, 2), nil)
	leaf := newCertificate(t, now.Add(-time.Hour), func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage = false,
			x509.KeyUsageDigitalSignature
	})
	nameless := newCertificate(t, now.AddDate(-2, 0, 0), func(c *x509.Certificate) { c.Subject = pkix.Name{} })
	ellipticKey, unknownKey := []byte("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"), []byte("\x06\x07\x2a\x86\x48\xce\x3d\x02\x7f")
	otherKey := bytes.Replace(newCertificate(t, now.Add(-time.Hour), nil), ellipticKey, unknownKey, 1)
	signsNothing := newCertificate(t, now.Add(-time.Hour), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })
	for name, test := range map[string]struct {
		content []byte
		usable  int
		want    string
	}{
		"expired":              {inPEM("CERTIFICATE", expired), 0, "expired on"},
		"not_yet_valid":        {inPEM("CERTIFICATE", later), 1, "it is used from"},
		"no_authority":         {inPEM("CERTIFICATE", leaf), 1, "no certificate authority"},
		"may_not_sign":         {inPEM("CERTIFICATE", signsNothing), 1, "no certificate authority"},
		"damaged_der_in_pem":   {inPEM("CERTIFICATE", damaged), 0, "x509"},
		"damaged_der":          {der[:len(der)-3], 0, "damaged DER"},
		"damaged_base64":       {bytes.Replace(good, []byte("MII"), []byte("M!I"), 1), 0, "damaged"},
		"block_without_start":  {good[30:], 0, "has no beginning"},
		"unfinished_block":     {good[:len(good)/2], 0, "has no end"},
		"rejected_by_openssl":  {caSample(t, "rejected.pem"), 0, "not trusted for servers"},
		"trusted_for_mail":     {caSample(t, "mail_only.pem"), 0, "not trusted for servers"},
		"trailing_bytes":       {inPEM("CERTIFICATE", joined(der, []byte("x"))), 0, "trailing data"},
		"private_key":          {inPEM("PRIVATE KEY", []byte("secret")), 0, "PRIVATE KEY"},
		"bundle_cut_in_two":    {inPEM("PKCS7", caSample(t, "bundle.p7c")[:100]), 0, "PKCS#7"},
		"bundle_with_none":     {inPEM("PKCS7", []byte("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")), 0, "PKCS#7"},
		"bundle_of_none":       {inPEM("PKCS7", bundleOf(t)), 0, "without certificates"},
		"bundle_cut_off":       {inPEM("PKCS7", bundleOf(t, der, []byte("\x30\x82"))), 1, "rest of the PKCS#7 bundle"},
		"bundle_with_a_bad":    {inPEM("PKCS7", bundleOf(t, damaged, der)), 1, "x509"},
		"key_of_unknown_kind":  {inPEM("CERTIFICATE", otherKey), 0, "a kind this app does not know"},
		"expired_without_name": {inPEM("CERTIFICATE", nameless), 0, "serial number 4711"},
		"nothing":              {nil, 0, "no certificate"},
		"only_an_explanation":  {[]byte("-----\nhello\n"), 0, "no certificate"},
		"label_with_line_ends": {[]byte("-----BEGIN X\x1b[31m-----\nAAAA\n-----END X\x1b[31m-----\n"), 0, "entry 1"},
		"block_without_label":  {[]byte("-----BEGIN -----\nAAAA\n-----END -----\n"), 0, "another kind"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readCertificates(test.content, now)
			if len(got.usable) != test.usable || len(got.notes) != 1 || !strings.Contains(got.notes[0], test.want) {
				t.Errorf("got %d certificates and notes %q, want %d and one note with %q", len(got.usable), got.notes,
					test.usable, test.want)
			}
			// The same beside two good ones is noted by its place, and drops neither of them.
			beside := readCertificates(joined(good, test.content, []byte("\n"), good), now)
			if test.want == "no certificate" || name == "damaged_der" { // which takes the next block's first bytes for its own
				return
			}
			place := "entry 2"
			if name == "bundle_cut_off" {
				place = "entry 3" // behind the bundle's first
			}
			if len(beside.usable) != test.usable+2 || len(beside.notes) != 1 || !strings.Contains(beside.notes[0], place) {
				t.Errorf("beside two good ones: got %d certificates and notes %q", len(beside.usable), beside.notes)
			}
			if strings.ContainsAny(beside.notes[0], "\n\x1b") {
				t.Errorf("note %q is not one printable line", beside.notes[0])
			}
		})
	}
}

// bundleOf makes a PKCS#7 bundle of certificates, or of what else there is.
func bundleOf(t *testing.T, members ...[]byte) []byte {
	t.Helper()
	marshal := func(value any) []byte {
		der, err := asn1.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	set := asn1.RawValue{Tag: asn1.TagSet, IsCompound: true}
	parts := joined(marshal(1), marshal(set))
	if len(members) > 0 {
		parts = joined(parts, marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: joined(members...)}))
	}
	data := marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: joined(parts, marshal(set))})
	content := marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: data})
	return marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: joined(marshal(signedDataType), content)})
}

func TestTrustForServers(t *testing.T) {
	mail := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	list := func(purposes ...asn1.ObjectIdentifier) []asn1.ObjectIdentifier { return purposes }
	for name, test := range map[string]struct {
		trust openSSLTrust
		want  bool
	}{
		"of_one_without_purposes":     {openSSLTrust{}, true},
		"of_one_for_servers":          {openSSLTrust{Trust: list(mail, serverPurpose)}, true},
		"of_one_for_any_purpose":      {openSSLTrust{Trust: list(anyPurpose)}, true},
		"of_one_for_mail":             {openSSLTrust{Trust: list(mail)}, false},
		"of_one_rejected_for_servers": {openSSLTrust{Trust: list(anyPurpose), Reject: list(serverPurpose)}, false},
		"of_one_rejected_for_any":     {openSSLTrust{Reject: list(anyPurpose)}, false},
		"of_one_rejected_for_mail":    {openSSLTrust{Reject: list(mail)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			der, err := asn1.Marshal(test.trust)
			if err != nil {
				t.Fatal(err)
			}
			if got := trustsServers(der); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
	t.Run("is_none_where_it_cannot_be_read", func(t *testing.T) {
		for _, der := range [][]byte{[]byte("x"), []byte("\x30\x82"), []byte("\x02\x01\x00")} {
			if trustsServers(der) {
				t.Errorf("%x: trusted", der)
			}
		}
	})
}

func TestSignsOthers(t *testing.T) {
	for name, test := range map[string]struct {
		certificate x509.Certificate
		want        bool
	}{
		"an_authority": {x509.Certificate{Version: 3, IsCA: true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageCertSign}, true},
		"an_authority_of_any_use":       {x509.Certificate{Version: 3, IsCA: true, BasicConstraintsValid: true}, true},
		"an_authority_of_version_1":     {x509.Certificate{Version: 1}, true},
		"an_authority_that_may_not":     {x509.Certificate{Version: 3, IsCA: true, KeyUsage: x509.KeyUsageDigitalSignature}, false},
		"a_server":                      {x509.Certificate{Version: 3, BasicConstraintsValid: true}, false},
		"a_server_without_constraints":  {x509.Certificate{Version: 3}, false},
		"one_of_version_2_that_says_no": {x509.Certificate{Version: 2, BasicConstraintsValid: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := signsOthers(&test.certificate); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}

func TestCAFile(t *testing.T) {
	write := func(content []byte) map[string]string {
		file := filepath.Join(t.TempDir(), "ca")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"FSPORTAL_CA_FILE": file}
	}
	expired := inPEM("CERTIFICATE", newCertificate(t, time.Now().AddDate(-2, 0, 0), nil))
	t.Run("logs_what_is_not_used", func(t *testing.T) {
		s, err := loadWith(t, "", write(joined(expired, caSample(t, "ca.pem"))), "")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		log, file := OpenLog(dir, slog.LevelInfo)
		newTestApp(t, func(o *Options) { o.Log, o.Settings.Notes = log, s.Notes })
		_ = file.Close()
		content, err := os.ReadFile(filepath.Join(dir, folderName+".log"))
		if err != nil || !strings.Contains(string(content), "FSPORTAL_CA_FILE") || !strings.Contains(string(content),
			"entry 1 (CN=Made CA) is not used: it expired") {
			t.Errorf("log %q, %v", content, err)
		}
	})
	t.Run("is_trusted_beside_the_systems", func(t *testing.T) {
		s, err := loadWith(t, "", write(caSample(t, "ca.pem")), "")
		if err != nil {
			t.Fatal(err)
		}
		want, err := x509.SystemCertPool()
		if err != nil {
			t.Fatal(err)
		}
		want.AppendCertsFromPEM(caSample(t, "ca.pem"))
		if !s.RootCAs.Equal(want) {
			t.Error("the pool is not the system's and the file's certificate")
		}
	})
	t.Run("refuses_start_where_nothing_can_be_used", func(t *testing.T) {
		_, err := loadWith(t, "", write(expired), "")
		if err == nil || !strings.Contains(err.Error(), "FSPORTAL_CA_FILE must be") || !strings.Contains(err.Error(), "Made CA") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line that names the setting and the certificate", err)
		}
	})
	t.Run("refuses_file_beyond_limit", func(t *testing.T) {
		_, err := loadWith(t, "", map[string]string{"FSPORTAL_CA_FILE": "/dev/zero"}, "")
		if err == nil || !strings.Contains(err.Error(), "larger than") {
			t.Errorf("got %v, want a refusal by size", err)
		}
	})
}

func FuzzCertificates(f *testing.F) {
	for _, name := range []string{"ca.pem", "ca.der", "trusted.pem", "rejected.pem", "bundle.p7b", "bundle.p7c"} {
		f.Add(caSample(f, name))
	}
	f.Add(inUTF16(binary.LittleEndian, true, caSample(f, "ca.pem")))
	f.Fuzz(func(t *testing.T, content []byte) {
		got := readCertificates(content, time.Now())
		if len(got.usable) == 0 && len(got.notes) == 0 {
			t.Error("nothing was read, and nothing says why")
		}
		if blocks := bytes.Count(content, []byte("-----BEGIN ")); len(got.usable)+len(got.notes) < min(blocks, 1) {
			t.Errorf("%d blocks became %d certificates and notes %q", blocks, len(got.usable), got.notes)
		}
		for _, note := range got.notes {
			if strings.ContainsAny(note, "\r\n\x1b") {
				t.Errorf("note %q is not one line", note)
			}
		}
	})
}
