package desktop

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// certificates is the content of a CA file: the usable certificates, and a note for each that is not, or not fully,
// usable.
type certificates struct {
	usable []*x509.Certificate
	notes  []string
	count  int
	now    time.Time
}

// derSequence is the first byte of every certificate and PKCS#7 bundle in DER.
const derSequence = 0x30

// readCertificates reads a CA file: PEM in UTF-8 or UTF-16, DER, PKCS#7, or several such files joined.
func readCertificates(content []byte, now time.Time) certificates {
	found := certificates{now: now}
	for len(content) > 0 {
		content = found.readDER(content)
		marks, at := nextPEM(content)
		between := content
		if at >= 0 {
			between = content[:at]
		}
		if endsPEM(between) {
			found.refuse("its PEM block has no beginning")
		}
		if at < 0 {
			break
		}
		content = found.readPEM(content[at:], marks)
	}
	if found.count == 0 {
		found.notes = append(found.notes, "it holds no certificate")
	}
	return found
}

// readDER reads the DER at the start of content and returns the rest.
func (c *certificates) readDER(content []byte) []byte {
	for {
		content = skipBlank(content)
		if len(content) < 2 || content[0] != derSequence || content[1]&0x80 == 0 {
			return content // an explanation, or the next block of PEM
		}
		var element asn1.RawValue
		rest, err := asn1.Unmarshal(content, &element)
		if err != nil {
			c.refuse("it is damaged DER: " + err.Error())
			return content
		}
		c.addAny(element.FullBytes)
		content = rest
	}
}

// pemMarks are the start and the end of PEM's lines in one encoding.
type pemMarks struct{ begin, end, dashes []byte }

var pemEncodings = []pemMarks{
	marksIn(func(text string) []byte { return []byte(text) }),
	marksIn(func(text string) []byte { return []byte(strings.Join(strings.Split(text, ""), "\x00") + "\x00") }),
	marksIn(func(text string) []byte { return []byte("\x00" + strings.Join(strings.Split(text, ""), "\x00")) }),
}

func marksIn(encode func(string) []byte) pemMarks {
	return pemMarks{encode("-----BEGIN "), encode("-----END "), encode("-----")}
}

// nextPEM returns the offset of the next PEM block and its encoding, or -1.
func nextPEM(content []byte) (marks pemMarks, at int) {
	at = -1
	for _, encoding := range pemEncodings {
		if i := bytes.Index(content, encoding.begin); i >= 0 && (at < 0 || i < at) {
			marks, at = encoding, i
		}
	}
	return marks, at
}

// endsPEM reports whether a block ends in text that belongs between blocks.
func endsPEM(between []byte) bool {
	for _, encoding := range pemEncodings {
		if bytes.Contains(between, encoding.end) {
			return true
		}
	}
	return false
}

// readPEM reads the block at the start of content and returns the rest. encoding/pem alone would skip a block that does
// not start a line, for example after a byte order mark or where files were joined without a line break.
func (c *certificates) readPEM(content []byte, marks pemMarks) []byte {
	end := bytes.Index(content, marks.end)
	next := bytes.Index(content[len(marks.begin):], marks.begin)
	if next >= 0 && (end < 0 || next+len(marks.begin) < end) {
		c.refuse("its PEM block has no end")
		return content[next+len(marks.begin):]
	}
	stop := -1
	if end >= 0 {
		stop = bytes.Index(content[end+len(marks.end):], marks.dashes)
	}
	if stop < 0 {
		c.refuse("its PEM block has no end")
		return nil
	}
	stop += end + len(marks.end) + len(marks.dashes)
	// What certificates are written with is ASCII: without the zeros UTF-16 is that.
	block, _ := pem.Decode(bytes.ReplaceAll(content[:stop], []byte{0}, nil))
	if block == nil {
		c.refuse("its PEM block is damaged")
		return content[stop:]
	}
	c.addBlock(block)
	return content[stop:]
}

func (c *certificates) addBlock(block *pem.Block) {
	switch block.Type {
	case "CERTIFICATE", "X509 CERTIFICATE":
		c.addAny(block.Bytes)
	case "TRUSTED CERTIFICATE":
		c.addTrusted(block.Bytes)
	case "PKCS7", "CMS":
		c.addBundle(block.Bytes)
	default:
		c.refuse("it is a block of another kind: " + printable(block.Type))
	}
}

// addAny adds a certificate, or the certificates of a PKCS#7 bundle, which some tools label as one.
func (c *certificates) addAny(der []byte) {
	if isBundle(der) {
		c.addBundle(der)
		return
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		c.refuse(err.Error())
		return
	}
	c.add(certificate)
}

// add checks a certificate as Go's verification will.
func (c *certificates) add(certificate *x509.Certificate) {
	switch {
	case c.now.After(certificate.NotAfter):
		c.refuseNamed(certificate, "it expired on "+certificate.NotAfter.UTC().Format(time.DateOnly)+
			"; if that is not so, correct this computer's date")
		return
	case certificate.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm:
		c.refuseNamed(certificate, "its key is of a kind this app does not know")
		return
	}
	c.count++
	c.usable = append(c.usable, certificate)
	switch {
	case c.now.Before(certificate.NotBefore):
		c.note(certificate, "it is used from "+certificate.NotBefore.UTC().Format(time.DateOnly)+" on, when it begins to hold")
	case !signsOthers(certificate):
		c.note(certificate, "it is no certificate authority: it is used for the one server that presents it")
	}
}

