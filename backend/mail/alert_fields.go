package mail

import (
	"fmt"
	"strings"

	"fs-client-portal/backend/portal"
)

// maxFieldsNamed is how many changed fields a mail lists.
const maxFieldsNamed = 10

// fieldTranslation is the texts of alerts about a product's fields in one language.
type fieldTranslation struct {
	first, changed                      alertText
	disappeared, typeChanged, appeared  string // the path
	unfilled                            string // the portal's fields without a value
	everyFieldFilled, what, whatOfFirst string
	more                                string // how many
}

// text returns the text of a mail about these notices.
func (f fieldTranslation) text(notices []portal.FieldNotice) alertText {
	if notices[0].Kind == portal.NoticeFirst {
		return f.first
	}
	return f.changed
}

// reason returns the label and the text that lists what changed: paths, and no customer data.
func (f fieldTranslation) reason(notices []portal.FieldNotice) (label, text string) {
	if notices[0].Kind == portal.NoticeFirst {
		if notices[0].Detail == "" {
			return f.whatOfFirst, f.everyFieldFilled
		}
		return f.whatOfFirst, fmt.Sprintf(f.unfilled, notices[0].Detail)
	}
	phrases := map[portal.NoticeKind]string{
		portal.NoticeDisappeared: f.disappeared, portal.NoticeTypeChanged: f.typeChanged, portal.NoticeAppeared: f.appeared,
	}
	var named []string
	for _, notice := range notices {
		if phrase, ok := phrases[notice.Kind]; ok {
			named = append(named, fmt.Sprintf(phrase, short(oneLine(notice.Path))))
		}
	}
	if left := len(named) - maxFieldsNamed; left > 0 {
		named = append(named[:maxFieldsNamed], fmt.Sprintf(f.more, left))
	}
	return f.what, strings.Join(named, "; ")
}

