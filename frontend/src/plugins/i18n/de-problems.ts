import type { problems as english } from './en-problems'

/** German texts of what the portal refuses, by the code of the problem. */
export const problems: typeof english = {
  'validation-failed': 'Einige Felder sind nicht gültig. Korrigieren Sie sie und versuchen Sie es erneut.',
  'too-many-requests': 'Das war zu oft in kurzer Zeit. Warten Sie {seconds} s und versuchen Sie es erneut.',
  'invalid-cursor': 'Diese Seite der Liste gibt es nicht mehr. Beginnen Sie wieder bei der ersten.',
  'body-too-large': 'Was gesendet wurde, ist zu groß. Kürzen Sie es und versuchen Sie es erneut.',
  'headers-too-large':
    'Die Adresse ist zu lang, oder diese Seite hat zu viele Cookies. Kürzen Sie die Suche, oder löschen Sie die Cookies.',
  'request-too-slow': 'Die Verbindung war zu langsam, so dass nicht alles ankam. Versuchen Sie es erneut.',
  'too-many-streams': 'Zu viele Seiten von Vitrine sind offen. Schließen Sie einige Tabs und versuchen Sie es erneut.',
  'not-allowed': 'Das dürfen Sie nicht. Fragen Sie, wem es gehört, oder einen Admin.',
  'not-signed-in': 'Sie sind nicht mehr angemeldet. Melden Sie sich an und versuchen Sie es erneut.',
  'session-reused':
    'Ihre Sitzung wurde zu Ihrer Sicherheit beendet: Sie wurde an zwei Stellen benutzt. Melden Sie sich erneut an; wenn das oft geschieht, sagen Sie es einem Admin.',
  'password-change-required': 'Zuerst muss Ihr Passwort geändert werden.',
  'csrf-token-invalid': 'Diese Seite ist zu alt, um etwas zu ändern. Laden Sie sie neu.',
  'cross-site-request':
    'Unter dieser Adresse kennt das Portal sich nicht, deshalb lässt sich hier nichts ändern. Sagen Sie es einem Admin.',
  'internal-error':
    'Bei uns ist etwas schiefgegangen und wurde festgehalten. Wenn es wieder geschieht, nennen Sie einem Admin die Kennung der Anfrage.',
  'database-unavailable': 'Die Datenbank ist nicht erreichbar. Nichts wurde geändert; versuchen Sie es in ein paar Sekunden erneut.',
  'object-store-unavailable': 'Der Objektspeicher ist nicht erreichbar. Versuchen Sie es in ein paar Sekunden erneut.',
  'object-store-full': 'Der Objektspeicher ist voll. Schaffen Sie Platz, oder bitten Sie einen Admin um mehr.',
  'disk-full': 'Der Speicherplatz des Portals ist voll. Sagen Sie es einem Admin.',
  'invalid-credentials': 'Der Name oder das Passwort ist falsch. Prüfen Sie beides und versuchen Sie es erneut.',
  'account-disabled': 'Dieses Konto ist gesperrt. Bitten Sie einen Admin, es freizugeben.',
  'identity-provider-unavailable': 'Der Identitätsanbieter ist nicht erreichbar. Versuchen Sie es in ein paar Sekunden erneut.',
  'sign-in-failed':
    'Die Anmeldung hat nicht geklappt: Sie dauerte zu lange, wurde zweimal versucht oder abgelehnt. Beginnen Sie von vorn; wenn es wieder scheitert, sagen Sie einem Admin die Uhrzeit.',
  'sign-in-not-permitted':
    'Sie gehören zu keiner Gruppe, die diese Instanz benutzen darf. Bitten Sie einen Admin, Sie in eine aufzunehmen.',
  'current-password-wrong': 'Das aktuelle Passwort ist falsch. Prüfen Sie es und versuchen Sie es erneut.',
  'password-from-provider': 'Das Passwort liegt beim Identitätsanbieter. Es lässt sich nur dort ändern.',
  'session-not-found': 'Diese Sitzung gibt es nicht. Vielleicht ist sie schon beendet.',
  'token-not-found': 'Dieses Token gibt es nicht. Vielleicht wurde es schon widerrufen.',
  'user-not-found': 'Dieses Konto gibt es nicht. Vielleicht wurde es gelöscht.',
  'user-name-taken': 'Ein Konto mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen.',
  'user-revision-conflict':
    'Jemand anderes hat dieses Konto inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'last-admin': 'Es bliebe kein Admin übrig; deshalb wurde nichts geändert. Geben Sie zuerst jemand anderem Adminrechte.',
  'own-account':
    'Das ist Ihr eigenes Konto: Sie können es nicht sperren, löschen oder ihm die Rolle nehmen. Bitten Sie einen anderen Admin.',
  'user-owns-projects':
    'Diesem Konto gehören Projekte, vielleicht auch solche, die gerade gelöscht werden. Übertragen oder löschen Sie sie zuerst, oder sperren Sie das Konto stattdessen.',
  'import-invalid':
    'So lässt sich die Datei nicht einlesen. Nichts wurde geändert; korrigieren Sie, was aufgeführt ist, und versuchen Sie es erneut.',
  'group-not-found': 'Diese Gruppe gibt es nicht. Vielleicht wurde sie gelöscht, oder Sie dürfen sie nicht sehen.',
  'group-name-taken': 'Eine Gruppe mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen.',
  'group-revision-conflict':
    'Jemand anderes hat diese Gruppe inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'membership-from-provider': 'Diese Mitgliedschaft kommt vom Identitätsanbieter. Sie lässt sich nur dort ändern.',
  'project-not-found': 'Dieses Projekt gibt es nicht. Vielleicht wurde es gelöscht, oder Sie dürfen es nicht sehen.',
  'project-revision-conflict':
    'Jemand anderes hat dieses Projekt inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'member-not-found': 'Diese Person oder Gruppe ist kein Mitglied mehr.',
  'too-many-members':
    'Mehr Mitglieder kann das Projekt nicht haben. Fassen Sie Personen in einer Gruppe zusammen und geben Sie der eine Rolle.',
  'owner-is-member': 'Wem das Projekt gehört, braucht keine Rolle: Dort ist ohnehin alles erlaubt.',
  'dataset-not-found': 'Diesen Datensatz gibt es nicht. Vielleicht wurde er gelöscht, oder Sie dürfen ihn nicht sehen.',
  'dataset-name-taken': 'Einen Datensatz mit diesem Namen hat dieses Projekt schon. Wählen Sie einen anderen Namen.',
  'file-not-found': 'Diese Datei gibt es nicht. Vielleicht wurde sie gelöscht.',
  'file-name-taken':
    'Eine Datei mit diesem Namen hat dieser Datensatz schon. Löschen Sie zuerst jene, oder geben Sie dieser einen anderen Namen.',
  'upload-not-found': 'Dieser Upload wurde verworfen oder ist abgelaufen. Beginnen Sie ihn neu.',
  'upload-completing': 'Alle Teile sind angekommen und werden zusammengefügt. Warten Sie auf die Datei.',
  'upload-part-missing': 'Teile der Datei sind nicht angekommen. Setzen Sie den Upload fort, um sie zu senden.',
  'upload-part-mismatch': 'Teile der Datei kamen anders an, als sie gesendet wurden. Setzen Sie den Upload fort, um sie erneut zu senden.',
  'upload-size-mismatch':
    'Die Datei hat eine andere Größe als zu Beginn, wurde also inzwischen geändert. Brechen Sie diesen Upload ab und beginnen Sie neu.',
  'upload-not-pending': 'Dieser Upload ist schon beendet. Beginnen Sie ihn neu.',
  'upload-too-large': 'Die Datei ist größer, als eine einzelne Datei hier sein darf.',
  'engine-not-found': 'Diese App gibt es nicht. Vielleicht wurde sie gelöscht, oder Sie dürfen sie nicht sehen.',
  'engine-name-taken': 'Eine App mit diesem Namen hat dieses Projekt schon. Wählen Sie einen anderen Namen.',
  'engine-revision-conflict':
    'Jemand anderes hat diese App inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'engine-not-preview': 'Diese App ist keine Vorschau: Es gibt nichts zu verlängern oder zu übernehmen.',
  'engine-digest-unknown': 'Diese Vorschau ist noch nicht gestartet. Warten Sie, bis sie läuft, und übernehmen Sie sie dann.',
  'engine-deleting': 'Diese App wird gerade gelöscht. Warten Sie, bis sie weg ist, oder wählen Sie einen anderen Namen.',
  'engine-generation-not-found': 'Diese Revision der App wird nicht mehr aufbewahrt.',
  'quota-apps-exceeded':
    'Mehr Apps darf das Projekt nicht haben. Löschen Sie eine, die niemand braucht, oder bitten Sie einen Admin um mehr.',
  'size-not-found': 'Diese Größe gibt es nicht. Vielleicht wurde sie gelöscht.',
  'size-id-taken': 'Eine Größe mit dieser Kennung gibt es schon. Wählen Sie eine andere.',
  'size-is-default': 'Diese Größe ist der Standard. Machen Sie zuerst eine andere dazu.',
  'size-revision-conflict':
    'Jemand anderes hat diese Größe inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'too-many-sizes': 'Mehr Größen kann es nicht geben. Löschen Sie zuerst eine, die niemand braucht.',
  'registry-not-found': 'Das Projekt meldet sich nicht bei dieser Registry an. Vielleicht wurde sie schon entfernt.',
  'too-many-registries': 'Bei mehr Registries kann sich das Projekt nicht anmelden. Entfernen Sie eine, die es nicht mehr braucht.',
  'rich-text-invalid': 'Etwas in diesem Text lässt sich nicht speichern. Nichts wurde geändert.',
  'asset-not-found':
    'Dieses Bild, diesen Film oder diese Untertitel gibt es nicht. Vielleicht wurde die Datei gelöscht, oder Sie dürfen sie nicht sehen.',
  'asset-type-unknown':
    'Diese Art von Datei kann nicht gezeigt werden. Möglich sind PNG, JPEG, GIF, WebP oder AVIF für Bilder, MP4 oder WebM für Filme, WebVTT für Untertitel.',
  'asset-too-large': 'So groß darf eine Datei dieser Art nicht sein. Verkleinern Sie sie, oder verlinken Sie sie stattdessen.',
  'assets-full':
    'Für dieses Bild oder diesen Film hat das Projekt keinen Platz. Löschen Sie welche, die kein Text benutzt, oder bitten Sie einen Admin um mehr.',
  'asset-not-arrived': 'Die Datei ist nicht angekommen. Versuchen Sie es erneut.',
  'asset-mismatch': 'Was ankam, ist nicht die gewählte Datei. Versuchen Sie es erneut.',
  'asset-invalid':
    'Die Datei ist nicht, was ihr Name sagt. Speichern Sie sie in dem Programm, aus dem sie stammt, erneut, und laden Sie das hoch.',
  'asset-in-use':
    'Ein Text des Projekts, ein früherer Stand davon oder eine veröffentlichte Version zeigt diese Datei. Sie verschwindet von selbst, sobald das nicht mehr so ist.',
  'report-not-found': 'Diesen Bericht gibt es nicht. Vielleicht wurde er gelöscht, oder Sie dürfen ihn nicht sehen.',
  'report-revision-conflict': 'Jemand anderes hat diesen Bericht inzwischen geändert. Führen Sie beide Texte zusammen.',
  'report-revision-not-found': 'Jener frühere Stand des Berichts wird nicht mehr aufbewahrt.',
  'too-many-reports': 'Mehr Berichte darf das Projekt nicht haben. Löschen Sie zuerst einen.',
  'figure-not-found': 'Diese Abbildung gibt es nicht. Vielleicht wurde sie gelöscht, oder Sie dürfen sie nicht sehen.',
  'figure-invalid':
    'Diese Abbildung lässt sich hier nicht zeigen. Nichts wurde gespeichert; korrigieren Sie, was aufgeführt ist, und versuchen Sie es erneut.',
  'too-many-figures': 'Mehr Abbildungen darf das Projekt nicht haben. Löschen Sie zuerst eine.',
  'card-revision-conflict':
    'Jemand anderes hat diese Karte inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'publication-blocked':
    'Bevor alle ein Projekt lesen dürfen, verlangt ein Admin mehr. Tun Sie, was die Prüfliste sagt, und veröffentlichen Sie es dann.',
  'publication-in-progress':
    'Jemand anderes veröffentlicht dieses Projekt im selben Augenblick. Sehen Sie sich die Versionen an, oder versuchen Sie es in einer Minute erneut.',
  'publication-too-large':
    'Die Karte und die Berichte sind zu groß für eine Version. Entfernen Sie einen Bericht, oder zeichnen Sie Diagramme aus weniger Punkten.',
  'publication-policy-conflict':
    'Jemand anderes hat diese Regeln inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'version-not-found': 'Diese Version hat das Projekt nicht.',
  'version-withdrawn': 'Diese Version wurde zurückgezogen und wird nicht mehr gezeigt. Nehmen Sie eine andere.',
  'export-unavailable': 'Hier gibt es kein PDF. Speichern Sie die Webseite und drucken Sie sie; der Betrieb kann PDF möglich machen.',
  'export-too-large': 'Dieser Text ist zu groß für eine Datei. Teilen Sie ihn in mehrere Berichte, oder verwenden Sie kleinere Bilder.',
  'export-busy': 'Gerade exportieren andere. Versuchen Sie es in {seconds} s erneut.',
  'export-failed': 'Das PDF konnte nicht erstellt werden. Speichern Sie die Webseite und drucken Sie sie, oder sagen Sie es einem Admin.',
  'task-not-found': 'Diesen Export gibt es nicht. Vielleicht wurde er gelöscht, oder seine Zeit ist um.',
  'task-running': 'Ein Export von Ihnen läuft schon. Warten Sie, bis er beendet ist, oder brechen Sie ihn ab.',
  'task-not-ended': 'Dieser Export ist noch nicht beendet. Brechen Sie ihn zuerst ab, oder warten Sie.',
  'task-without-result':
    'Von diesem Export gibt es keine Datei: So weit kam er nicht, oder sie ist inzwischen weg. Starten Sie einen neuen.',
  'task-without-failures':
    'Es gibt nichts erneut zu versuchen: Nichts ist fehlgeschlagen, oder die Dateien sind inzwischen weg. Starten Sie einen neuen Export.',
  'task-owner-not-allowed': 'Wer diesen Export gestartet hat, darf das nicht mehr. Ein anderer Admin kann einen neuen starten.',
}