func signsOthers(certificate *x509.Certificate) bool {
	authority := certificate.IsCA || certificate.Version < 3 && !certificate.BasicConstraintsValid
	return authority && (certificate.KeyUsage == 0 || certificate.KeyUsage&x509.KeyUsageCertSign != 0)
}

// openSSLTrust is the data that OpenSSL appends to a certificate that it calls trusted.
type openSSLTrust struct {
	Trust  []asn1.ObjectIdentifier `asn1:"optional"`
	Reject []asn1.ObjectIdentifier `asn1:"optional,tag:0"`
}

var (
	anyPurpose     = asn1.ObjectIdentifier{2, 5, 29, 37, 0}
	serverPurpose  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	signedDataType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
)

// addTrusted adds a certificate with OpenSSL's trust data, which may forbid its use for servers.
func (c *certificates) addTrusted(der []byte) {
	var element asn1.RawValue
	rest, err := asn1.Unmarshal(der, &element)
	if err != nil {
		c.refuse(err.Error())
		return
	}
	certificate, err := x509.ParseCertificate(element.FullBytes)
	if err != nil {
		c.refuse(err.Error())
		return
	}
	if len(rest) > 0 && !trustsServers(rest) {
		c.refuseNamed(certificate, "it is marked as not trusted for servers")
		return
	}
	c.add(certificate)
}

// trustsServers reports whether OpenSSL would trust the certificate for servers. What cannot be read is not trusted.
func trustsServers(der []byte) bool {
	var trust openSSLTrust
	if _, err := asn1.Unmarshal(der, &trust); err != nil {
		return false
	}
	return !names(trust.Reject) && (len(trust.Trust) == 0 || names(trust.Trust))
}

func names(purposes []asn1.ObjectIdentifier) bool {
	for _, purpose := range purposes {
		if purpose.Equal(anyPurpose) || purpose.Equal(serverPurpose) {
			return true
		}
	}
	return false
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

func isBundle(der []byte) bool {
	var info contentInfo
	_, err := asn1.Unmarshal(der, &info)
	return err == nil && info.Type.Equal(signedDataType)
}

// addBundle adds the certificates of a PKCS#7 bundle. Its signatures are not checked: the file is trusted as it is.
func (c *certificates) addBundle(der []byte) {
	inside, err := bundled(der)
	if err != nil {
		c.refuse("it is not a PKCS#7 bundle that can be read: " + err.Error())
		return
	}
	if len(inside) == 0 {
		c.refuse("it is a PKCS#7 bundle without certificates")
		return
	}
	for len(inside) > 0 {
		var element asn1.RawValue
		rest, err := asn1.Unmarshal(inside, &element)
		if err != nil {
			c.refuse("the rest of the PKCS#7 bundle is damaged: " + err.Error())
			return
		}
		certificate, err := x509.ParseCertificate(element.FullBytes)
		if err != nil {
			c.refuse(err.Error())
		} else {
			c.add(certificate)
		}
		inside = rest
	}
}

func bundled(der []byte) ([]byte, error) {
	var info contentInfo
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	if !info.Type.Equal(signedDataType) {
		return nil, errors.New("it is of another type")
	}
	var data asn1.RawValue
	if _, err := asn1.Unmarshal(info.Content.Bytes, &data); err != nil {
		return nil, err
	}
	for rest := data.Bytes; len(rest) > 0; {
		var member asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &member); err != nil {
			return nil, err
		}
		if member.Class == asn1.ClassContextSpecific && member.Tag == 0 {
			return member.Bytes, nil
		}
	}
	return nil, nil
}

func (c *certificates) refuse(why string) {
	c.count++
	c.notes = append(c.notes, fmt.Sprintf("entry %d is not used: %s", c.count, printable(why)))
}

func (c *certificates) refuseNamed(certificate *x509.Certificate, why string) {
	c.count++
	c.notes = append(c.notes, fmt.Sprintf("entry %d (%s) is not used: %s", c.count, subjectOf(certificate), why))
}

func (c *certificates) note(certificate *x509.Certificate, what string) {
	c.notes = append(c.notes, fmt.Sprintf("entry %d (%s): %s", c.count, subjectOf(certificate), what))
}

func subjectOf(certificate *x509.Certificate) string {
	if subject := certificate.Subject.String(); subject != "" {
		return printable(subject)
	}
	return "serial number " + certificate.SerialNumber.String()
}

// skipBlank removes blanks, line breaks, zeros of UTF-16 and byte order marks.
func skipBlank(content []byte) []byte {
	for {
		trimmed := bytes.TrimLeft(content, " \t\r\n\x00")
		for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
			trimmed = bytes.TrimPrefix(trimmed, []byte(mark))
		}
		if len(trimmed) == len(content) {
			return content
		}
		content = trimmed
	}
}
