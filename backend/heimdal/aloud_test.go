package heimdal

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"fs-client-portal/backend/portal"
)

func TestTheKeyIsNeverInAMessageHoweverItIsEchoed(t *testing.T) {
	t.Parallel()
	half := strings.ToLower(key[4:13])
	for _, echoed := range []string{
		key, strings.ToLower(key), url.QueryEscape(key), "Bearer+" + key, half, key[:6], key[len(key)-6:],
		percent(key), percent(percent(key)), base64.StdEncoding.EncodeToString([]byte(key)), "x" + key + "x" + key,
	} {
		for _, text := range []string{`{"message":"No such key: ` + echoed + `."}`, `{"error":{"code":401,"message":"` + echoed + `"}}`, `{"errors":["` + echoed + `"]}`, `[{"message":"` + echoed + `"}]`} {
			_, err := readAll(t, text)
			wantCode(t, err, portal.BadKey)
			shown := strings.ToLower(err.Error())
			for i := range len(key) - 5 + 1 {
				if piece := strings.ToLower(key[i : i+5]); strings.Contains(shown, piece) {
					t.Fatalf("%s shows %s: %v", text, piece, err)
				}
			}
			if !strings.Contains(shown, "…") {
				t.Errorf("%s is shown as %v", text, err)
			}
		}
	}
	for _, innocent := range []string{"Access denied for tenant 17.", "1+1 is 2", "100% sure", "Café"} {
		if got := redact(innocent, key); got != innocent {
			t.Errorf("the innocent text %q became %q", innocent, got)
		}
	}
	if got := redact(strings.Repeat("é", 5000), key); got != strings.Repeat("é", 200) {
		t.Errorf("a long text became one of %d bytes", len(got))
	}
	if got := redact("no key A+B/ C% or a%2bb%2F", "A+B/"); strings.Contains(strings.ToLower(got), "a+b") {
		t.Errorf("of a key with a plus %q is left", got)
	}
	if got := redact("a\x00b\u202Ec\n\xffd", key); got != "a b c …d" {
		t.Errorf("a text with what nobody should see became %q", got)
	}
}

