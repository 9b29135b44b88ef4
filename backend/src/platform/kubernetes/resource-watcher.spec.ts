import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WatchEvent } from './apply-update.js'
import { KubeError } from './kube-error.js'
import type { KubeObject } from './kube-objects.js'
import { ResourceWatcher, type WatchSource, type WatcherState } from './resource-watcher.js'

const pod = (name: string, version: string, engine = 'e1'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid: name, resourceVersion: version, labels: { engine } },
})

type Step = { list: KubeObject[]; version: string } | { watch: (WatchEvent | KubeError)[]; then?: 'end' | 'hang' } | { fail: KubeError }

/** A source that plays a script, and records from which version it was watched. */
class ScriptedSource implements WatchSource {
  readonly asked: string[] = []
  constructor(private readonly script: Step[]) {}

  async list(): Promise<{ items: KubeObject[]; resourceVersion: string }> {
    this.asked.push('list')
    const step = this.next()
    if ('fail' in step) throw step.fail
    if (!('list' in step)) throw new Error('the script says watch, the watcher lists')
    return { items: step.list, resourceVersion: step.version }
  }

  async *watch(resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    this.asked.push(resourceVersion)
    const step = this.next()
    if ('fail' in step) throw step.fail
    if (!('watch' in step)) throw new Error('the script says list, the watcher watches')
    for (const event of step.watch) {
      if (event instanceof KubeError) throw event
      yield event
    }
    if (step.then === 'end') return
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
  }

  private next(): Step {
    return this.script.shift() ?? { watch: [] }
  }
}

const running: ResourceWatcher<KubeObject>[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((watcher) => watcher.stop()))
})

function watch(script: Step[], delay: (attempt: number) => number = () => 0) {
  const source = new ScriptedSource(script)
  const warn = vi.fn()
  const watcher = new ResourceWatcher<KubeObject>({
    name: 'pods',
    source,
    project: (raw) => raw,
    group: ({ metadata }) => metadata.labels?.['engine'],
    delay,
    warn,
  })
  const states: WatcherState[] = []
  const changes: string[] = []
  watcher.onState((state) => states.push(state))
  watcher.onChange((group) => changes.push(group))
  running.push(watcher)
  watcher.start()
  return { watcher, source, states, changes, warn }
}

const outage = new KubeError('unreachable', 'connection refused')

