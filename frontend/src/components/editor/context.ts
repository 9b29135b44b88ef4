import { inject, provide, type InjectionKey, type Ref } from 'vue'
import type { Asset } from '../../api/assets'

/** What the nodes of a text need of the page around it. */
export interface TextContext {
  projectId: Ref<string>
  editable: Ref<boolean>
  /** Asks for a file and brings it to the project; null when nothing came of it. */
  pickAsset: (kind: Asset['kind']) => Promise<Asset | null>
  /** Opens the panel of the chart at that place. */
  editChart: (position: number) => void
}

const key: InjectionKey<TextContext> = Symbol('rich text')

export const provideTextContext = (context: TextContext): void => provide(key, context)

/** @throws when it is used outside of a text */
export function useTextContext(): TextContext {
  const context = inject(key)
  if (!context) throw new Error('a node of a text is drawn outside of one')
  return context
}
