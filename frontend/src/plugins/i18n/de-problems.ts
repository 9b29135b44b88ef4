import type { problems as english } from './en-problems'

/** German texts of what the portal refuses, by the code of the problem. */
export const problems: typeof english = {
  'validation-failed': 'Einige Felder sind nicht gültig. Korrigieren Sie sie und versuchen Sie es erneut.',
  'too-many-requests': 'Das war zu oft in kurzer Zeit. Warten Sie {seconds} s und versuchen Sie es erneut.',
  'not-allowed': 'Das dürfen Sie nicht. Fragen Sie, wem es gehört, oder einen Admin.',
  'internal-error':
    'Bei uns ist etwas schiefgegangen und wurde festgehalten. Wenn es wieder geschieht, nennen Sie einem Admin die Kennung der Anfrage.',
  'database-unavailable': 'Die Datenbank ist nicht erreichbar. Nichts wurde geändert; versuchen Sie es in ein paar Sekunden erneut.',
  'object-store-unavailable': 'Der Objektspeicher ist nicht erreichbar. Versuchen Sie es in ein paar Sekunden erneut.',
  'object-store-full': 'Der Objektspeicher ist voll. Schaffen Sie Platz, oder bitten Sie einen Admin um mehr.',
  'invalid-credentials': 'Der Name oder das Passwort ist falsch. Prüfen Sie beides und versuchen Sie es erneut.',
  'account-disabled': 'Dieses Konto ist gesperrt. Bitten Sie einen Admin, es freizugeben.',
  'identity-provider-unavailable': 'Der Identitätsanbieter ist nicht erreichbar. Versuchen Sie es in ein paar Sekunden erneut.',
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
  'group-not-found': 'Diese Gruppe gibt es nicht. Vielleicht wurde sie gelöscht, oder Sie dürfen sie nicht sehen.',
  'group-name-taken': 'Eine Gruppe mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen.',
  'group-revision-conflict':
    'Jemand anderes hat diese Gruppe inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'membership-from-provider': 'Diese Mitgliedschaft kommt vom Identitätsanbieter. Sie lässt sich nur dort ändern.',
  'project-not-found': 'Dieses Projekt gibt es nicht. Vielleicht wurde es gelöscht, oder Sie dürfen es nicht sehen.',
  'project-revision-conflict':
    'Jemand anderes hat dieses Projekt inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'member-not-found': 'Diese Person oder Gruppe ist kein Mitglied mehr.',
  'owner-is-member': 'Wem das Projekt gehört, braucht keine Rolle: Dort ist ohnehin alles erlaubt.',
  'dataset-not-found': 'Diesen Datensatz gibt es nicht. Vielleicht wurde er gelöscht, oder Sie dürfen ihn nicht sehen.',
  'dataset-name-taken': 'Einen Datensatz mit diesem Namen hat dieses Projekt schon. Wählen Sie einen anderen Namen.',
  'file-not-found': 'Diese Datei gibt es nicht. Vielleicht wurde sie gelöscht.',
  'file-name-taken':
    'Eine Datei mit diesem Namen hat dieser Datensatz schon. Löschen Sie zuerst jene, oder geben Sie dieser einen anderen Namen.',
  'upload-not-found': 'Dieser Upload wurde verworfen oder ist abgelaufen. Beginnen Sie ihn neu.',
  'upload-completing': 'Alle Teile sind angekommen und werden zusammengefügt. Warten Sie auf die Datei.',
  'engine-not-found': 'Diese App gibt es nicht. Vielleicht wurde sie gelöscht, oder Sie dürfen sie nicht sehen.',
  'engine-name-taken': 'Eine App mit diesem Namen hat dieses Projekt schon. Wählen Sie einen anderen Namen.',
  'engine-revision-conflict':
    'Jemand anderes hat diese App inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'engine-not-preview': 'Diese App ist keine Vorschau: Es gibt nichts zu verlängern oder zu übernehmen.',
  'engine-digest-unknown': 'Diese Vorschau ist noch nicht gestartet. Warten Sie, bis sie läuft, und übernehmen Sie sie dann.',
  'engine-deleting': 'Diese App wird gerade gelöscht. Warten Sie, bis sie weg ist, oder wählen Sie einen anderen Namen.',
  'size-not-found': 'Diese Größe gibt es nicht. Vielleicht wurde sie gelöscht.',
  'size-id-taken': 'Eine Größe mit dieser Kennung gibt es schon. Wählen Sie eine andere.',
  'size-is-default': 'Diese Größe ist der Standard. Machen Sie zuerst eine andere dazu.',
  'size-revision-conflict':
    'Jemand anderes hat diese Größe inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'registry-not-found': 'Das Projekt meldet sich nicht bei dieser Registry an. Vielleicht wurde sie schon entfernt.',
  'rich-text-invalid': 'Etwas in diesem Text lässt sich nicht speichern. Nichts wurde geändert.',
  'asset-not-found':
    'Dieses Bild, diesen Film oder diese Untertitel gibt es nicht. Vielleicht wurde die Datei gelöscht, oder Sie dürfen sie nicht sehen.',
  'asset-type-unknown':
    'Diese Art von Datei kann nicht gezeigt werden. Möglich sind PNG, JPEG, GIF, WebP oder AVIF für Bilder, MP4 oder WebM für Filme, WebVTT für Untertitel.',
  'asset-not-arrived': 'Die Datei ist nicht angekommen. Versuchen Sie es erneut.',
  'asset-mismatch': 'Was ankam, ist nicht die gewählte Datei. Versuchen Sie es erneut.',
  'asset-invalid':
    'Die Datei ist nicht, was ihr Name sagt. Speichern Sie sie in einem Bild- oder Filmprogramm erneut und laden Sie das hoch.',
  'asset-in-use':
    'Ein Text des Projekts, ein früherer Stand davon oder eine veröffentlichte Version zeigt diese Datei. Sie verschwindet von selbst, sobald das nicht mehr so ist.',
  'report-not-found': 'Diesen Bericht gibt es nicht. Vielleicht wurde er gelöscht, oder Sie dürfen ihn nicht sehen.',
  'report-revision-conflict': 'Jemand anderes hat diesen Bericht inzwischen geändert. Führen Sie beide Texte zusammen.',
  'card-revision-conflict':
    'Jemand anderes hat diese Karte inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'publication-blocked':
    'Bevor alle ein Projekt lesen dürfen, verlangt ein Admin mehr. Tun Sie, was die Prüfliste sagt, und veröffentlichen Sie es dann.',
  'publication-in-progress':
    'Jemand anderes veröffentlicht dieses Projekt im selben Augenblick. Sehen Sie sich die Versionen an, oder versuchen Sie es in einer Minute erneut.',
  'publication-policy-conflict':
    'Jemand anderes hat diese Regeln inzwischen geändert. Sehen Sie sich den neuesten Stand an und versuchen Sie es erneut.',
  'version-not-found': 'Diese Version hat das Projekt nicht.',
}
