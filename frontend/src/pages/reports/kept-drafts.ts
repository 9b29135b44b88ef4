import type { RichText } from '../../plugins/tiptap/document'

/** What was written and not acknowledged by the portal, with what it was written on. */
export interface KeptDraft {
  title: string
  content: RichText
  base: { revision: number; title: string; content: RichText }
  /** What was sent and not answered: the portal may have it. */
  sent?: Pick<KeptDraft, 'title' | 'content'>[]
}

export interface DraftKeeper {
  read: (key: string) => Promise<KeptDraft | null>
  write: (key: string, draft: KeptDraft) => Promise<void>
  remove: (key: string) => Promise<void>
}

const storeName = 'drafts'
let opening: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('vitrine-reports', 1)
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new DOMException('no database', 'UnknownError')))
  })
  return opening
}

async function ask<T>(mode: IDBTransactionMode, question: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  try {
    const database = await open()
    return await new Promise<T>((resolve, reject) => {
      const request = question(database.transaction(storeName, mode).objectStore(storeName))
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error ?? new DOMException('failed', 'UnknownError')))
    })
  } catch (error) {
    // A browser may have no store to give, in a private window say; then what is not saved is in this tab alone, and leaving it warns.
    if (error instanceof DOMException || error instanceof ReferenceError) return null
    throw error
  }
}

/** Drafts in this browser: reports with charts in them are larger than what local storage takes. */
export const browserDrafts: DraftKeeper = {
  read: (key) => ask('readonly', (store): IDBRequest<unknown> => store.get(key)).then((draft) => (draft ?? null) as KeptDraft | null),
  write: (key, draft) => ask('readwrite', (store) => store.put(draft, key)).then(() => undefined),
  remove: (key) => ask('readwrite', (store) => store.delete(key)).then(() => undefined),
}
