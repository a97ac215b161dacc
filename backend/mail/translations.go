package mail

import (
	"fmt"
	"time"

	"golang.org/x/text/language"

	"fs-client-portal/backend/portal"
)

// inviteTranslation is the texts of an invite's mail in one language. The comments list the arguments of a text in
// their order.
type inviteTranslation struct {
	tag        string
	subject    string // the node
	title      string // the node
	invitedBy  string // inviter, node
	invited    string // node
	within     string // the MSSP, if the node is not the MSSP itself
	stepsTitle string
	open       string
	signIn     string // the provider's button, the address
	signInWith string // the provider's name, as on the app's button
	enter      string
	code       string
	validUntil string // the date
	ignore     string
	automatic  string
	date       func(time.Time) string
}

var inviteTranslations = map[string]inviteTranslation{
	"en": {
		tag: "en", subject: "Your invitation to %s", title: "Welcome to %s",
		invitedBy: "%[2]s invites you to FS Client Portal. The invitation was made by %[1]s.", invited: "%s invites you to FS Client Portal.",
		within: "This access is provided by %s.", stepsTitle: "How to get in",
		open: "Open FS Client Portal on your computer.", signIn: "Choose \u201c%s\u201d and sign in as %s.",
		signInWith: "Sign in with %s", enter: "If the app asks for an invite code, enter the one below.",
		code: "Your invite code", validUntil: "Valid until %s. The code works once.",
		ignore:    "If you did not expect this invitation, you can ignore this mail. Nothing happens without the code.",
		automatic: "This mail was sent automatically; replies are not read.",
		date:      func(t time.Time) string { return t.Format("Monday, 2 January 2006 at 15:04 MST") },
	},
	"de": {
		tag:        "de",
		subject:    "Ihre Einladung zu %s",
		title:      "Willkommen bei %s",
		invitedBy:  "%[2]s l\u00e4dt Sie zum FS Client Portal ein. Die Einladung hat %[1]s erstellt.",
		invited:    "%s l\u00e4dt Sie zum FS Client Portal ein.",
		within:     "Diesen Zugang stellt %s bereit.",
		stepsTitle: "So melden Sie sich an",
		open:       "\u00d6ffnen Sie FS Client Portal auf Ihrem Computer.",
		signIn:     "W\u00e4hlen Sie \u201e%s\u201c und melden Sie sich als %s an.",
		signInWith: "Mit %s anmelden",
		enter:      "Fragt die App nach einem Einladungscode, geben Sie den folgenden ein.",
		code:       "Ihr Einladungscode",
		validUntil: "G\u00fcltig bis %s. Der Code l\u00e4sst sich einmal verwenden.",
		ignore:     "Falls Sie diese Einladung nicht erwartet haben, ignorieren Sie diese E-Mail einfach. Ohne den Code geschieht nichts.",
		automatic:  "Diese E-Mail wurde automatisch versendet; Antworten werden nicht gelesen.",
		date: func(t time.Time) string {
			return fmt.Sprintf("%s, %d. %s %s Uhr (%s)", weekdaysDE[t.Weekday()], t.Day(), monthsDE[t.Month()-1], t.Format("2006, 15:04"), zone(t))
		},
	},
	"da": {
		tag:        "da",
		subject:    "Din invitation til %s",
		title:      "Velkommen til %s",
		invitedBy:  "%[2]s inviterer dig til FS Client Portal. Invitationen er oprettet af %[1]s.",
		invited:    "%s inviterer dig til FS Client Portal.",
		within:     "Adgangen stilles til r\u00e5dighed af %s.",
		stepsTitle: "S\u00e5dan kommer du i gang",
		open:       "\u00c5bn FS Client Portal p\u00e5 din computer.",
		signIn:     "V\u00e6lg \u201d%s\u201d, og log ind som %s.",
		signInWith: "Log ind med %s",
		enter:      "Hvis appen beder om en invitationskode, skal du indtaste koden herunder.",
		code:       "Din invitationskode",
		validUntil: "G\u00e6lder til %s. Koden kan bruges \u00e9n gang.",
		ignore:     "Hvis du ikke havde ventet denne invitation, kan du se bort fra denne mail. Der sker intet uden koden.",
		automatic:  "Denne mail er sendt automatisk; svar bliver ikke l\u00e6st.",
		date: func(t time.Time) string {
			return fmt.Sprintf(
				"%s den %d. %s %s (%s)",
				weekdaysDA[t.Weekday()],
				t.Day(),
				monthsDA[t.Month()-1],
				t.Format("2006 kl. 15.04"),
				zone(t),
			)
		},
	},
	"fr": {
		tag:        "fr",
		subject:    "Votre invitation\u00a0: %s",
		title:      "Bienvenue chez %s",
		invitedBy:  "%[2]s vous invite sur FS Client Portal. L\u2019invitation a \u00e9t\u00e9 cr\u00e9\u00e9e par %[1]s.",
		invited:    "%s vous invite sur FS Client Portal.",
		within:     "Cet acc\u00e8s vous est fourni par %s.",
		stepsTitle: "Comment vous connecter",
		open:       "Ouvrez FS Client Portal sur votre ordinateur.",
		signIn:     "Choisissez \u00ab\u00a0%s\u00a0\u00bb et connectez-vous avec le compte %s.",
		signInWith: "Se connecter avec %s",
		enter:      "Si l\u2019application demande un code d\u2019invitation, saisissez celui qui figure ci-dessous.",
		code:       "Votre code d\u2019invitation",
		validUntil: "Valable jusqu\u2019au %s. Ce code ne sert qu\u2019une fois.",
		ignore:     "Si vous n\u2019attendiez pas cette invitation, ignorez simplement ce message. Sans le code, rien ne se passe.",
		automatic:  "Ce message a \u00e9t\u00e9 envoy\u00e9 automatiquement\u00a0; les r\u00e9ponses ne sont pas lues.",
		date: func(t time.Time) string {
			day := fmt.Sprint(t.Day())
			if t.Day() == 1 {
				day = "1er"
			}
			return fmt.Sprintf(
				"%s %s %s %s (%s)",
				weekdaysFR[t.Weekday()],
				day,
				monthsFR[t.Month()-1],
				t.Format("2006 \u00e0 15\u00a0h\u00a004"),
				zone(t),
			)
		},
	},
}

func zone(t time.Time) string { return t.Format("MST") }

var (
	weekdaysDE = []string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	monthsDE   = []string{
		"Januar",
		"Februar",
		"M\u00e4rz",
		"April",
		"Mai",
		"Juni",
		"Juli",
		"August",
		"September",
		"Oktober",
		"November",
		"Dezember",
	}
	weekdaysDA = []string{"s\u00f8ndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "l\u00f8rdag"}
	monthsDA   = []string{
		"januar",
		"februar",
		"marts",
		"april",
		"maj",
		"juni",
		"juli",
		"august",
		"september",
		"oktober",
		"november",
		"december",
	}
	weekdaysFR = []string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	monthsFR   = []string{
		"janvier",
		"f\u00e9vrier",
		"mars",
		"avril",
		"mai",
		"juin",
		"juillet",
		"ao\u00fbt",
		"septembre",
		"octobre",
		"novembre",
		"d\u00e9cembre",
	}
)

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, tag := range portal.MailLanguages {
		tags = append(tags, language.Make(tag))
	}
	return language.NewMatcher(tags)
}()

// translationFor returns the translation that matches a language tag best; English if none does.
func translationFor(tag string) inviteTranslation {
	_, i := language.MatchStrings(matcher, tag)
	return inviteTranslations[portal.MailLanguages[i]]
}