var fieldTranslations = map[string]fieldTranslation{
	"en": {
		first: alertText{
			subject: "%s: check the fields of the first sync", title: "The first sync of %s is complete",
			one:  "FS Client Portal has read %[1]s on %[2]s and found one field. Please check that it is read correctly.",
			many: "FS Client Portal has read %[1]s on %[2]s and found %[3]d fields. Please check that each is read correctly.",
			steps: []string{
				"Open FS Client Portal and choose \u201cAdmin\u201d, then \u201cProducts & sync\u201d.",
				"Choose \u201cFields\u201d at the connection.",
				"Choose another field for what is read wrongly or not at all, and look at the preview before you save.",
			},
			once: "This is the only mail about this. You get another when the fields change.",
		},
		changed: alertText{
			subject: "%s: the fields of a product have changed", title: "%s sends its data in other fields",
			one:  "The sync of %[1]s on %[2]s noticed that a field has changed. What the portal shows may be wrong or incomplete.",
			many: "The sync of %[1]s on %[2]s noticed that %[3]d fields have changed. What the portal shows may be wrong or incomplete.",
			steps: []string{
				"Open FS Client Portal and choose \u201cAdmin\u201d, then \u201cProducts & sync\u201d.",
				"Choose \u201cFields\u201d at the connection.",
				"Choose what the changed fields are to fill, and look at the preview before you save.",
			},
			once: "This is the only mail about this change.",
		},
		disappeared: "%s is no longer sent", typeChanged: "%s has another type", appeared: "%s is new",
		unfilled: "Not sent, or under a name the portal does not know: %s", everyFieldFilled: "Every field of the portal is filled.",
		what: "What has changed", whatOfFirst: "What was found", more: "%d more",
	},
	"de": {
		first: alertText{
			subject: "%s: Bitte die Felder der ersten Synchronisierung pr\u00fcfen",
			title:   "Die erste Synchronisierung von %s ist vollst\u00e4ndig",
			one:     "FS Client Portal hat %[1]s gelesen (%[2]s) und ein Feld gefunden. Bitte pr\u00fcfen Sie, ob es richtig gelesen wird.",
			many: "FS Client Portal hat %[1]s gelesen (%[2]s) und %[3]d Felder gefunden. Bitte pr\u00fcfen Sie, ob " +
				"sie richtig gelesen werden.",
			steps: []string{
				"\u00d6ffnen Sie FS Client Portal und w\u00e4hlen Sie \u201eAdmin\u201c, dann \u201eProducts & sync\u201c.",
				"W\u00e4hlen Sie bei der Verbindung \u201eFields\u201c.",
				"W\u00e4hlen Sie ein anderes Feld f\u00fcr das, was falsch oder gar nicht gelesen wird, und sehen Sie " +
					"sich vor dem Speichern die Vorschau an.",
			},
			once: "Dies ist die einzige E-Mail dazu. Sie erhalten eine weitere, wenn sich die Felder \u00e4ndern.",
		},
		changed: alertText{
			subject: "%s: Die Felder eines Produkts haben sich ge\u00e4ndert", title: "Die Daten von %s kommen in anderen Feldern",
			one: "Bei der Synchronisierung von %[1]s (%[2]s) hat sich ein Feld ge\u00e4ndert. Was das Portal zeigt, " +
				"kann falsch oder unvollst\u00e4ndig sein.",
			many: "Bei der Synchronisierung von %[1]s (%[2]s) haben sich %[3]d Felder ge\u00e4ndert. Was das Portal " +
				"zeigt, kann falsch oder unvollst\u00e4ndig sein.",
			steps: []string{
				"\u00d6ffnen Sie FS Client Portal und w\u00e4hlen Sie \u201eAdmin\u201c, dann \u201eProducts & sync\u201c.",
				"W\u00e4hlen Sie bei der Verbindung \u201eFields\u201c.",
				"W\u00e4hlen Sie, was die ge\u00e4nderten Felder f\u00fcllen sollen, und sehen Sie sich vor dem Speichern die Vorschau an.",
			},
			once: "Dies ist die einzige E-Mail zu dieser \u00c4nderung.",
		},
		disappeared: "%s wird nicht mehr gesendet", typeChanged: "%s hat einen anderen Typ", appeared: "%s ist neu",
		unfilled: "Nicht gesendet oder unter unbekanntem Namen: %s", everyFieldFilled: "Alle Felder des Portals sind gef\u00fcllt.",
		what: "Was sich ge\u00e4ndert hat", whatOfFirst: "Was gefunden wurde", more: "%d weitere",
	},
	"da": {
		first: alertText{
			subject: "%s: kontroll\u00e9r felterne fra den f\u00f8rste synkronisering",
			title:   "Den f\u00f8rste synkronisering af %s er fuldf\u00f8rt",
			one: "FS Client Portal har l\u00e6st %[1]s (%[2]s) og fundet \u00e9t felt. Kontroll\u00e9r, at det " +
				"bliver l\u00e6st rigtigt.",
			many: "FS Client Portal har l\u00e6st %[1]s (%[2]s) og fundet %[3]d felter. Kontroll\u00e9r, at de " +
				"bliver l\u00e6st rigtigt.",
			steps: []string{
				"\u00c5bn FS Client Portal, og v\u00e6lg \u201dAdmin\u201d og derefter \u201dProducts & sync\u201d.",
				"V\u00e6lg \u201dFields\u201d ved forbindelsen.",
				"V\u00e6lg et andet felt til det, der l\u00e6ses forkert eller slet ikke, og se eksemplet, f\u00f8r du gemmer.",
			},
			once: "Dette er den eneste mail om dette. Du f\u00e5r en ny, n\u00e5r felterne \u00e6ndrer sig.",
		},
		changed: alertText{
			subject: "%s: et produkts felter har \u00e6ndret sig", title: "Data fra %s kommer i andre felter",
			one: "Ved synkroniseringen af %[1]s (%[2]s) havde et felt \u00e6ndret sig. Det, portalen viser, kan " +
				"v\u00e6re forkert eller mangelfuldt.",
			many: "Ved synkroniseringen af %[1]s (%[2]s) havde %[3]d felter \u00e6ndret sig. Det, portalen viser, kan " +
				"v\u00e6re forkert eller mangelfuldt.",
			steps: []string{
				"\u00c5bn FS Client Portal, og v\u00e6lg \u201dAdmin\u201d og derefter \u201dProducts & sync\u201d.",
				"V\u00e6lg \u201dFields\u201d ved forbindelsen.",
				"V\u00e6lg, hvad de \u00e6ndrede felter skal udfylde, og se eksemplet, f\u00f8r du gemmer.",
			},
			once: "Dette er den eneste mail om denne \u00e6ndring.",
		},
		disappeared: "%s sendes ikke l\u00e6ngere", typeChanged: "%s har en anden type", appeared: "%s er ny",
		unfilled: "Ikke sendt, eller under et ukendt navn: %s", everyFieldFilled: "Alle portalens felter er udfyldt.",
		what: "Hvad der er \u00e6ndret", whatOfFirst: "Hvad der blev fundet", more: "%d flere",
	},
	"fr": {
		first: alertText{
			subject: "%s\u00a0: v\u00e9rifiez les champs de la premi\u00e8re synchronisation",
			title:   "La premi\u00e8re synchronisation de %s est compl\u00e8te",
			one:     "FS Client Portal a lu %[1]s (%[2]s) et trouv\u00e9 un champ. V\u00e9rifiez qu\u2019il est lu correctement.",
			many:    "FS Client Portal a lu %[1]s (%[2]s) et trouv\u00e9 %[3]d champs. V\u00e9rifiez qu\u2019ils sont lus correctement.",
			steps: []string{
				"Ouvrez FS Client Portal et choisissez \u00ab\u00a0Admin\u00a0\u00bb, puis \u00ab\u00a0Products & sync\u00a0\u00bb.",
				"Choisissez \u00ab\u00a0Fields\u00a0\u00bb pour la connexion.",
				"Choisissez un autre champ pour ce qui est mal lu ou pas lu du tout, et regardez l\u2019aper\u00e7u " +
					"avant d\u2019enregistrer.",
			},
			once: "Ceci est le seul message \u00e0 ce sujet. Vous en recevrez un autre si les champs changent.",
		},
		changed: alertText{
			subject: "%s\u00a0: les champs d\u2019un produit ont chang\u00e9",
			title:   "Les donn\u00e9es de %s arrivent dans d\u2019autres champs",
			one: "Lors de la synchronisation de %[1]s (%[2]s), un champ avait chang\u00e9. Ce que le portail " +
				"affiche peut \u00eatre faux ou incomplet.",
			many: "Lors de la synchronisation de %[1]s (%[2]s), %[3]d champs avaient chang\u00e9. Ce que le " +
				"portail affiche peut \u00eatre faux ou incomplet.",
			steps: []string{
				"Ouvrez FS Client Portal et choisissez \u00ab\u00a0Admin\u00a0\u00bb, puis \u00ab\u00a0Products & sync\u00a0\u00bb.",
				"Choisissez \u00ab\u00a0Fields\u00a0\u00bb pour la connexion.",
				"Choisissez ce que les champs modifi\u00e9s doivent remplir, et regardez l\u2019aper\u00e7u avant d\u2019enregistrer.",
			},
			once: "Ceci est le seul message au sujet de ce changement.",
		},
		disappeared: "%s n\u2019est plus envoy\u00e9", typeChanged: "%s a un autre type", appeared: "%s est nouveau",
		unfilled: "Non envoy\u00e9, ou sous un nom inconnu\u00a0: %s", everyFieldFilled: "Tous les champs du portail sont remplis.",
		what: "Ce qui a chang\u00e9", whatOfFirst: "Ce qui a \u00e9t\u00e9 trouv\u00e9", more: "%d de plus",
	},
}
