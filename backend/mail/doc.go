// Package mail composes the portal's mails, of invites and about syncs, and sends them to an SMTP server.
//
// A mail has a text and an HTML part in the language of its reader: the templates are *.txt and *.html, their texts are
// in translations.go. It loads nothing from the network and tracks nothing. Other users choose the names in it, so a
// name reaches a header only as one short encoded line, and the HTML only escaped. An error contains the status code of
// the server's reply and not its text, which repeats addresses.
package mail