// percent encodes every character.
func percent(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

func TestAnswersThatAreNoTextOfOursAreRefused(t *testing.T) {
	t.Parallel()
	good := `[{"id":2,"name":"Bø","type":"CORP"}]`
	wide := func(order func([]byte, uint16) []byte, mark bool) string {
		var b []byte
		if mark {
			b = order(b, 0xfeff)
		}
		for _, unit := range utf16.Encode([]rune(good)) {
			b = order(b, unit)
		}
		return string(b)
	}
	little := func(b []byte, u uint16) []byte { return append(b, byte(u), byte(u>>8)) }
	big := func(b []byte, u uint16) []byte { return append(b, byte(u>>8), byte(u)) }
	for name, text := range map[string]string{
		"UTF-16": wide(little, true), "UTF-16, the other way": wide(big, true), "UTF-16 without a mark": wide(little, false), "the other way without a mark": wide(big, false),
		"Latin-1": "[{\"id\":2,\"name\":\"B\xf8\",\"type\":\"CORP\"}]", "a byte that is none": "[{\"id\":2,\"na\xffme\":\"B\",\"type\":\"CORP\"}]",
		"what is no value, broken off": "[{\"id\":2,\"x\":\x00\x01", "a raw NUL": "[{\"id\":2,\"name\":\"B\x00\",\"type\":\"CORP\"}]", "a raw line end": "[{\"id\":2,\"name\":\"B\n\",\"type\":\"CORP\"}]",
		"a semicolon between two": `[{"id":2,"type":"CORP"};{"id":3,"type":"CORP"}]`, "a colon between two": `[{"id":2,"type":"CORP"}:{"id":3,"type":"CORP"}]`, "a comma for an end": `[{"id":2,"type":"CORP"},]`, "a word": `[{"id":2,"type":CORP}]`, "a number": `[{"id":02,"type":"CORP"}]`, "an escape": `[{"id":2,"type":"\x"}]`,
		"no comma": `[{"id":2 "type":"CORP"}]`, "no colon": `[{"id" 2,"type":"CORP"}]`, "brackets": `[{"id":2,"type":"CORP","x":[1}]]`, "no name": `[{2:3,"type":"CORP"}]`,
		"two values in a list": `[{"id":2,"type":"CORP","x":[1 2]}]`, "an envelope": `{"items":[],"total":0,}`, "a mark twice": "\xef\xbb\xbf\xef\xbb\xbf[]",
		"two names with two ids": `[{"id":2,"id":3,"type":"CORP"}]`, "two spellings": `[{"Id":2,"id":"3","type":"CORP"}]`, "two types": `[{"id":2,"type":"CORP","TYPE":"RESELLER"}]`,
		"an object with two numbers": `[{"id":2,"type":"CORP","licenses":{"used":1,"used":2}}]`, "an object with two days": `[{"id":2,"type":"CORP","licence":{"expiry":"2027-03-31","Expiry":"2028-03-31"}}]`,
		"an object and a text": `[{"id":2,"type":"CORP","parentId":{"id":3},"parentID":4}]`, "a list and a text": `[{"id":2,"type":"CORP","products":["A"],"Products":"B"}]`,
		"two parents": `[{"id":2,"type":"CORP","parentId":3,"parent_id":4}]`,
	} {
		_, err := readAll(t, text)
		wantCode(t, err, portal.Garbage)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for name, text := range map[string]string{
		"a mark": "\xef\xbb\xbf" + good, "the same twice": `[{"id":2,"id":2,"name":"Bø","type":"CORP"}]`, "nothing and something": `[{"id":null,"Id":2,"name":"Bø","type":"CORP"}]`,
		"two objects":           `[{"id":2,"name":"Bø","type":"CORP","license":{"used":1,"assigned":1},"subscription":{"used":2,"assigned":2}}]`,
		"an unknown name twice": `[{"id":2,"name":"Bø","type":"CORP","x":1,"x":2}]`,
	} {
		if customers, err := readAll(t, text); err != nil || customers[0].Name != "Bø" || customers[0].ExternalID != "2" {
			t.Errorf("%s: %v, %v", name, customers, err)
		}
	}
}

func TestTheJSONThatIsKeptCanBeReadBackByADatabase(t *testing.T) {
	t.Parallel()
	customers, err := readAll(t, `[{"id":1,"type":"CORP","a":"\u0000","b":"\\u0000","c":"\ud800","d":"\ud83d\ude00","e":"\udc00\ud800","f":"\\\u0000\\\\"}]`)
	want := `{"id":1,"type":"CORP","a":"\ufffd","b":"\\u0000","c":"\ufffd","d":"\ud83d\ude00","e":"\ufffd\ufffd","f":"\\\ufffd\\\\"}`
	if err != nil || string(customers[0].Raw) != want {
		t.Errorf("kept %s, %v", customers[0].Raw, err)
	}
}

func TestTheTypeOfTheContentIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"text/plain", "application/octet-stream", "", "image/png"} {
		r := asking(t, func(*http.Request) *http.Response {
			a := body(`[` + corps(1, 1) + `]`)
			a.Header.Set("Content-Type", kind)
			return a
		})
		if customers, err := r.all(t.Context()); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// endless goes on with the same bytes, and counts what was read.
type endless struct {
	head, tail string
	read       int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	n := 0
	for n < len(p) {
		more := copy(p[n:], e.tail[e.read%len(e.tail):])
		n, e.read = n+more, e.read+more
	}
	return n, nil
}

func TestWhatHasNoEndIsGivenUpEarly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head, tail string
		want       portal.CallCode
	}{
		"a number":              {`[{"id":1`, "1", portal.Oversized},
		"a name":                {`[{"id":1,"type":"CORP","name":"`, "x", portal.Oversized},
		"a name of a field":     {`[{"`, "x", portal.Oversized},
		"fields":                {`[{"id":1`, `,"x":1`, portal.Oversized},
		"a list in a field":     {`[{"id":1,"x":[1`, ",1", portal.Oversized},
		"an object in a field":  {`[{"id":1,"x":{"y":1`, `,"y":1`, portal.Oversized},
		"fields of an envelope": {`{"id":1`, `,"x":1`, portal.Oversized},
		"brackets":              {`[{"id":1,"x":`, "[", portal.Garbage},
		"brackets at once":      {``, "[", portal.Garbage},
		"braces":                {``, `{"children":[`, portal.Garbage},
		"envelopes":             {`{`, `"data":{`, portal.Garbage},
		"escapes":               {`[{"id":"`, `\`, portal.Oversized},
	} {
		source := &endless{head: test.head, tail: test.tail}
		_, err := decode(source, "17", key, mapping{}, keepAll(func(portal.Customer) error { return nil }))
		wantCode(t, err, test.want)
		if source.read > maxHeldBytes+4*maxValueBytes || t.Failed() {
			t.Fatalf("%s was given up after %d bytes", name, source.read)
		}
	}
}

func TestTheMemoryOfAReadingDoesNotGrowWithTheAnswer(t *testing.T) {
	source := &endless{head: `[{"id":0,"type":"CORP"}`, tail: `,{"id":1042,"name":"Harbour Dental Group","type":"CORP","resellerId":18,"products":["Email Security","Patch"],"seatsUsed":31,"note":"` + strings.Repeat("x", 2000) + `"}`}
	var count, peak uint64
	_, err := decode(&limitedBody{source, 64 << 20}, "17", key, mapping{}, keepAll(func(portal.Customer) error {
		if count++; count%4000 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
		return nil
	}))
	wantCode(t, err, portal.Oversized)
	if count < 30_000 || peak > 16<<20 {
		t.Errorf("%d customers took %d MiB", count, peak>>20)
	}
}

func TestACompressedBombGoesOffAtTheLimit(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.Copy(z, io.LimitReader(&endless{head: "[", tail: " "}, 8<<20)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	r, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	})
	r.transport.maxBytes = 4 << 20
	_, err := r.all(t.Context())
	wantCode(t, err, portal.Oversized)
}

func TestAnAnswerCutOffIsNeverTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	complete := `[` + corps(1, 30) + `]`
	for name, handler := range map[string]http.HandlerFunc{
		"before the length it promised": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(complete)))
			w.Write([]byte(complete[:len(complete)-10]))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"after what could be the end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(complete)+100))
			w.Write([]byte(complete))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"between two chunks": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(complete[:50]))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"between two chunks, after what could be the end": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(complete))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"at a length that is too short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			w.Write([]byte(complete[:50]))
		},
	} {
		server := httptest.NewUnstartedServer(handler)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.Start()
		t.Cleanup(server.Close)
		_, err := openReader(t, server.URL, portal.ReadOptions{}).all(t.Context())
		wantCode(t, err, portal.Truncated)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestSilenceIsNotWaitedOutForEver(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	begin := func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("["))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			w.Write([]byte(" "))
			http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"before the answer": hang, "in the middle": begin, "but for a byte now and then": drip} {
		r, _ := newReader(t, 0, handler)
		r.transport.headerTimeout, r.transport.idleTimeout = 100*time.Millisecond, 100*time.Millisecond
		if name == "before the answer" {
			r.transport.idleTimeout = time.Minute
		} else {
			r.transport.headerTimeout = time.Minute
		}
		_, err := r.all(t.Context())
		wantCode(t, err, portal.TimedOut)
	}
}

func TestTheTimeItTakesToKeepCustomersIsNotSilence(t *testing.T) {
	t.Parallel()
	r, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`[` + corps(1, 3*windowSize/20) + `]`)) })
	r.transport.idleTimeout = time.Second
	kept := false
	_, err := r.Call(t.Context(), portal.ReadState{}, func(portal.Customer) error {
		if !kept {
			kept = true
			time.Sleep(2 * r.transport.idleTimeout)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACertificateThatIsNotAcceptedIsToldByItsFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		host     string
		expires  time.Time
		trusted  bool
		sentence string
	}{
		"expired":          {"127.0.0.1", time.Now().Add(-time.Hour), true, "has expired"},
		"for another host": {"127.0.0.2", time.Now().Add(time.Hour), true, "another host"},
		"from a stranger":  {"127.0.0.1", time.Now().Add(time.Hour), false, "authority"},
		"good":             {"127.0.0.1", time.Now().Add(time.Hour), true, ""},
	} {
		certificate := selfSigned(t, test.host, test.expires)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`[]`)) }))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		server.StartTLS()
		t.Cleanup(server.Close)
		roots := x509.NewCertPool()
		if test.trusted {
			roots.AddCert(certificate.Leaf)
		}
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
		_, err := openReader(t, server.URL, portal.ReadOptions{HTTPClient: client}).all(t.Context())
		if test.sentence == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		wantCode(t, err, portal.Insecure)
		if !strings.Contains(err.Error(), test.sentence) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func selfSigned(t *testing.T, host string, expires time.Time) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: expires, IPAddresses: []net.IP{net.ParseIP(host)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}
}

func TestAnErrorOfTheOneWhoKeepsTheCustomersIsTheirs(t *testing.T) {
	t.Parallel()
	for _, theirs := range []error{io.EOF, fmt.Errorf("disk full"), &portal.CallError{Code: "theirs"}} {
		_, err := answering(t, `[`+corps(1, 2)+`]`).Call(t.Context(), portal.ReadState{}, func(portal.Customer) error { return theirs })
		if err != theirs { //nolint:errorlint // it is to be the very same
			t.Errorf("%v came back as %v", theirs, err)
		}
	}
}
