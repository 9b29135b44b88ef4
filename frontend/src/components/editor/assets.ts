import { computed, ref, shallowReactive, type ComputedRef, type Ref } from 'vue'
import { ApiProblem, asProblem, isAbort } from '../../api/client'
import { uploadAsset, type Asset } from '../../api/assets'
import { PutError } from '../../api/multipart-upload'
import { newLocalId } from '../../plugins/tiptap/local-id'

/** A file of a text on its way to the project. */
export interface Travelling {
  key: string
  name: string
  size: number
  sent: number
  problem: ApiProblem | null
}

/** The types of files that a text may show, and the ending that browsers have no type for. */
export const accepted = {
  image: ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
  video: ['video/mp4', 'video/webm'],
  captions: ['text/vtt', '.vtt'],
} as const

/** What a file would be in a text; null for what has no place in one. */
export function kindOf(file: File): Asset['kind'] | null {
  if (accepted.image.some((type) => type === file.type)) return 'image'
  if (accepted.video.some((type) => type === file.type)) return 'video'
  return null
}

export interface AssetUploads {
  list: ComputedRef<Travelling[]>
  /** Whether something is under way. */
  busy: ComputedRef<boolean>
  /** Brings a file to the project; null when that failed, which is told in `list`, or was cancelled. */
  send: (file: File) => Promise<Asset | null>
  dismiss: (key: string) => void
  /** Asks for a file of that kind and brings it to the project. */
  pick: (kind: Asset['kind']) => Promise<Asset | null>
  /** The same for files to be put into the text. */
  choose: (kind: Asset['kind']) => Promise<File[]>
}

/** The files of one text that are on their way. */
export function useAssetUploads(projectId: Ref<string>): AssetUploads {
  const items = shallowReactive(new Map<string, Travelling>())
  const cancels = new Map<string, AbortController>()
  /** The field that asks for files: a browser throws one away that nobody holds, and with it what was chosen. */
  let asking: HTMLInputElement | null = null
  const open = ref(0)

  async function send(file: File): Promise<Asset | null> {
    const key = newLocalId()
    const cancel = new AbortController()
    const tell = (changes: Partial<Travelling>): void => {
      const before = items.get(key)
      if (before) items.set(key, { ...before, ...changes })
    }
    items.set(key, { key, name: file.name, size: file.size, sent: 0, problem: null })
    cancels.set(key, cancel)
    open.value += 1
    try {
      const asset = await uploadAsset(projectId.value, file, { onProgress: (sent) => tell({ sent }), signal: cancel.signal })
      items.delete(key)
      return asset
    } catch (error) {
      if (isAbort(error)) {
        items.delete(key)
        return null
      }
      const code = error instanceof PutError ? (error.status === 0 ? 'object-store-unreachable' : 'object-store-refused') : ''
      tell({ problem: code ? new ApiProblem({ code, status: 0, detail: '' }) : asProblem(error) })
      return null
    } finally {
      cancels.delete(key)
      open.value -= 1
    }
  }

  function choose(kind: Asset['kind']): Promise<File[]> {
    return new Promise((resolve) => {
      const input = document.createElement('input')
      asking = input
      const answer = (files: File[]): void => {
        if (asking === input) asking = null
        resolve(files)
      }
      input.type = 'file'
      input.accept = accepted[kind].join(',')
      input.multiple = kind === 'image'
      input.addEventListener('change', () => answer([...(input.files ?? [])]), { once: true })
      input.addEventListener('cancel', () => answer([]), { once: true })
      input.click()
    })
  }

  return {
    list: computed(() => [...items.values()]),
    busy: computed(() => open.value > 0),
    send,
    choose,
    pick: async (kind) => {
      const [file] = await choose(kind)
      return file ? send(file) : null
    },
    dismiss: (key) => {
      cancels.get(key)?.abort(new DOMException('cancelled', 'AbortError'))
      items.delete(key)
    },
  }
}
