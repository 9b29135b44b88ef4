import type { CardSection } from '../projects/card/card.js'
import { LABELS, type RenderLabels } from '../richtext/render-html.js'
import type { ExportLanguage } from './export-language.js'

/** What an export says that nobody wrote into its text. */
export interface ExportWords {
  version: (number: number) => string
  revision: (number: number) => string
  /** Where a page of paper is among all of them; between and after are numbers. */
  page: readonly [before: string, between: string]
  sections: Readonly<Record<CardSection, string>>
  labels: Readonly<
    Record<'version' | 'project' | 'task' | 'tags' | 'frameworks' | 'news' | 'licence' | 'noLicence' | 'links' | 'address', string>
  >
  datasets: { title: string; columns: readonly [name: string, files: string, size: string, checksum: string] }
  apps: { title: string; columns: readonly [name: string, image: string, digest: string] }
  altered: string
  video: string
  watch: string
  tooLarge: string
  look: string
  text: RenderLabels
}

/** The words of each language; the types see to it that none lacks. */
export const WORDS: Readonly<Record<ExportLanguage, ExportWords>> = {
  en: {
    version: (number) => `Version ${number}`,
    revision: (number) => `Revision ${number}`,
    page: ['Page ', ' of '],
    sections: {
      description: 'Description',
      explanation: 'How it works',
      usage: 'Usage',
      limitations: 'Limitations',
      performance: 'Performance',
    },
    labels: {
      version: 'Version',
      project: 'Project',
      task: 'Task',
      tags: 'Tags',
      frameworks: 'Frameworks',
      news: 'What is new',
      licence: 'Licence',
      noLicence: 'none stated',
      links: 'Links',
      address: 'Address',
    },
    datasets: { title: 'Data sets', columns: ['Name', 'Files', 'Size', 'SHA-256'] },
    apps: { title: 'Apps', columns: ['Name', 'Image', 'Digest'] },
    altered: 'What is stored of this version is not what was published: its hash is another one.',
    video: 'Video',
    watch: 'watch it online',
    tooLarge: 'Picture too large for this file',
    look: 'see it online',
    text: LABELS,
  },
  de: {
    version: (number) => `Version ${number}`,
    revision: (number) => `Stand ${number}`,
    page: ['Seite ', ' von '],
    sections: {
      description: 'Beschreibung',
      explanation: 'So funktioniert es',
      usage: 'So wird es benutzt',
      limitations: 'Grenzen',
      performance: 'Leistung',
    },
    labels: {
      version: 'Version',
      project: 'Projekt',
      task: 'Aufgabe',
      tags: 'Schlagwörter',
      frameworks: 'Frameworks',
      news: 'Was neu ist',
      licence: 'Lizenz',
      noLicence: 'keine angegeben',
      links: 'Links',
      address: 'Adresse',
    },
    datasets: { title: 'Datensätze', columns: ['Name', 'Dateien', 'Größe', 'SHA-256'] },
    apps: { title: 'Apps', columns: ['Name', 'Image', 'Digest'] },
    altered: 'Was von dieser Version gespeichert ist, ist nicht, was veröffentlicht wurde: Der Hash ist ein anderer.',
    video: 'Video',
    watch: 'online ansehen',
    tooLarge: 'Bild zu groß für diese Datei',
    look: 'online ansehen',
    text: {
      contents: 'Inhalt',
      footnotes: 'Fußnoten',
      footnote: 'Fußnote',
      back: 'Zurück zum Text',
      table: 'Tabelle',
      done: 'Erledigt',
      open: 'Offen',
      data: 'Daten',
      series: 'Reihe',
      firstRows: 'Die ersten Zeilen der Daten.',
      openApp: 'App öffnen',
      missingImage: 'Dieses Bild ist nicht verfügbar.',
      missingVideo: 'Dieses Video ist nicht verfügbar.',
      missingApp: 'Diese App ist nicht verfügbar.',
      captions: 'Untertitel',
      callout: { note: 'Hinweis', tip: 'Tipp', warning: 'Warnung', danger: 'Gefahr' },
    },
  },
}
