import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { asProblem } from '../api/client'
import type { MultipartUpload } from '../api/multipart-upload'
import * as api from '../api/uploads'
import type { Upload, UploadItem } from '../components/models'
import { SpeedMeter } from '../composables/speed'
import { useDatasetsStore } from './datasets'
import { useLiveStore } from './live'

/** Files that travel at the same time; each sends several parts, and browsers open six connections to a host. */
export const filesAtOnce = 2

const ended: readonly UploadItem['state'][] = ['done', 'failed', 'cancelled']

/** Uploads of this tab, and those that an earlier visit left unfinished in the open project. */
export const useUploadsStore = defineStore('uploads', () => {
  const live = useLiveStore()
  const datasets = useDatasetsStore()

  const items = shallowReactive(new Map<number, UploadItem>())
  const pending = shallowRef<Upload[]>([])
  const pendingProjectId = ref('')
  const engines = new Map<number, MultipartUpload>()
  const meters = new Map<number, SpeedMeter>()
  const queue: number[] = []
  let travelling = 0
  let nextKey = 0

  function change(key: number, changes: Partial<UploadItem>): void {
    const item = items.get(key)
    if (item) items.set(key, { ...item, ...changes })
  }

  function pump(): void {
    while (travelling < filesAtOnce) {
      const key = queue.shift()
      if (key === undefined) return
      void travel(key)
    }
  }

  async function travel(key: number): Promise<void> {
    const engine = engines.get(key)
    const item = items.get(key)
    if (!engine || !item) return
    travelling += 1
    meters.get(key)?.reset()
    const file = await engine.run()
    travelling -= 1
    pump()
    if (file) await datasets.refresh(item.datasetId)
    forget(engine.id)
  }

  function enqueue(key: number): void {
    if (queue.includes(key)) return
    change(key, { state: 'queued', problem: null })
    queue.push(key)
    pump()
  }

  /** An upload of this tab is not one to finish later. */
  function forget(id: string | null): void {
    pending.value = pending.value.filter((upload) => upload.id !== id)
  }

  async function start(file: File, target: { datasetId: string; projectSlug: string }, uploadId: string | null): Promise<void> {
    // The upload code comes with the first upload, not with the first page.
    const { MultipartUpload, putPart, waitOrOnline } = await import('../api/multipart-upload')
    nextKey += 1
    const key = nextKey
    const meter = new SpeedMeter()
    items.set(key, {
      key,
      name: file.name,
      size: file.size,
      ...target,
      state: 'queued',
      sent: 0,
      speed: null,
      problem: null,
    })
    const engine = new MultipartUpload(
      file,
      {
        create: () =>
          api.createUpload({
            target: { kind: 'dataset', id: target.datasetId },
            name: file.name,
            size: file.size,
            contentType: file.type || 'application/octet-stream',
          }),
        get: api.getUpload,
        complete: api.completeUpload,
        abort: api.abortUpload,
        put: putPart,
        wait: waitOrOnline,
      },
      ({ state, sent, problem }) => {
        const now = performance.now()
        if (state === 'uploading') meter.add(sent, now)
        change(key, {
          state,
          sent,
          problem,
          speed: state === 'uploading' ? meter.perSecond(now) : null,
        })
      },
      uploadId,
    )
    engines.set(key, engine)
    meters.set(key, meter)
    enqueue(key)
  }

  /** Uploads files into a data set. A file that an earlier visit left unfinished there goes on where it stopped. */
  async function add(files: readonly File[], target: { datasetId: string; projectSlug: string }): Promise<void> {
    for (const file of files) {
      const earlier = pending.value.find(
        (upload) => upload.target.id === target.datasetId && upload.name === file.name && upload.size === file.size,
      )
      if (earlier) forget(earlier.id)
      await start(file, target, earlier?.id ?? null)
    }
  }

  /** Goes on with an unfinished upload. Answers false when it is another file. */
  async function takeUp(upload: Upload, file: File, projectSlug: string): Promise<boolean> {
    if (file.name !== upload.name || file.size !== upload.size) return false
    forget(upload.id)
    await start(file, { datasetId: upload.target.id, projectSlug }, upload.id)
    return true
  }

  /** Throws away what arrived of an unfinished upload. */
  async function discard(upload: Upload): Promise<void> {
    await api.abortUpload(upload.id)
    forget(upload.id)
  }

  function pause(key: number): void {
    const place = queue.indexOf(key)
    if (place !== -1) {
      queue.splice(place, 1)
      change(key, { state: 'paused' })
    }
    engines.get(key)?.pause()
  }

  /** Goes on after a pause or a failure. */
  function resume(key: number): void {
    enqueue(key)
  }

  async function cancel(key: number): Promise<void> {
    const place = queue.indexOf(key)
    if (place !== -1) queue.splice(place, 1)
    try {
      await engines.get(key)?.cancel()
      items.delete(key)
    } catch (error) {
      // It stays in the tray, so that one can try again; what arrived expires by itself otherwise.
      change(key, { state: 'failed', problem: asProblem(error) })
    }
  }

  function dismiss(key: number): void {
    const item = items.get(key)
    if (!item || !ended.includes(item.state)) return
    items.delete(key)
    engines.delete(key)
    meters.delete(key)
  }

  async function loadPending(projectId: string): Promise<void> {
    if (pendingProjectId.value !== projectId) pending.value = []
    pendingProjectId.value = projectId
    try {
      const listed = await api.listPendingUploads(projectId)
      const detailed = await Promise.all(listed.map(({ id }) => api.getUpload(id)))
      if (pendingProjectId.value !== projectId) return
      const mine = new Set([...engines.values()].map((engine) => engine.id))
      pending.value = detailed.filter(({ id, status }) => status === 'pending' && !mine.has(id))
    } catch (error) {
      // The data sets of the page fail the same way and say so.
      asProblem(error)
    }
  }

  live.on('upload.completed', ({ uploadId }) => {
    forget(uploadId)
  })

  const list = computed(() => [...items.values()])
  return {
    items,
    list,
    pending,
    active: computed(() => list.value.filter(({ state }) => !ended.includes(state) && state !== 'paused').length),
    add,
    takeUp,
    discard,
    pause,
    resume,
    cancel,
    dismiss,
    loadPending,
  }
})
