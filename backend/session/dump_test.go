package session_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/provider"
)

// dumpTest is a portal with every kind of secret: signed-in users, tokens replaced a moment ago, sign-ins that wait for
// a code, open invites, rotated keys, a connected product. held is what only users and processes have, and not the
// database.
type dumpTest struct {
	*testEnv
	service *identity.Service
	google  *provider.Server
	entered portal.Tokens    // of a signed-in user
	waiting portal.CodeGrant // a sign-in that waits for its invite's code
	code    string           // of that invite
	public  []*ecdsa.PublicKey
}

const redirect = "http://127.0.0.1:50123/callback/google"

func newDumpTest(t *testing.T) *dumpTest {
	s := &dumpTest{testEnv: newTestEnv(t)}
	var err error
	s.google, err = provider.StartGoogle(context.Background(), provider.Config{
		ClientID: "google-client", ClientSecret: "google-secret",
		Accounts: []provider.Account{
			{ID: "gil", Name: "Gil", Email: "gil@gmail.com", EmailVerified: true},
			{ID: "kim", Name: "Kim", Email: "kim@fjord.example", EmailVerified: true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.google.Close() })
	s.service, err = identity.New(s.DB, s.sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: s.google.Issuer(), ClientID: "google-client", ClientSecret: "google-secret"},
		Secret: newSealer(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.play()
	return s
}

func (s *dumpTest) play() {
	s.Helper()
	s.invite("gil@gmail.com")
	s.code = s.invite("kim@fjord.example")
	s.invite("nobody@fjord.example")
	var err error
	if s.entered, err = s.service.Redeem(context.Background(), s.arrive("gil"), "laptop"); err != nil {
		s.Fatal(err)
	}
	s.waiting = s.arrive("kim")
	if _, err := s.service.Redeem(context.Background(), s.waiting, ""); portal.ErrorCode(err) != portal.InviteCodeRequired {
		s.Fatal(err)
	}
	s.arrive("kim")
	for range 2 {
		if _, err := s.sessions.RotateKeys(context.Background()); err != nil {
			s.Fatal(err)
		}
	}
	for range 3 {
		s.entered = s.refresh(s.entered.RefreshToken)
	}
	s.refresh(s.entered.RefreshToken) // whose response got lost: the session may be continued by the token held
	err = s.DB.AddConnection(context.Background(), portal.Connection{
		MSSPID: s.Own.MSSPID, ID: postgres.NewID(), ProductID: "heimdal", CustomerID: "4711", BaseURL: "https://heimdal.example",
		APIKeySealed: newSealer(s.T).Seal([]byte("product-key-of-an-mssp"), []byte("place")), APIKeyLast4: "mssp",
	})
	if err != nil {
		s.Fatal(err)
	}
	for _, key := range s.jwks(s.sessions).Keys {
		x, _ := base64.RawURLEncoding.DecodeString(key["x"])
		y, _ := base64.RawURLEncoding.DecodeString(key["y"])
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		if err != nil {
			s.Fatal(err)
		}
		s.public = append(s.public, public)
	}
}

func (s *dumpTest) invite(email string) (code string) {
	s.Helper()
	created, err := s.service.Invite(context.Background(), s.Own.Viewers[portal.MSSPAdmin],
		portal.NewInvite{Email: email, Role: portal.MSPUser, MSPID: s.Own.MSPs[0].ID, Provider: portal.Google})
	if err != nil {
		s.Fatal(err)
	}
	return created.Code
}

// arrive signs an account in at the provider and returns the grant that the desktop would send.
func (s *dumpTest) arrive(account string) portal.CodeGrant {
	s.Helper()
	verifier := oauth2.GenerateVerifier()
	attempt, err := s.service.Begin(context.Background(), portal.NewAttempt{
		Provider: portal.Google, RedirectURI: redirect, CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		s.Fatal(err)
	}
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: redirect, Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	back, _, err := provider.Authorize(context.Background(), config.AuthCodeURL("state",
		oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", attempt.Nonce)), account)
	if err != nil {
		s.Fatal(err)
	}
	return portal.CodeGrant{AttemptID: attempt.ID, Code: back.Query().Get("code"), CodeVerifier: verifier}
}

// loot is every value of a stolen dump, as it is and decoded from every encoding it may have.
type loot struct {
	texts  map[string]string // and the column it lay in
	blobs  map[string]string
	tables map[string]bool
}

// steal reads all columns of all tables as a superuser.
func (s *dumpTest) steal() loot {
	s.Helper()
	admin := testkit.AdminURL(s)
	own, err := url.Parse(s.URLs.Owner)
	if err != nil {
		s.Fatal(err)
	}
	admin.Path = own.Path
	thief, err := pgx.Connect(context.Background(), admin.String())
	if err != nil {
		s.Fatal(err)
	}
	defer thief.Close(context.Background())
	rows, err := thief.Query(context.Background(), `
		select format('%I.%I', c.table_schema, c.table_name), c.column_name
		from information_schema.columns c
		join information_schema.tables t using (table_schema, table_name)
		where t.table_type = 'BASE TABLE'
		and c.table_schema not in ('pg_catalog', 'information_schema')`)
	if err != nil {
		s.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	if err != nil {
		s.Fatal(err)
	}
	l := loot{texts: map[string]string{}, blobs: map[string]string{}, tables: map[string]bool{}}
	for _, c := range columns {
		l.tables[c.Table] = true
		rows, err := thief.Query(
			context.Background(),
			fmt.Sprintf("select distinct %s::text from %s where %[1]s is not null", pgx.Identifier{c.Column}.Sanitize(), c.Table),
		)
		if err != nil {
			s.Fatal(err)
		}
		values, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			s.Fatal(err)
		}
		for _, value := range values {
			l.take(c.Table+"."+c.Column, value)
		}
	}
	return l
}

// take stores a value in all its forms. PostgreSQL writes bytes as \x and hexadecimal digits.
func (l loot) take(column, value string) {
	l.texts[value] = column
	l.blobs[value] = column
	var document any
	if json.Unmarshal([]byte(value), &document) == nil {
		l.takeLeaves(column, document)
	}
	decoders := []func(string) ([]byte, error){
		func(text string) ([]byte, error) {
			hexadecimal, _ := bytes.CutPrefix([]byte(text), []byte(`\x`))
			return hex.DecodeString(string(hexadecimal))
		},
		base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	}
	for _, decode := range decoders {
		blob, err := decode(value)
		if err != nil || len(blob) == 0 {
			continue
		}
		l.blobs[string(blob)] = column
		for _, text := range []string{
			string(blob), hex.EncodeToString(blob), base64.StdEncoding.EncodeToString(blob), base64.RawStdEncoding.EncodeToString(blob),
			base64.URLEncoding.EncodeToString(blob), base64.RawURLEncoding.EncodeToString(blob),
		} {
			l.texts[text] = column
		}
	}
}

func (l loot) takeLeaves(column string, document any) {
	switch value := document.(type) {
	case string:
		l.take(column, value)
	case []any:
		for _, item := range value {
			l.takeLeaves(column, item)
		}
	case map[string]any:
		for name, item := range value {
			l.take(column, name)
			l.takeLeaves(column, item)
		}
	}
}

// Each attack reports whether it succeeds with a stolen value.

func (s *dumpTest) continuesASession(text string) bool {
	for _, token := range []string{text, "fsr_" + text} {
		if _, err := s.sessions.Refresh(context.Background(), portal.RefreshGrant{RefreshToken: token}); err == nil {
			return true
		}
	}
	return false
}

func (s *dumpTest) passesAsAccessToken(text string) bool {
	_, err := s.sessions.Verify(context.Background(), text)
	return err == nil
}

// claimsTheInvite attacks with a pending sign-in and unlimited tries, which no attacker has.
func (s *dumpTest) claimsTheInvite(text string) bool {
	s.exec("with tries as (update login_attempt set tries = 0) update pre_assigned_role set code_tries = 0")
	grant := s.waiting
	grant.InviteCode = text
	_, err := s.service.Redeem(context.Background(), grant, "")
	return err == nil
}

// finishesASignIn attacks without the code or the verifier of the pending attempt.
func (s *dumpTest) finishesASignIn(text string) bool {
	_, err := s.service.Redeem(context.Background(), portal.CodeGrant{
		AttemptID: s.waiting.AttemptID, Code: text, CodeVerifier: text, InviteCode: s.code,
	}, "")
	return err == nil
}

// signsTokens reports whether the bytes contain the private key of a published key.
func (s *dumpTest) signsTokens(blob []byte) bool {
	ours := func(key *ecdsa.PrivateKey) bool {
		return slices.ContainsFunc(s.public, func(public *ecdsa.PublicKey) bool { return public.Equal(&key.PublicKey) })
	}
	if parsed, err := x509.ParsePKCS8PrivateKey(blob); err == nil {
		key, isECDSA := parsed.(*ecdsa.PrivateKey)
		return isECDSA && ours(key)
	}
	if key, err := x509.ParseECPrivateKey(blob); err == nil {
		return ours(key)
	}
	for i := range max(0, min(len(blob), 200)-31) {
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), blob[i:i+32]); err == nil && ours(key) {
			return true
		}
	}
	return false
}

// opens reports whether the bytes are the key that another stolen value is sealed with.
func (s *dumpTest) opens(blob []byte, sealed map[string]string) bool {
	if len(blob) != 32 {
		return false
	}
	sealer, err := session.NewSealer(blob)
	if err != nil {
		return false
	}
	for kid, value := range sealed {
		if _, err := sealer.Open([]byte(value), []byte("signing_key:"+kid)); err == nil {
			return true
		}
	}
	return false
}

func (s *dumpTest) sealedKeys() map[string]string {
	s.Helper()
	keys, err := s.DB.SigningKeys(context.Background(), session.MaxAccessTTL)
	if err != nil {
		s.Fatal(err)
	}
	sealed := map[string]string{}
	for _, key := range keys {
		sealed[key.ID] = string(key.PrivateSealed)
	}
	return sealed
}

// minSecret is the length below which a value cannot hold the 128 bits a secret of ours has, maxCode what the API takes
// for an invite's code.
const (
	minSecret = 16
	maxCode   = 64
)

func TestStolenDump(t *testing.T) {
	t.Parallel()
	s := newDumpTest(t)
	l := s.steal()
	for _, table := range []string{
		"public.session", "public.refresh_token", "public.signing_key", "public.login_attempt", "public.pre_assigned_role",
		"public.mssp_product", "public.identity", "public.audit_log", "river.river_job",
	} {
		if !l.tables[table] {
			t.Errorf("the table %s was not read", table)
		}
	}
	sealed := s.sealedKeys()
	for blob, column := range l.blobs {
		if s.signsTokens([]byte(blob)) {
			t.Errorf("%s contains a private signing key", column)
		}
		if s.opens([]byte(blob), sealed) {
			t.Errorf("%s contains the key that the signing keys are sealed with", column)
		}
		sum := sha256.Sum256([]byte(blob))
		if other, ok := l.blobs[string(sum[:])]; ok && len(blob) >= minSecret {
			t.Errorf("%s contains in plain text what %s stores as a hash", column, other)
		}
	}
	s.Logf("%d values, %d as bytes", len(l.texts), len(l.blobs))
	for _, text := range slices.Sorted(maps.Keys(l.texts)) {
		if s.passesAsAccessToken(text) || s.continuesASession(text) {
			t.Errorf("%s contains a token", l.texts[text])
		}
		if len(text) >= minSecret && len(text) <= maxCode && (s.finishesASignIn(text) || s.claimsTheInvite(text)) {
			t.Errorf("%s contains what finishes a sign-in", l.texts[text])
		}
	}
	s.theAttacksWork()
}

// theAttacksWork checks that each attack succeeds with the secrets that are not in the database.
func (s *dumpTest) theAttacksWork() {
	s.Helper()
	kid := headerOf(s.T, s.entered.AccessToken)["kid"].(string)
	sealed := s.sealedKeys()
	raw, err := newSealer(s.T).Open([]byte(sealed[kid]), []byte("signing_key:"+kid))
	if err != nil {
		s.Fatal(err)
	}
	for name, works := range map[string]bool{
		"an access token":      s.passesAsAccessToken(s.entered.AccessToken),
		"a private key":        s.signsTokens(append([]byte("some bytes before"), raw...)),
		"the secret key":       s.opens(bytes.Repeat([]byte{7}, 32), sealed),
		"a refresh token":      s.continuesASession(s.entered.RefreshToken),
		"the same, unprefixed": s.continuesASession(s.entered.RefreshToken[len("fsr_"):]),
		"an invite's code":     s.claimsTheInvite(s.code),
	} {
		if !works {
			s.Errorf("the attack fails even with %s, want it to succeed", name)
		}
	}
}
