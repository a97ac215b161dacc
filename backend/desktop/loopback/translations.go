package loopback

import "strings"

// translation has the text of every page in one language. {provider} and {product} are replaced by names.
type translation struct {
	Tag   string
	Close string
	Pages map[PageName]pageText
}

type pageText struct{ Title, Text string }

// translations are the supported languages. The first is used if the browser accepts none of them.
var translations = []translation{english}

var english = translation{
	Tag:   "en",
	Close: "You can close this tab.",
	Pages: map[PageName]pageText{
		SignedIn: {"You are signed in", "Go back to {product}: it is ready for you."},
		"invite_code_required": {"One more step",
			"Go back to {product} and enter the code of your invitation there."},
		"invite_choice": {"One more step",
			"You have several invitations. Go back to {product} and choose there."},
		"denied": {"You were not signed in",
			"Access was declined at {provider}, and nothing has changed. To try again, go back to {product}."},
		"no_invite": {"You have no invitation yet",
			"This account is not invited to the portal. Go back to {product}: " +
				"it names the address for your administrator to invite. Or sign in with another account."},
		"tenant_not_allowed": {"This organisation has no access",
			"Your account belongs to an organisation that the portal does not accept. " +
				"Use the account you were invited with, or ask your administrator."},
		"deactivated": {"Your access is switched off",
			"An administrator has deactivated your account. If you have the code of another invitation, go back to {product} and enter it there."},
		"cancelled": {"The sign-in was cancelled",
			"It was stopped in {product}. You can start again there at any time."},
		"timed_out": {"The sign-in took too long",
			"It is good for a few minutes only. Go back to {product} and start again."},
		"attempt_expired": {"This sign-in has expired",
			"It is good for a few minutes, and once only. Go back to {product} and start again."},
		"too_many_requests": {"Too many tries",
			"For safety the portal asks you to wait a little. {product} shows when you can try again."},
		"offline": {"The portal cannot be reached",
			"Go back to {product}: it says why, and what you can do."},
		"unavailable": {"The portal is not available",
			"Go back to {product}: it says what it found, and when to try again."},
		"provider_unavailable": {"{provider} is not available",
			"It cannot sign anybody in at the moment. Go back to {product} and try again in a few minutes."},
		"provider_refused": {"Your sign-in with {provider} could not be confirmed",
			"Go back to {product} and start again. If it happens again, tell your administrator what you read here."},
		"keyring_unavailable": {"The sign-in could not be kept",
			"This computer's keyring cannot be used, and your organisation does not allow signing in without it. {product} says what to do."},
		pageOther: {"The sign-in did not succeed",
			"Go back to {product}: it says what happened and what you can do."},
		pageNotFound: {"Nothing to see here",
			"This address belongs to a sign-in of {product} and shows nothing by itself."},
		pageNotOurs: {"This response belongs to no sign-in",
			"It changed nothing. If you are signing in, go back to {product} and start again from there."},
		pageLinkUsed: {"This link has been used",
			"Each link works once. Go back to {product} for a new one."},
	},
}

// translationFor returns the first language of an Accept-Language header that is supported.
func translationFor(accepted string) translation {
	for wanted := range strings.SplitSeq(accepted, ",") {
		tag, _, _ := strings.Cut(wanted, ";")
		primary, _, _ := strings.Cut(strings.TrimSpace(tag), "-")
		for _, t := range translations {
			if strings.EqualFold(primary, t.Tag) {
				return t
			}
		}
	}
	return translations[0]
}
