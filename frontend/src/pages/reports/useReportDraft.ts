import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../../api/client'
import type { Report, ReportChanges } from '../../api/reports'
import type { RichText } from '../../plugins/tiptap/document'
import type { DraftKeeper, KeptDraft } from './kept-drafts'

export type DraftState = 'saved' | 'waiting' | 'saving' | 'offline' | 'refused' | 'conflict'

type Words = Pick<KeptDraft, 'title' | 'content'>
/** A report as one writer has it. */
interface Version extends Words {
  revision: number
}

export interface ReportDraft {
  /** Whether it was looked after what an earlier visit left on this device; only then one may write. */
  ready: Ref<boolean>
  title: Ref<string>
  content: ShallowRef<RichText>
  state: ComputedRef<DraftState>
  problem: ShallowRef<ApiProblem | null>
  /** In a conflict: what both began with, and what someone else made of it. */
  base: ShallowRef<Version>
  theirs: ShallowRef<Report | null>
  /** Whether what is shown was kept on this device from an earlier visit, and nothing was typed since. */
  recovered: Ref<boolean>
  /** Puts what the portal had in the place of what was recovered. */
  discard: () => void
  /** Saves now what is not saved. @returns whether all is saved */
  flush: () => Promise<boolean>
  /** Takes in the report as it is at the portal, where nothing here is unsaved. */
  take: (report: Report) => void
  /** Ends a conflict with what was put together, and saves it on top of theirs. */
  settle: (version: { title: string; content: RichText }) => Promise<boolean>
}

export interface DraftPorts {
  /** Under which key this writer's draft of this report is kept. */
  key: string
  keeper: DraftKeeper
  save: (revision: number, changes: ReportChanges) => Promise<Report>
  read: () => Promise<Report>
}

/** Milliseconds after the last key until it is saved, until it is kept on this device, and until a save that did not arrive is tried again. */
const times = { save: 1000, keep: 250, retry: 5000 }

const isSame = (one: Words, other: Words): boolean =>
  one.title === other.title && JSON.stringify(one.content) === JSON.stringify(other.content)

const isAway = ({ status }: ApiProblem): boolean => status === 0 || status === 401 || status === 429 || status >= 500

/**
 * A report that saves itself while it is written. Until the portal has acknowledged something it is kept on this device; what
 * someone else saved meanwhile is never written over, but laid beside.
 * @param report as it was read, its text as the editor gives it
 */
export function useReportDraft(report: Report, ports: DraftPorts, toText: (text: RichText) => RichText): ReportDraft {
  const version = ({ revision, title, content }: Report): Version => ({ revision, title, content: toText(content) })
  const base = shallowRef<Version>(version(report))
  const title = ref(base.value.title)
  const content = shallowRef(base.value.content)
  const theirs = shallowRef<Report | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const saving = ref(false)
  const recovered = ref(false)
  const ready = ref(false)

  const dirty = computed(() => title.value !== base.value.title || content.value !== base.value.content)
  const state = computed((): DraftState => {
    if (theirs.value) return 'conflict'
    if (saving.value) return 'saving'
    if (problem.value) return isAway(problem.value) ? 'offline' : 'refused'
    return dirty.value ? 'waiting' : 'saved'
  })

  /** What is saved next was put together of two: what it replaces is kept at the portal. */
  let merging = false
  /** What was sent and not answered: the portal may have it, and then it is no change of someone else. */
  let sent: Words[] = []
  /** The report as it was read. */
  const found: Words = base.value
  let saveTimer: ReturnType<typeof setTimeout> | undefined
  let keepTimer: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function keep(): Promise<void> {
    clearTimeout(keepTimer)
    if (dirty.value) await ports.keeper.write(ports.key, { title: title.value, content: content.value, base: base.value, sent })
    else await ports.keeper.remove(ports.key)
  }

  async function save(): Promise<void> {
    clearTimeout(saveTimer)
    if (!dirty.value || theirs.value || title.value.trim() === '') return
    const now: Words = { title: title.value, content: content.value }
    const changes: ReportChanges = {
      ...(now.title === base.value.title ? {} : { title: now.title }),
      ...(now.content === base.value.content ? {} : { content: now.content }),
    }
    if (merging) changes.keep = true
    // The first that had no answer and the last two: in between nothing arrived.
    sent = [...sent.slice(0, 1), ...sent.slice(1).slice(-1), now]
    void keep()
    saving.value = true
    problem.value = null
    try {
      const answer = await ports.save(base.value.revision, changes)
      base.value = { revision: answer.revision, ...now }
      merging = false
      sent = []
    } catch (error) {
      const refusal = asProblem(error)
      if (refusal.status === 409) await compare()
      else problem.value = refusal
    } finally {
      saving.value = false
    }
    await keep()
    if (problem.value && isAway(problem.value)) plan(times.retry)
    else if (!problem.value && dirty.value) plan(times.save)
  }

  /** The portal has another revision: of someone else, or of a save whose answer was lost. */
  async function compare(): Promise<void> {
    // Kept first: from here on there may be two versions.
    await keep()
    try {
      place(await ports.read())
    } catch (cause) {
      problem.value = asProblem(cause)
    }
  }

  /** Goes on from the report as it is at the portal, or lays it beside. */
  function place(now: Report): void {
    const stored = version(now)
    if (sent.some((words) => isSame(words, stored))) {
      base.value = stored
      sent = []
    } else theirs.value = now
  }

  function plan(wait: number): void {
    clearTimeout(saveTimer)
    saveTimer = setTimeout(() => void flush(), wait)
  }

  function flush(): Promise<boolean> {
    // One after the other: the second has the revision of the first.
    const next = last.then(save)
    last = next
    return next.then(() => state.value === 'saved')
  }

  watch([title, content], () => {
    if (!dirty.value) return
    clearTimeout(keepTimer)
    keepTimer = setTimeout(() => void keep(), times.keep)
    if (!theirs.value) plan(times.save)
  })

  function take(next: Report): void {
    if (dirty.value || saving.value || theirs.value || next.revision <= base.value.revision) return
    base.value = version(next)
    title.value = base.value.title
    content.value = base.value.content
  }

  async function settle(chosen: { title: string; content: RichText }): Promise<boolean> {
    const over = theirs.value
    if (!over) return true
    base.value = version(over)
    theirs.value = null
    merging = true
    sent = []
    title.value = chosen.title
    content.value = chosen.content
    return flush()
  }

  const online = (): void => void flush()
  globalThis.addEventListener('online', online)
  onScopeDispose(() => {
    globalThis.removeEventListener('online', online)
    clearTimeout(saveTimer)
    clearTimeout(keepTimer)
    void keep()
    if (dirty.value && !theirs.value) void flush()
  })

  async function recover(): Promise<void> {
    const kept = await ports.keeper.read(ports.key)
    if (kept && isSame(kept, base.value)) await ports.keeper.remove(ports.key)
    else if (kept) {
      recovered.value = true
      if (kept.base.revision !== report.revision) {
        base.value = kept.base
        sent = kept.sent ?? []
        place(report)
      }
      title.value = kept.title
      content.value = kept.content
    }
    ready.value = true
  }

  function discard(): void {
    recovered.value = false
    title.value = found.title
    content.value = found.content
    void keep()
  }
  void recover()

  return { ready, title, content, state, problem, base, theirs, recovered, discard, flush, take, settle }
}
