# Signatures of packages. Sourced by build/package.
#
# The keys come from the environment; without any of them, keys made for this checkout sign, and names of files and the
# app's version say "test":
#
#   PORTAL_SIGN_CERT            Authenticode: the certificate and its chain, PEM
#   PORTAL_SIGN_KEY             its key: a PEM file, or a pkcs11: URI with PORTAL_SIGN_PKCS11_MODULE
#   PORTAL_SIGN_PKCS11_MODULE   the library of the token or HSM
#   PORTAL_SIGN_PIN_FILE        the PIN or pass phrase of the key, if it has one
#   PORTAL_SIGN_TIMESTAMP_URL   an RFC 3161 time stamp server; needed for a release
#   PORTAL_SIGN_GPG_KEY         packages and repositories of Linux: an armored OpenPGP secret key
#   PORTAL_SIGN_GPG_PIN_FILE    its pass phrase, if it has one
#   PORTAL_SIGN_SUMS_KEY        SHA256SUMS: an Ed25519 key, PEM

release_keys=(PORTAL_SIGN_CERT PORTAL_SIGN_KEY PORTAL_SIGN_TIMESTAMP_URL PORTAL_SIGN_GPG_KEY PORTAL_SIGN_SUMS_KEY)

# signing_keys sets kind to release or test, and the test keys. Some release keys without the others are an error.
signing_keys() {
  local name missing=() file
  for name in "${release_keys[@]}"; do [ -n "${!name-}" ] || missing+=("$name"); done
  if [ ${#missing[@]} = 0 ]; then
    kind=release
  elif [ ${#missing[@]} = ${#release_keys[@]} ]; then
    kind=test
    quietly test-keys test_keys || exit 2
  else
    refuse "to sign a release, set also: ${missing[*]}"
  fi
  for file in "$PORTAL_SIGN_CERT" "$PORTAL_SIGN_GPG_KEY" "$PORTAL_SIGN_SUMS_KEY"; do
    [ -r "$file" ] || refuse "cannot read the key file $file"
  done
  export kind PORTAL_SIGN_CERT PORTAL_SIGN_KEY PORTAL_SIGN_GPG_KEY PORTAL_SIGN_SUMS_KEY
}

# test_keys makes the keys of this checkout, once.
test_keys() {
  local keys=$cache/test-keys
  if [ ! -f "$keys/complete" ]; then
    rm -rf "$keys" && mkdir -p -m 700 "$keys/gnupg" && chmod 700 "$keys/gnupg" || return
    openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=FS test key, not for distribution' \
      -addext extendedKeyUsage=codeSigning -keyout "$keys/code.key" -out "$keys/code.crt" || return
    openssl genpkey -algorithm ed25519 -out "$keys/sums.key" || return
    GNUPGHOME=$keys/gnupg gpg --batch --passphrase '' --quick-generate-key 'FS test key, not for distribution' rsa3072 sign never || return
    GNUPGHOME=$keys/gnupg gpg --batch --armor --export-secret-keys >"$keys/gpg.key" || return
    GNUPGHOME=$keys/gnupg gpgconf --kill all
    chmod 600 "$keys"/*.key && touch "$keys/complete"
  fi
  PORTAL_SIGN_CERT=$keys/code.crt
  PORTAL_SIGN_KEY=$keys/code.key
  PORTAL_SIGN_GPG_KEY=$keys/gpg.key
  PORTAL_SIGN_SUMS_KEY=$keys/sums.key
}

# authenticode FILE: signs an exe, an uninstaller or an MSI in place.
authenticode() {
  local key=(-key "$PORTAL_SIGN_KEY") stamp=()
  if [ -n "${PORTAL_SIGN_PKCS11_MODULE-}" ]; then key=(-pkcs11module "$PORTAL_SIGN_PKCS11_MODULE" "${key[@]}"); fi
  if [ -n "${PORTAL_SIGN_PIN_FILE-}" ]; then key+=(-readpass "$PORTAL_SIGN_PIN_FILE"); fi
  if [ -n "${PORTAL_SIGN_TIMESTAMP_URL-}" ]; then stamp=(-ts "$PORTAL_SIGN_TIMESTAMP_URL"); fi
  osslsigncode sign -certs "$PORTAL_SIGN_CERT" "${key[@]}" "${stamp[@]}" -h sha256 -n "$(product)" -in "$1" -out "$1.signed" &&
    mv "$1.signed" "$1"
}

# with_gpg COMMAND...: runs a command with a keyring that holds the key of packages alone.
with_gpg() {
  local home code
  home=$(mktemp -d) || return
  GNUPGHOME=$home gpg --batch --quiet --import "$PORTAL_SIGN_GPG_KEY"
  GNUPGHOME=$home "$@"
  code=$?
  GNUPGHOME=$home gpgconf --kill all
  rm -rf "$home"
  return $code
}

# gpg_sign OPTION...: gpg with the options of a signature by a program.
gpg_sign() {
  local pin=()
  if [ -n "${PORTAL_SIGN_GPG_PIN_FILE-}" ]; then pin=(--pinentry-mode loopback --passphrase-file "$PORTAL_SIGN_GPG_PIN_FILE"); fi
  gpg --batch --yes --armor "${pin[@]}" "$@"
}

# sums: writes SHA256SUMS of all files of the folder, its signature, and the keys that verify both kinds of signatures.
sums() {
  openssl pkey -in "$PORTAL_SIGN_SUMS_KEY" -pubout -out SHA256SUMS.pub &&
    with_gpg gpg --batch --armor --export >packages.asc &&
    find . -type f ! -name 'SHA256SUMS*' -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS &&
    openssl pkeyutl -sign -rawin -inkey "$PORTAL_SIGN_SUMS_KEY" -in SHA256SUMS -out SHA256SUMS.sig
}
