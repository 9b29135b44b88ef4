import type {
  apps as englishApps,
  frame as englishFrame,
  logLimits as englishLogLimits,
  noApp as englishNoApp,
  quota as englishQuota,
  registries as englishRegistries,
  sizes as englishSizes,
  sweep as englishSweep,
} from './en-hosting'

/** German texts of the frame of an app. */
export const frame: typeof englishFrame = {
  heading: 'App',
  title: 'Die App {name} in Betrieb',
  reload: 'App neu laden',
  asleep: {
    title: 'Die App schläft',
    text: 'Eine Weile hat niemand sie benutzt; deshalb belegt sie nichts. Das Wecken dauert einige Sekunden.',
  },
  wake: 'Wecken',
  off: { title: 'Jetzt gibt es nichts zu zeigen', text: 'Die App erscheint hier, wenn sie läuft.' },
  opening: 'Sie werden eingelassen',
  refused: 'Sie konnten in diese App nicht eingelassen werden',
  waking: 'Wacht auf',
  loading: 'Warten auf die App',
  elapsed: 'seit {time}',
  slow: 'Die App hat noch nicht geantwortet. Ihr Log unten sagt vielleicht, was sie gerade tut.',
  degraded: 'Die App ist gestört; was Sie hier sehen, funktioniert vielleicht nicht.',
  steps: {
    asked: 'Der Cluster wird um eine Kopie der App gebeten',
    starting: 'Die Kopie startet',
    part: {
      scheduling: 'ein Rechner wird gesucht',
      pulling: 'das Image wird geholt',
      starting: 'das Programm startet',
      ready: 'warten, bis sie bereit ist',
    },
    answering: 'Warten auf die erste Antwort',
    state: { done: 'fertig', active: 'läuft', waiting: 'wartet' },
  },
}

/** German texts of quotas. */
export const quota: typeof englishQuota = {
  title: 'Kontingent',
  lead: 'Was die Apps dieses Projekts für sich belegen, und wie viel sie dürfen. Ein Admin dieser Instanz kann mehr geben.',
  leadAdmin: 'Was die Apps dieses Projekts für sich belegen, und wie viel sie dürfen.',
  change: 'Ändern',
  ofProject: 'Kontingent von „{title}“',
  dialogLead:
    'Laufende Apps laufen weiter, auch wenn sie über den neuen Grenzen liegen; was danach bereitgestellt wird, muss hineinpassen.',
  source: { default: 'Das Kontingent, das Projekte normalerweise haben.', project: 'Für dieses Projekt festgelegt.' },
  observed: 'Gezählt {when}.',
  reset: 'Standard verwenden',
  resource: { apps: 'Apps', cpu: 'CPU', memory: 'Arbeitsspeicher', gpus: 'GPUs' },
  field: { apps: 'Apps', cpuMillis: 'CPU (Kerne)', memoryMiB: 'Arbeitsspeicher (GiB)', gpus: 'GPUs' },
  bad: {
    count: 'Eine ganze Zahl von {min} bis {max}.',
    millicpu: 'Eine Zahl von {min} bis {max}.',
    MiB: 'Eine Zahl von {min} bis {max}.',
  },
  of: '{used} von {limit}',
  noneAllowed: 'keine erlaubt',
  takes: 'Dies belegt {takes}; {left} bleiben frei.',
  takesOver: 'Dies belegt {takes}: {over} zu viel.',
  over: '{over} über der Grenze.',
  defaultTitle: 'Standardkontingent',
  defaultLead:
    'Was ein Projekt nutzen darf, für das kein Admin etwas Eigenes festgelegt hat. Das eigene Kontingent eines Projekts wird in dessen Verwaltung festgelegt.',
  defaultDialogLead:
    'Laufende Apps laufen weiter, auch wenn ihr Projekt über den neuen Grenzen liegt; was danach bereitgestellt wird, muss hineinpassen.',
  short: { apps: 'Apps', cpuMillis: 'CPU', memoryMiB: 'Arbeitsspeicher', gpus: 'GPUs' },
}

/** German texts of how much of the logs is kept. */
export const logLimits: typeof englishLogLimits = {
  title: 'Logs der Apps',
  lead: 'Wie lange und wie viel von den Ausgaben der Apps aufbewahrt wird, nachdem ihre Pods verschwunden sind. Was darüber liegt, verschwindet innerhalb von zehn Minuten.',
  dialogLead: 'Was älter ist, oder mehr, als eine App behalten darf, wird endgültig entfernt; das Älteste zuerst.',
  days: 'Tage',
  daysText: '{count} Tag | {count} Tage',
  size: 'Je App, komprimiert',
  mebibytes: 'MiB je App, komprimiert',
  bad: 'Eine ganze Zahl von 1 bis {max}',
}

