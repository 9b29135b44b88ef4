import type { RichText } from '../../richtext/rich-text.js'

/** The texts of a project's card, in the order in which they are read. */
export const CARD_SECTIONS = ['description', 'explanation', 'usage', 'limitations', 'performance'] as const
export type CardSection = (typeof CARD_SECTIONS)[number]

/** The texts by section; null for one that nobody wrote. */
export type CardTexts = Record<CardSection, RichText | null>

/** What a project says of itself at length. It is kept beside the project, so that a list of projects does not read it. */
export interface Card {
  projectId: string
  texts: CardTexts
  /** Raised by each change; 1 for a card that nobody wrote in. */
  revision: number
}

/** The card of a project that has none yet. */
export const emptyCard = (projectId: string): Card => ({
  projectId,
  texts: { description: null, explanation: null, usage: null, limitations: null, performance: null },
  revision: 1,
})

/** Of one section, as JSON: all of them have to fit into one document of the database. */
export const MAX_SECTION_BYTES = 3_000_000
