// Package keyring keeps the session of one API in the operating system's keyring. A Vault reads, replaces and removes
// the entry; it limits how long a call may take, makes one call at a time, and returns an Error with a cause and a
// text for the user if the keyring cannot be used. It knows neither the API nor who may use a session.
package keyring
