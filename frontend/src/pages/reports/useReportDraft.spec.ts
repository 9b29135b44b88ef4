import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { ApiProblem } from '../../api/client'
import type { Report, ReportChanges } from '../../api/reports'
import type { RichText } from '../../plugins/tiptap/document'
import type { KeptDraft } from './kept-drafts'
import { useReportDraft, type ReportDraft } from './useReportDraft'

const text = (words: string): RichText => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: words }] }] })
const person = { id: 'u1', username: 'ada', displayName: 'Ada' }
const makeReport = (only: Partial<Report> = {}): Report => ({
  id: 'r1',
  projectId: 'p1',
  title: 'Iris',
  content: text('begin'),
  revision: 1,
  createdAt: '2026-06-01T12:00:00.000Z',
  updatedAt: '2026-06-01T12:00:00.000Z',
  author: person,
  lastEditor: person,
  words: 1,
  outline: [],
  editors: [],
  ...only,
})
const away = new ApiProblem({ code: 'network-unreachable', status: 0, detail: '' })
const conflict = new ApiProblem({ code: 'report-revision-conflict', status: 409, detail: '' })

let scope: EffectScope
let stored: Report
let failure: ApiProblem | null
/** Whether the answer to the next save is lost on its way. */
let lost: boolean
let sent: (ReportChanges & { revision: number })[]
const kept = new Map<string, KeptDraft>()

function open(report = stored): ReportDraft {
  scope = effectScope()
  const draft = scope.run(() =>
    useReportDraft(
      report,
      {
        key: 'u1/r1',
        keeper: {
          read: async (key) => kept.get(key) ?? null,
          write: async (key, value) => void kept.set(key, structuredClone(value)),
          remove: async (key) => void kept.delete(key),
        },
        save: async (revision, changes) => {
          if (failure) throw failure
          if (revision !== stored.revision) throw conflict
          sent.push({ revision, ...changes })
          stored = { ...stored, ...changes, revision: revision + 1 }
          if (lost) {
            lost = false
            throw away
          }
          return stored
        },
        read: async () => stored,
      },
      (content) => content,
    ),
  )
  if (!draft) throw new Error('no draft')
  return draft
}
const pass = async (milliseconds: number): Promise<void> => {
  await nextTick()
  await vi.advanceTimersByTimeAsync(milliseconds)
}

describe('a report while it is written', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    kept.clear()
    stored = makeReport()
    failure = null
    lost = false
    sent = []
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('is saved one second after the last key, with what changed alone', async () => {
    const draft = open()
    draft.content.value = text('one')
    await pass(900)
    draft.content.value = text('two')
    await pass(900)
    expect(sent).toEqual([])
    expect(draft.state.value).toBe('waiting')
    await pass(200)
    expect(sent).toEqual([{ revision: 1, content: text('two') }])
    expect(draft.state.value).toBe('saved')
    expect(kept.size).toBe(0)
  })

  it('is kept on the device while the portal is away, and saved when it is back', async () => {
    const draft = open()
    failure = away
    draft.content.value = text('offline')
    await pass(1500)
    expect(draft.state.value).toBe('offline')
    expect(kept.get('u1/r1')?.content).toEqual(text('offline'))
    failure = null
    await pass(5000)
    expect(draft.state.value).toBe('saved')
    expect(stored.content).toEqual(text('offline'))
  })

  it('comes back as it was left', async () => {
    failure = away
    open().content.value = text('lost?')
    await pass(300)
    scope.stop()
    failure = null
    await pass(100)
    kept.set('u1/r1', { title: 'Iris', content: text('lost?'), base: { revision: 1, title: 'Iris', content: text('begin') } })
    stored = makeReport()
    const draft = open()
    await pass(10)
    expect(draft.recovered.value).toBe(true)
    expect(draft.content.value).toEqual(text('lost?'))
    await pass(1200)
    expect(stored.content).toEqual(text('lost?'))
  })

  it('does not write over what someone else has saved', async () => {
    const draft = open()
    stored = makeReport({ revision: 2, content: text('theirs') })
    draft.content.value = text('mine')
    await pass(1100)
    expect(draft.state.value).toBe('conflict')
    expect(draft.theirs.value?.content).toEqual(text('theirs'))
    expect(draft.content.value).toEqual(text('mine'))
    expect(kept.get('u1/r1')?.content).toEqual(text('mine'))
    expect(await draft.settle({ title: 'Iris', content: text('both') })).toBe(true)
    expect(sent).toEqual([{ revision: 2, content: text('both'), keep: true }])
    expect(kept.size).toBe(0)
  })

  it('is put back to what the portal had, when what comes back is not wanted', async () => {
    kept.set('u1/r1', { title: 'Iris', content: text('lost?'), base: { revision: 1, title: 'Iris', content: text('begin') } })
    const draft = open()
    await pass(1200)
    expect([stored.content, draft.recovered.value]).toEqual([text('lost?'), true])
    draft.discard()
    await pass(1200)
    expect([stored.content, draft.recovered.value, kept.size]).toEqual([text('begin'), false, 0])
  })

  it('is no conflict with itself when the answer to a save was lost', async () => {
    const draft = open()
    draft.content.value = text('one')
    lost = true
    await pass(1100)
    expect([draft.state.value, stored.revision]).toEqual(['offline', 2])
    draft.content.value = text('one and two')
    await pass(6000)
    expect([draft.state.value, stored.content]).toEqual(['saved', text('one and two')])
  })

  it('is no conflict with itself when the page was loaded anew while it was saved', async () => {
    const draft = open()
    draft.content.value = text('one')
    lost = true
    await pass(1100)
    draft.content.value = text('one and two')
    await pass(300)
    const left = structuredClone(kept.get('u1/r1'))
    scope.stop()
    if (left) kept.set('u1/r1', left)
    const next = open()
    await pass(10)
    expect([next.state.value, next.content.value]).toEqual(['waiting', text('one and two')])
    await pass(1100)
    expect(stored).toMatchObject({ revision: 3, content: text('one and two') })
  })

  it('lays what was kept beside what was saved meanwhile', async () => {
    kept.set('u1/r1', { title: 'Iris', content: text('mine'), base: { revision: 1, title: 'Iris', content: text('begin') } })
    stored = makeReport({ revision: 4, content: text('theirs') })
    const draft = open()
    await pass(10)
    expect(draft.state.value).toBe('conflict')
    expect(draft.base.value.content).toEqual(text('begin'))
  })

  it('takes in what others save while nothing is unsaved here, and nothing else', async () => {
    const draft = open()
    draft.take(makeReport({ revision: 2, content: text('theirs') }))
    expect(draft.content.value).toEqual(text('theirs'))
    draft.content.value = text('mine')
    draft.take(makeReport({ revision: 3, content: text('later') }))
    expect(draft.content.value).toEqual(text('mine'))
  })
})
