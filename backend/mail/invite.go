package mail

import (
	"fmt"
	"strings"

	"fs-client-portal/backend/portal"
)

// inviteContent is the content of the mail of an invite.
type inviteContent struct {
	content
	CodeLabel, Code, ValidUntil string
}

// CodeStart and CodeEnd return the halves of the code. A narrow screen breaks the line between them.
func (p inviteContent) CodeStart() string { return p.Code[:p.half()] }
func (p inviteContent) CodeEnd() string   { return p.Code[p.half():] }

func (p inviteContent) half() int {
	if dash := strings.IndexByte(p.Code[len(p.Code)/2:], '-'); dash >= 0 {
		return len(p.Code)/2 + dash + 1
	}
	return len(p.Code)
}

var providerNames = map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}

// newInviteContent returns the content of the mail in its language. Names are chosen by other users: each is put on one
// line, shortened, and isolated so that its writing direction does not change the rest of the sentence.
func newInviteContent(m portal.InviteMail) inviteContent {
	w := translationFor(m.Language)
	inviter, node, mssp := clean(m.Inviter), clean(m.Node), clean(m.MSSP)
	button := fmt.Sprintf(w.signInWith, providerNames[m.Provider])
	p := inviteContent{
		content: content{
			Lang: w.tag, Subject: fmt.Sprintf(w.subject, node), Title: fmt.Sprintf(w.title, isolated(node)),
			Intro: fmt.Sprintf(w.invited, isolated(node)), StepsTitle: w.stepsTitle,
			Steps:  numbered(w.open, fmt.Sprintf(w.signIn, button, m.Email), w.enter),
			Ignore: w.ignore, Automatic: w.automatic,
		},
		CodeLabel: w.code, Code: m.Code, ValidUntil: fmt.Sprintf(w.validUntil, w.date(m.ExpiresAt.UTC())),
	}
	if inviter != "" {
		p.Intro = fmt.Sprintf(w.invitedBy, isolated(inviter), isolated(node))
	}
	if mssp != node {
		p.Within = fmt.Sprintf(w.within, isolated(mssp))
	}
	return p
}
