import type { RichText } from '../plugins/tiptap/document'
import { api } from './client'

/** The sections of a card, in the order in which they are read. */
export const cardSections = ['description', 'explanation', 'usage', 'limitations', 'performance'] as const
export type CardSection = (typeof cardSections)[number]
export type CardTexts = Record<CardSection, RichText | null>
export type Card = CardTexts & { revision: number }

export const getCard = (projectId: string): Promise<Card> => api.get(`/projects/${projectId}/card`)
/** Refused with `card-revision-conflict` when someone else changed the card since `revision` was read. */
export const saveCardSection = (projectId: string, revision: number, section: CardSection, content: RichText | null): Promise<Card> =>
  api.put(`/projects/${projectId}/card`, { revision, section, content })
