import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { apiUrl } from '../api/client'
import { openEventStream } from '../api/event-stream'
import type { EventStream, ServerEvent, StreamStatus } from '../api/event-stream'
import type { Task } from '../api/tasks'
import type { EnginePhase } from '../components/models'

/** What the portal says has changed. It carries ids only: whoever shows the thing reads it again. */
export interface LiveEvents {
  'engine.status-changed': { engineId: string; projectId: string; phase: EnginePhase }
  'upload.completed': { uploadId: string; datasetId: string; projectId: string; fileId: string }
  'project.changed': { projectId: string; revision: number }
  'report.changed': { projectId: string; reportId: string; revision: number }
  /** Someone opened the report to write, or left it. */
  'report.presence': { projectId: string; reportId: string }
  /** Told to whoever started the task, and to admins. */
  'task.changed': { taskId: string; kind: Task['kind']; state: Task['state']; current: number; total: number }
  /** Also when it is gone. */
  'figure.changed': { projectId: string; figureId: string; name: string; revision: number }
  'system.changed': Record<string, never>
  /** Not from the portal: the stream was away, so anything may have changed. */
  resumed: Record<string, never>
}

type Listener = (data: never) => void

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch (error) {
    // One event that cannot be read must not end the stream.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The one event stream of this tab, open while someone is signed in. */
export const useLiveStore = defineStore('live', () => {
  const status = ref<StreamStatus>({ state: 'ended', problem: null })
  const listeners = new Map<string, Set<Listener>>()
  let stream: EventStream | null = null
  let wasLive = false
  /** Streams that were closed may still report; only the newest counts. */
  let generation = 0

  const broken = computed(() => status.value.state === 'reconnecting')

  function emit(event: string, data: unknown): void {
    for (const listener of listeners.get(event) ?? []) listener(data as never)
  }

  function receive(event: ServerEvent): void {
    const data = parsed(event.data)
    if (data !== null) emit(event.event, data)
  }

  function follow(next: StreamStatus, onRefused: () => void): void {
    status.value = next
    if (next.state === 'live') {
      if (wasLive) emit('resumed', {})
      wasLive = true
    }
    if (next.state === 'ended' && next.problem?.status === 401) onRefused()
  }

  /** `onRefused` is called when the portal no longer knows the session. */
  function open(onRefused: () => void): void {
    if (stream) return
    wasLive = false
    generation += 1
    const mine = generation
    stream = openEventStream({
      url: apiUrl('/events'),
      onEvent: receive,
      onStatus: (next) => {
        if (mine === generation) follow(next, onRefused)
      },
    })
  }

  function close(): void {
    stream?.close()
    stream = null
  }

  /** Listens until the answered function is called. */
  function on<E extends keyof LiveEvents>(event: E, listener: (data: LiveEvents[E]) => void): () => void {
    const set = listeners.get(event) ?? new Set<Listener>()
    listeners.set(event, set.add(listener))
    return () => set.delete(listener)
  }

  return { status, broken, open, close, on }
})
