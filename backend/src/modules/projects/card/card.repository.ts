import type { RichText } from '../../richtext/rich-text.js'
import type { Card, CardSection } from './card.js'

/** Where cards are kept. */
export abstract class CardRepository {
  /** The card; an empty one where nobody wrote any. */
  abstract find(projectId: string): Promise<Card>
  /** Changes one section if the card is still at `revision`. @returns the changed card, or null when it is not */
  abstract write(projectId: string, revision: number, section: CardSection, text: RichText | null, at: Date): Promise<Card | null>
  abstract remove(projectId: string): Promise<void>
}