describe('ResourceWatcher', () => {
  it('is synced only after a first good list', async () => {
    const { watcher, states, source } = watch([{ fail: outage }, { fail: outage }, { list: [pod('a', '1')], version: '10' }])
    await vi.waitFor(() => expect(watcher.state).toBe('synced'))
    expect(states).toEqual(['synced'])
    expect(source.asked.slice(0, 3)).toEqual(['list', 'list', 'list'])
    expect(watcher.of('e1').map(({ metadata }) => metadata.name)).toEqual(['a'])
  })

  it('follows changes, and tells whose they are', async () => {
    const { watcher, changes } = watch([
      { list: [pod('a', '1')], version: '10' },
      {
        watch: [
          { type: 'ADDED', object: pod('b', '11', 'e2') },
          { type: 'DELETED', object: pod('a', '12') },
        ],
      },
    ])
    await vi.waitFor(() => expect(changes).toEqual(['e1', 'e2', 'e1']))
    expect(watcher.all().map(({ metadata }) => metadata.name)).toEqual(['b'])
    expect(watcher.of('e1')).toEqual([])
  })

  it('goes on from the last version, bookmarks included, when the connection ends', async () => {
    const { source } = watch([
      { list: [], version: '10' },
      { watch: [{ type: 'ADDED', object: pod('a', '11') }, { type: 'BOOKMARK', object: { metadata: { resourceVersion: '50' } } }, outage] },
    ])
    await vi.waitFor(() => expect(source.asked).toEqual(['list', '10', '50']))
  })

  it.each([
    ['as an event', [{ type: 'ERROR', object: { code: 410, message: 'too old resource version' } }]],
    ['as an answer', [new KubeError('expired', 'too old resource version')]],
  ])('lists again when the version is too old, said %s, and tells what it missed', async (_, events) => {
    const { watcher, source, changes } = watch([
      { list: [pod('a', '1'), pod('b', '2', 'e2')], version: '10' },
      { watch: events },
      { list: [pod('b', '2', 'e2'), pod('c', '20', 'e3')], version: '30' },
    ])
    await vi.waitFor(() => expect(source.asked).toEqual(['list', '10', 'list', '30']))
    expect(changes).toEqual(['e1', 'e2', 'e3', 'e1'])
    expect(watcher.state).toBe('synced')
    expect(watcher.all()).toHaveLength(2)
  })

  it('says that it is stale once it cannot reconnect, keeps what it knew, and recovers with a full list', async () => {
    const { watcher, states, source } = watch([
      { list: [pod('a', '1')], version: '10' },
      { watch: [outage] },
      { fail: outage },
      { fail: outage },
      { list: [pod('a', '1'), pod('b', '11')], version: '12' },
    ])
    await vi.waitFor(() => expect(states).toEqual(['synced', 'stale', 'synced']))
    expect(source.asked.slice(0, 6)).toEqual(['list', '10', '10', 'list', 'list', '12'])
    expect(watcher.all()).toHaveLength(2)
  })

  it.each([
    ['not-found', 'absent'],
    ['forbidden', 'forbidden'],
  ] as const)('says of %s that it is %s', async (kind, state) => {
    const { watcher } = watch([{ fail: new KubeError(kind, 'no') }, { list: [], version: '1' }], () => 100)
    await vi.waitFor(() => expect(watcher.state).toBe(state))
    await vi.waitFor(() => expect(watcher.state).toBe('synced'))
  })

  it('waits ever longer between failures in a row, and not at all after a success', async () => {
    const delay = vi.fn(() => 0)
    watch(
      [{ fail: outage }, { fail: outage }, { list: [], version: '1' }, { watch: [{ type: 'ADDED', object: pod('a', '2') }, outage] }],
      delay,
    )
    await vi.waitFor(() => expect(delay.mock.calls).toEqual([[1], [2], [1]]))
  })

  it('takes an answer that ends as soon as it began for a failure, so that it does not storm', async () => {
    const delay = vi.fn(() => 5)
    const ended: Step = { watch: [], then: 'end' }
    const listed: Step = { list: [], version: '1' }
    const { source } = watch([listed, ended, ended, listed, ended, listed], delay)
    await vi.waitFor(() => expect(source.asked).toEqual(['list', '1', '1', 'list', '1', 'list', '1']))
    expect(delay).toHaveBeenCalledTimes(3)
  })

  it('goes on when a listener throws', async () => {
    const { watcher, warn } = watch([
      { list: [], version: '1' },
      {
        watch: [
          { type: 'ADDED', object: pod('a', '2') },
          { type: 'ADDED', object: pod('b', '3') },
        ],
      },
    ])
    watcher.onChange(() => {
      throw new Error('a listener that is broken')
    })
    await vi.waitFor(() => expect(watcher.all()).toHaveLength(2))
    expect(watcher.state).toBe('synced')
    expect(warn).toHaveBeenCalled()
  })

  it('makes a new connection when told that the old one is no good', async () => {
    const { watcher, source } = watch([{ list: [], version: '1' }])
    await vi.waitFor(() => expect(source.asked).toEqual(['list', '1']))
    watcher.reconnect()
    await vi.waitFor(() => expect(source.asked).toEqual(['list', '1', '1']))
    expect(watcher.state).toBe('synced')
  })

  it('leaves nothing running when it is stopped', async () => {
    const { watcher, source } = watch([{ list: [], version: '1' }])
    await vi.waitFor(() => expect(watcher.state).toBe('synced'))
    await watcher.stop()
    expect(watcher.state).toBe('stopped')
    watcher.reconnect()
    expect(source.asked.length).toBeLessThanOrEqual(2)
  })

  it('moves an object whose group changed', async () => {
    const { watcher } = watch([{ list: [pod('a', '1')], version: '1' }, { watch: [{ type: 'MODIFIED', object: pod('a', '2', 'e2') }] }])
    await vi.waitFor(() => expect(watcher.of('e2')).toHaveLength(1))
    expect(watcher.of('e1')).toEqual([])
  })
})
