package mail

import (
	"fmt"

	"fs-client-portal/backend/portal"
)

// alertContent is the content of a mail about a sync.
type alertContent struct {
	content
	ReasonLabel, Reason string
}

// newAlertContent returns the content of an alert in the reader's language. The run's own error stays in its language.
func newAlertContent(a portal.SyncAlert) alertContent {
	w := translationFor(a.Language)
	mssp, product, text := clean(a.MSSP), clean(a.Product), alertTranslations[w.tag].of(a)
	reasonLabel, reason := alertTranslations[w.tag].reason, oneLine(a.Detail)
	if a.Unread { // the reason contains names of MSPs
		reason = unlinked(reason)
	}
	if len(a.Notices) > 0 {
		label, noticed := fieldTranslations[w.tag].reason(a.Notices)
		switch {
		case a.Fields:
			text, reasonLabel, reason = fieldTranslations[w.tag].text(a.Notices), label, noticed
		case noticed != "":
			reason += " " + label + ": " + noticed
		}
	}
	intro := text.many
	if a.Count == 1 {
		intro = text.one
	}
	return alertContent{
		content: content{
			Lang: w.tag, Subject: fmt.Sprintf(text.subject, mssp), Title: fmt.Sprintf(text.title, isolated(mssp)),
			Intro:      fmt.Sprintf(intro, isolated(product), w.date(a.Since.UTC()), a.Count),
			StepsTitle: alertTranslations[w.tag].stepsTitle, Steps: numbered(text.steps...),
			Ignore: text.once, Automatic: w.automatic,
		},
		ReasonLabel: reasonLabel, Reason: reason,
	}
}

// alertTranslation is the texts of alerts in one language.
type alertTranslation struct {
	stepsTitle, reason string
	failing, review    alertText
	unread             alertText
}

// of returns the text for the kind of an alert.
func (l alertTranslation) of(a portal.SyncAlert) alertText {
	switch {
	case a.Review:
		return l.review
	case a.Unread:
		return l.unread
	}
	return l.failing
}

// alertText is the text of one kind of alert. one and many are for a count; their arguments are the product, the time
// and the count.
type alertText struct {
	subject, title string // the MSSP
	one, many      string
	steps          []string
	once           string
}

