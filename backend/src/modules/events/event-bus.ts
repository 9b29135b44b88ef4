import { Injectable } from '@nestjs/common'
import { Subject, type Observable } from 'rxjs'
import type { EnginePhase } from '../engines/engine.js'
import type { TaskKindName, TaskState } from '../tasks/task.js'

/** What happened, by its name: "this changed, re-read it". Carries ids, never content, so that it can be told to whoever may see the thing. */
export interface VitrineEvents {
  'engine.status-changed': { engineId: string; projectId: string; phase: EnginePhase }
  'upload.completed': { uploadId: string; datasetId: string; projectId: string; fileId: string }
  'project.changed': { projectId: string; revision: number }
  /** Also when it is gone. */
  'report.changed': { projectId: string; reportId: string; revision: number }
  /** Someone opened the report in the editor, or left it. */
  'report.presence': { projectId: string; reportId: string }
  /** Pushed again, or gone. */
  'figure.changed': { projectId: string; figureId: string; name: string; revision: number }
  'project.registries-changed': { projectId: string }
  'project.quota-changed': { projectId: string }
  'project.published': { projectId: string; number: number }
  'project.deleted': { projectId: string }
  /** What projects may use that have no quota of their own. */
  'quota.default-changed': Record<string, never>
  /** To admins; at most twice a second of a task, the last always. */
  'task.changed': { taskId: string; kind: TaskKindName; state: TaskState; current: number; total: number }
  'system.changed': Record<string, never>
}

/** One event with its name. */
export type VitrineEvent = { [N in keyof VitrineEvents]: { name: N; payload: VitrineEvents[N] } }[keyof VitrineEvents]

/** Carries events between the modules of this process, and to the open streams of browsers. */
@Injectable()
export class EventBus {
  private readonly subject = new Subject<VitrineEvent>()

  /** All events from now on. */
  readonly events: Observable<VitrineEvent> = this.subject.asObservable()

  /** Tells everyone who listens. Listeners only enqueue; none can make the publisher fail. */
  publish<N extends keyof VitrineEvents>(name: N, payload: VitrineEvents[N]): void {
    this.subject.next({ name, payload } as VitrineEvent)
  }

  /** Calls back on each event of that name. Returns a function that ends this. */
  on<N extends keyof VitrineEvents>(name: N, listener: (payload: VitrineEvents[N]) => void): () => void {
    const subscription = this.subject.subscribe((event) => {
      if (event.name === name) listener(event.payload as VitrineEvents[N])
    })
    return () => subscription.unsubscribe()
  }
}
