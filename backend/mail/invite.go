package mail

import (
	"fmt"
	"strings"

	"fs-client-portal/backend/portal"
)

// inviteContent is the mail of an invite.
type inviteContent struct {
	content
	CodeLabel, Code, ValidUntil string
}

// CodeStart and CodeEnd are the halves of the code, between which a narrow screen breaks the line.
func (p inviteContent) CodeStart() string { return p.Code[:p.half()] }
func (p inviteContent) CodeEnd() string   { return p.Code[p.half():] }

func (p inviteContent) half() int {
	if dash := strings.IndexByte(p.Code[len(p.Code)/2:], '-'); dash >= 0 {
		return len(p.Code)/2 + dash + 1
	}
	return len(p.Code)
}

var providerNames = map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}

// newInviteContent writes a letter in its language. Names are other people's to choose: they come in one line, short, and
// between marks that keep their direction of writing from the rest of the sentence.
func newInviteContent(l portal.InviteMail) inviteContent {
	w := translationFor(l.Language)
	inviter, node, mssp := clean(l.Inviter), clean(l.Node), clean(l.MSSP)
	button := fmt.Sprintf(w.signInWith, providerNames[l.Provider])
	p := inviteContent{
		content: content{
			Lang: w.tag, Subject: fmt.Sprintf(w.subject, node), Title: fmt.Sprintf(w.title, isolated(node)),
			Intro: fmt.Sprintf(w.invited, isolated(node)), StepsTitle: w.stepsTitle,
			Steps:  numbered(w.open, fmt.Sprintf(w.signIn, button, l.Email), w.enter),
			Ignore: w.ignore, Automatic: w.automatic,
		},
		CodeLabel: w.code, Code: l.Code, ValidUntil: fmt.Sprintf(w.validUntil, w.date(l.ExpiresAt.UTC())),
	}
	if inviter != "" {
		p.Intro = fmt.Sprintf(w.invitedBy, isolated(inviter), isolated(node))
	}
	if mssp != node {
		p.Within = fmt.Sprintf(w.within, isolated(mssp))
	}
	return p
}