var alertTranslations = map[string]alertTranslation{
	"en": {
		stepsTitle: "What you can do", reason: "Result of the last run",
		failing: alertText{
			subject: "%s: the sync keeps failing",
			title:   "The data of %s is not being updated",
			one:     "FS Client Portal could not sync %[1]s on %[2]s. Until a sync works again, all users see the data as it was before.",
			many: "FS Client Portal has not been able to sync %[1]s since %[2]s; %[3]d runs in a row have failed. Until one works again, " +
				"all users see the data as it was before.",
			steps: []string{
				"Open FS Client Portal and choose \u201cAdmin\u201d, then \u201cProducts & sync\u201d.",
				"Test the connection. Replace the API key if it is no longer accepted.",
				"Start a sync to see that it works again.",
			},
			once: "You get no other mail about this until a sync has worked in between.",
		},
		review: alertText{
			subject: "%s: a sync waits for your decision",
			title:   "A sync of %s waits for your decision",
			one: "A customer of the portal is missing from the last response of %[1]s, %[2]s, or has moved. Nothing was " +
				"changed: an administrator decides.",
			many: "%[3]d customers of the portal are missing from the last response of %[1]s, %[2]s, or have moved. Nothing was " +
				"changed: an administrator decides.",
			steps: []string{
				"Open FS Client Portal and choose \u201cAdmin\u201d, then \u201cProducts & sync\u201d.",
				"Look at the customers it is about.",
				"Accept the run if the response is right; otherwise discard it.",
			},
			once: "This is the only mail about this run.",
		},
		unread: alertText{
			subject: "%s: clients of an MSP could not be read", title: "Not all clients of %s could be read",
			one: "%[1]s does not return the clients of one MSP. The portal shows them as they were on %[2]s; all " +
				"other customers are up to date.",
			many: "%[1]s does not return the clients of %[3]d MSPs. The portal shows them as they were on %[2]s or " +
				"later; all other customers are up to date.",
			steps: []string{
				"Let the account that the API key belongs to see these MSPs in the product.",
				"Open FS Client Portal and choose \u201cAdmin\u201d, then \u201cProducts & sync\u201d.",
				"Start a sync to see whether they can be read.",
			},
			once: "You get no other mail about these MSPs until they have been read again.",
		},
	},
	"de": {
		stepsTitle: "Das k\u00f6nnen Sie tun", reason: "Was der letzte Lauf meldet",
		failing: alertText{
			subject: "%s: Die Synchronisierung schl\u00e4gt fehl",
			title:   "Die Daten von %s werden nicht aktualisiert",
			one: "FS Client Portal konnte %[1]s nicht synchronisieren (%[2]s). Bis es wieder gelingt, sehen alle den vorherigen Stand der " +
				"Daten.",
			many: "FS Client Portal kann %[1]s nicht mehr synchronisieren, zum ersten Mal fehlgeschlagen: %[2]s; seither sind %[3]d " +
				"L\u00e4ufe in Folge fehlgeschlagen. Bis es wieder gelingt, sehen alle den vorherigen Stand der Daten.",
			steps: []string{
				"\u00d6ffnen Sie FS Client Portal und w\u00e4hlen Sie \u201eAdmin\u201c, dann \u201eProducts & sync\u201c.",
				"Testen Sie die Verbindung. Ersetzen Sie den API-Schl\u00fcssel, falls er nicht mehr angenommen wird.",
				"Starten Sie eine Synchronisierung, um zu sehen, ob sie wieder gelingt.",
			},
			once: "Sie erhalten dazu keine weitere E-Mail, bis eine Synchronisierung zwischendurch gelungen ist.",
		},
		review: alertText{
			subject: "%s: Eine Synchronisierung wartet auf Ihre Entscheidung",
			title:   "Eine Synchronisierung von %s wartet auf Ihre Entscheidung",
			one: "In der letzten Antwort von %[1]s (%[2]s) fehlt ein Kunde, den das Portal kennt, oder er steht an anderer Stelle. Es " +
				"wurde nichts ge\u00e4ndert: Ein Administrator entscheidet.",
			many: "In der letzten Antwort von %[1]s (%[2]s) fehlen %[3]d Kunden, die das Portal kennt, oder sie stehen an anderer Stelle. " +
				"Es wurde nichts ge\u00e4ndert: Ein Administrator entscheidet.",
			steps: []string{
				"\u00d6ffnen Sie FS Client Portal und w\u00e4hlen Sie \u201eAdmin\u201c, dann \u201eProducts & sync\u201c.",
				"Sehen Sie sich die betroffenen Kunden an.",
				"Nehmen Sie den Lauf an, wenn die Antwort stimmt; sonst verwerfen Sie ihn.",
			},
			once: "Dies ist die einzige E-Mail zu diesem Lauf.",
		},
		unread: alertText{
			subject: "%s: Kunden eines MSP konnten nicht gelesen werden", title: "Nicht alle Kunden von %s konnten gelesen werden",
			one: "%[1]s liefert die Kunden eines MSP nicht. Das Portal zeigt sie mit dem Stand von %[2]s; alle " +
				"anderen Kunden sind aktuell.",
			many: "%[1]s liefert die Kunden von %[3]d MSPs nicht. Das Portal zeigt sie mit dem Stand von %[2]s oder " +
				"sp\u00e4ter; alle anderen Kunden sind aktuell.",
			steps: []string{
				"Geben Sie dem Konto, zu dem der API-Schl\u00fcssel geh\u00f6rt, im Produkt Zugriff auf diese MSPs.",
				"\u00d6ffnen Sie FS Client Portal und w\u00e4hlen Sie \u201eAdmin\u201c, dann \u201eProducts & sync\u201c.",
				"Starten Sie eine Synchronisierung, um zu sehen, ob sie gelesen werden k\u00f6nnen.",
			},
			once: "Sie erhalten zu diesen MSPs keine weitere E-Mail, bis sie zwischendurch gelesen werden konnten.",
		},
	},
	"da": {
		stepsTitle: "Det kan du g\u00f8re", reason: "Hvad den seneste k\u00f8rsel melder",
		failing: alertText{
			subject: "%s: synkroniseringen mislykkes",
			title:   "Data for %s bliver ikke opdateret",
			one:     "FS Client Portal kunne ikke synkronisere %[1]s (%[2]s). Indtil det lykkes igen, ser alle data, som de var f\u00f8r.",
			many: "FS Client Portal kan ikke l\u00e6ngere synkronisere %[1]s. Det mislykkedes f\u00f8rste gang %[2]s, og %[3]d " +
				"k\u00f8rsler i tr\u00e6k er mislykkedes. Indtil det lykkes igen, ser alle data, som de var f\u00f8r.",
			steps: []string{
				"\u00c5bn FS Client Portal, og v\u00e6lg \u201dAdmin\u201d og derefter \u201dProducts & sync\u201d.",
				"Test forbindelsen. Udskift API-n\u00f8glen, hvis den ikke l\u00e6ngere accepteres.",
				"Start en synkronisering for at se, om det virker igen.",
			},
			once: "Du f\u00e5r ikke flere mails om dette, f\u00f8r en synkronisering er lykkedes ind imellem.",
		},
		review: alertText{
			subject: "%s: en synkronisering venter p\u00e5 din afg\u00f8relse",
			title:   "En synkronisering af %s venter p\u00e5 din afg\u00f8relse",
			one: "I det seneste svar fra %[1]s (%[2]s) mangler en kunde, som portalen kender, eller den st\u00e5r et andet sted. Intet er " +
				"\u00e6ndret: en administrator afg\u00f8r det.",
			many: "I det seneste svar fra %[1]s (%[2]s) mangler %[3]d kunder, som portalen kender, eller de st\u00e5r et andet sted. Intet " +
				"er \u00e6ndret: en administrator afg\u00f8r det.",
			steps: []string{
				"\u00c5bn FS Client Portal, og v\u00e6lg \u201dAdmin\u201d og derefter \u201dProducts & sync\u201d.",
				"Se p\u00e5 de ber\u00f8rte kunder.",
				"Godkend k\u00f8rslen, hvis svaret er rigtigt; ellers kass\u00e9r den.",
			},
			once: "Dette er den eneste mail om denne k\u00f8rsel.",
		},
		unread: alertText{
			subject: "%s: en MSP\u2019s kunder kunne ikke l\u00e6ses", title: "Ikke alle kunder hos %s kunne l\u00e6ses",
			one: "%[1]s returnerer ikke kunderne hos en MSP. Portalen viser dem, som de var %[2]s; alle andre kunder er opdaterede.",
			many: "%[1]s returnerer ikke kunderne hos %[3]d MSP\u2019er. Portalen viser dem, som de var %[2]s eller " +
				"senere; alle andre kunder er opdaterede.",
			steps: []string{
				"Giv den konto, som API-n\u00f8glen tilh\u00f8rer, adgang til disse MSP\u2019er i produktet.",
				"\u00c5bn FS Client Portal, og v\u00e6lg \u201dAdmin\u201d og derefter \u201dProducts & sync\u201d.",
				"Start en synkronisering for at se, om de kan l\u00e6ses.",
			},
			once: "Du f\u00e5r ikke flere mails om disse MSP\u2019er, f\u00f8r de er blevet l\u00e6st ind imellem.",
		},
	},
	"fr": {
		stepsTitle: "Ce que vous pouvez faire", reason: "Ce que dit la derni\u00e8re ex\u00e9cution",
		failing: alertText{
			subject: "%s\u00a0: la synchronisation \u00e9choue",
			title:   "Les donn\u00e9es de %s ne sont plus mises \u00e0 jour",
			one: "FS Client Portal n\u2019a pas pu synchroniser %[1]s (%[2]s). Jusqu\u2019\u00e0 la prochaine r\u00e9ussite, chacun voit " +
				"les donn\u00e9es pr\u00e9c\u00e9dentes.",
			many: "FS Client Portal ne parvient plus \u00e0 synchroniser %[1]s. Premier \u00e9chec\u00a0: %[2]s\u00a0; %[3]d " +
				"ex\u00e9cutions de suite ont \u00e9chou\u00e9. Jusqu\u2019\u00e0 la prochaine r\u00e9ussite, chacun voit les " +
				"donn\u00e9es pr\u00e9c\u00e9dentes.",
			steps: []string{
				"Ouvrez FS Client Portal et choisissez \u00ab\u00a0Admin\u00a0\u00bb, puis \u00ab\u00a0Products & sync\u00a0\u00bb.",
				"Testez la connexion. Remplacez la cl\u00e9 API si elle n\u2019est plus accept\u00e9e.",
				"Lancez une synchronisation pour v\u00e9rifier que tout fonctionne.",
			},
			once: "Vous ne recevrez pas d\u2019autre message \u00e0 ce sujet avant une synchronisation r\u00e9ussie.",
		},
		review: alertText{
			subject: "%s\u00a0: une synchronisation attend votre d\u00e9cision",
			title:   "Une synchronisation de %s attend votre d\u00e9cision",
			one: "Un client connu du portail manque dans la derni\u00e8re r\u00e9ponse de %[1]s (%[2]s) ou y change de place. Rien " +
				"n\u2019a \u00e9t\u00e9 modifi\u00e9\u00a0: un administrateur d\u00e9cide.",
			many: "%[3]d clients connus du portail manquent dans la derni\u00e8re r\u00e9ponse de %[1]s (%[2]s) ou y changent de place. " +
				"Rien n\u2019a \u00e9t\u00e9 modifi\u00e9\u00a0: un administrateur d\u00e9cide.",
			steps: []string{
				"Ouvrez FS Client Portal et choisissez \u00ab\u00a0Admin\u00a0\u00bb, puis \u00ab\u00a0Products & sync\u00a0\u00bb.",
				"Examinez les clients concern\u00e9s.",
				"Acceptez l\u2019ex\u00e9cution si la r\u00e9ponse est juste, sinon rejetez-la.",
			},
			once: "Ceci est le seul message au sujet de cette ex\u00e9cution.",
		},
		unread: alertText{
			subject: "%s\u00a0: les clients d\u2019un MSP n\u2019ont pas pu \u00eatre lus",
			title:   "Certains clients de %s n\u2019ont pas pu \u00eatre lus",
			one: "%[1]s ne renvoie pas les clients d\u2019un MSP. Le portail les montre dans l\u2019\u00e9tat du " +
				"%[2]s\u00a0; tous les autres clients sont \u00e0 jour.",
			many: "%[1]s ne renvoie pas les clients de %[3]d MSP. Le portail les montre dans l\u2019\u00e9tat du " +
				"%[2]s ou plus r\u00e9cent\u00a0; tous les autres clients sont \u00e0 jour.",
			steps: []string{
				"Donnez au compte de la cl\u00e9 API l\u2019acc\u00e8s \u00e0 ces MSP dans le produit.",
				"Ouvrez FS Client Portal et choisissez \u00ab\u00a0Admin\u00a0\u00bb, puis \u00ab\u00a0Products & sync\u00a0\u00bb.",
				"Lancez une synchronisation pour v\u00e9rifier s\u2019ils peuvent \u00eatre lus.",
			},
			once: "Vous ne recevrez pas d\u2019autre message au sujet de ces MSP avant qu\u2019ils aient pu \u00eatre lus.",
		},
	},
}