/** German texts of the registries of a project. */
export const registries: typeof englishRegistries = {
  title: 'Registries',
  lead: 'Damit werden private Images geladen. Passwörter werden verschlüsselt aufbewahrt, und niemand kann sie hier lesen.',
  add: 'Registry hinzufügen',
  empty: 'Noch keine. Images, die alle laden dürfen, brauchen keine.',
  as: 'als {username}, festgelegt {when}',
  replace: 'Ersetzen',
  remove: '{registry} entfernen',
  addTitle: 'Registry hinzufügen',
  addAction: 'Hinzufügen',
  replaceTitle: 'Anders bei {registry} anmelden',
  replaceAction: 'Ersetzen',
  registry: 'Registry',
  registryHint: 'Womit der Name eines Images beginnt, zum Beispiel registry.example.org; docker.io für Docker Hub.',
  username: 'Benutzername',
  password: 'Passwort oder Token',
  passwordHint: 'Am besten ein Token, das nur laden darf.',
  needRegistry: 'Geben Sie die Registry an.',
  needUsername: 'Geben Sie den Benutzernamen an.',
  needPassword: 'Geben Sie das Passwort oder ein Token an.',
  saved: '{registry} ist gespeichert.',
  removed: '{registry} wurde entfernt.',
  removeTitle: '{registry} entfernen?',
  removeText: 'Laufende Apps laufen weiter. Was danach bereitgestellt oder geweckt wird, kann von dort keine privaten Images mehr laden.',
}

/** German texts of the admin's view of all apps. */
export const apps: typeof englishApps = {
  title: 'Apps',
  error: 'Die Apps konnten nicht geladen werden',
  search: 'Apps, Projekte, Personen suchen',
  totals: 'Wie viele Apps es gibt',
  all: 'Alle',
  column: {
    name: 'App',
    owner: 'Gehört',
    phase: 'Zustand',
    size: 'Größe',
    deployed: 'Zuletzt bereitgestellt',
    created: 'Angelegt',
    driver: 'Treiber',
  },
  anyPhase: 'Jeder Zustand',
  anyDriver: 'Jeder Treiber',
  driver: { knative: 'Knative', gateway: 'Gateway API', ingress: 'Ingress', emissary: 'Emissary' },
  by: 'von {name}',
  noProject: 'Ihr Projekt gibt es nicht mehr',
  preview: 'Vorschau',
  leaseUntil: 'Eine Vorschau: Sie verschwindet am {day}.',
  action: {
    open: 'Öffnen',
    limits: 'Kontingent ihres Projekts',
    pause: 'Anhalten',
    resume: 'Fortsetzen',
    delete: 'App löschen',
  },
  resumed: '„{name}“ wird wieder gestartet.',
  pauseTitle: '„{name}“ anhalten?',
  pauseText:
    'Sie antwortet nicht und belegt nichts, bis jemand sie fortsetzt. Sagen Sie {owner} Bescheid: Vielleicht wird sie gerade vorgeführt.',
  deleteText: 'Die App von {owner} in „{project}“ antwortet nicht mehr, und ihr Log verschwindet. Das Image bleibt, wo es ist.',
  empty: { title: 'Noch keine Apps', text: 'Apps, die in Projekten bereitgestellt werden, stehen hier.' },
}

/** German texts of the sizes of apps. */
export const sizes: typeof englishSizes = {
  title: 'Größen',
  lead: 'Was beim Bereitstellen zur Wahl steht. Apps behalten, was sie haben: Eine Änderung gilt ab dem nächsten Bereitstellen.',
  error: 'Die Größen konnten nicht geladen werden',
  create: 'Neue Größe',
  column: { size: 'Größe' },
  default: 'Standard',
  field: {
    title: 'Name',
    id: 'Kennung',
    description: 'Beschreibung',
    cpu: 'CPU (Kerne)',
    memory: 'Arbeitsspeicher (GiB)',
    disk: 'Festplatte (GiB)',
    gpus: 'GPUs',
    order: 'Position',
    cpuShort: 'CPU',
    memoryShort: 'Arbeitsspeicher',
    diskShort: 'Festplatte',
  },
  request: 'Freigehalten',
  limit: 'Höchstens',
  belowRequest: 'Mindestens so viel, wie freigehalten wird.',
  needTitle: 'Geben Sie der Größe einen Namen.',
  badId: 'Nur Kleinbuchstaben, Ziffern und Bindestriche; zuerst ein Buchstabe.',
  newTitle: 'Neue Größe',
  createAction: 'Größe anlegen',
  editTitle: '„{title}“ ändern',
  editLead: 'Apps, die damit laufen, behalten bis zum nächsten Bereitstellen, was sie haben.',
  makeDefault: 'Standard',
  makeDefaultHint: 'Was eine App bekommt, für die niemand wählt.',
  isDefaultHint: 'Zuerst muss eine andere Größe Standard werden.',
  action: { edit: 'Bearbeiten', default: 'Zum Standard machen', delete: 'Löschen' },
  deleteTitle: 'Die Größe „{title}“ löschen?',
  deleteText: 'Sie steht nicht mehr zur Wahl. Apps, die damit laufen, behalten, was sie haben.',
  empty: { title: 'Keine Größen', text: 'Beim Bereitstellen wird aus Größen gewählt. Fügen Sie für den Anfang eine hinzu.' },
}

/** German texts of the sweep. */
export const sweep: typeof englishSweep = {
  title: 'Aufräumen',
  lead: 'Objekte im Cluster, die keine App mehr braucht, und Vorschauen, deren Zeit um ist. Eine laufende App wird nie angerührt.',
  error: 'Was übrig ist, konnte nicht gelesen werden',
  dryRun: 'Probelauf',
  again: 'Erneut nachsehen',
  found: 'Nichts ist übrig | 1 Ding ist übrig | {count} Dinge sind übrig',
  foundText: 'Ein Probelauf sagt, was entfernt würde, und ändert nichts.',
  tried: 'Nichts würde entfernt | 1 Ding würde entfernt | {count} Dinge würden entfernt',
  removed: 'Nichts wurde entfernt | 1 Ding wurde entfernt | {count} Dinge wurden entfernt',
  stays: 'Nichts bleibt. | 1 Ding bleibt aus dem Grund, der unten steht. | {count} Dinge bleiben aus den Gründen, die unten stehen.',
  goes: 'Würde entfernt',
  gone: 'Entfernt',
  kept: 'Bleibt',
  left: 'Übrig',
  failed: 'Nicht entfernt',
  away: 'Der Cluster ist nicht erreichbar; was darin ist, ist gerade nicht bekannt.',
  leases: 'Vorschauen, deren Zeit um ist',
  noProject: 'einem Projekt, das es nicht mehr gibt',
  leaseWhy: 'In {project}; ihre Zeit endete {when}.',
  objects: 'Objekte im Cluster',
  why: {
    'app-gone': 'Keine App hier besteht daraus.',
    'project-gone': 'Das Projekt dazu gibt es nicht mehr.',
    foreign: 'Das hat ein Portal mit einer anderen Datenbank gemacht, in der Apps dafür stehen können. Von hier aus wird es nie entfernt.',
    unmarked: 'Nichts sagt, welches Portal es gemacht hat. Wenn niemand es braucht, entfernen Sie es mit kubectl.',
  },
  removableFrom: 'Es kann ab {time} entfernt werden.',
  created: 'angelegt {when}',
  remove: 'Entfernen | 1 Ding entfernen | {count} Dinge entfernen',
  confirmTitle: 'Entfernen, was übrig ist?',
  confirmText: 'Das verschwindet und lässt sich nicht rückgängig machen:',
  confirmLeases: 'keine Vorschauen | 1 Vorschau mit ihrem Log | {count} Vorschauen mit ihren Logs',
  confirmObjects: 'keine Objekte | 1 Objekt im Cluster | {count} Objekte im Cluster',
  empty: {
    title: 'Nichts ist übrig',
    text: 'Alles, was Vitrine im Cluster angelegt hat, gehört zu einer App, die gebraucht wird.',
    awayTitle: 'Keine Vorschau ist übrig',
    away: 'Was im Cluster ist, lässt sich ansehen, sobald er wieder da ist.',
  },
}

/** German texts of the page for who comes to an app that is not for them. */
export const noApp: typeof englishNoApp = {
  title: 'Hier gibt es keine App für Sie',
  text: 'Unter dieser Adresse gibt es nichts, was Sie, {name}, öffnen dürfen. Vielleicht ist sie falsch geschrieben, oder die App ist für andere: Fragen Sie, wer sie Ihnen geschickt hat, oder benutzen Sie ein anderes Konto.',
  anonymous:
    'Unter dieser Adresse gibt es nichts, was alle öffnen dürfen. Vielleicht ist sie falsch geschrieben, oder die App ist für Personen mit einem Konto.',
  switch: 'Anderes Konto benutzen',
}
