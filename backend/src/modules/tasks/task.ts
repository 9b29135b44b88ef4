export const TASK_KINDS = ['bulk-export'] as const
export type TaskKindName = (typeof TASK_KINDS)[number]

export const TASK_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type TaskState = (typeof TASK_STATES)[number]

export const ITEM_STATES = ['waiting', 'running', 'done', 'skipped', 'failed'] as const
export type ItemState = (typeof ITEM_STATES)[number]

/** How many items there are, and how many of them came to which end. */
export interface TaskCounts {
  total: number
  done: number
  skipped: number
  failed: number
}

/** Why a task failed: a code of the catalogue of problems, and what to do. */
export interface TaskProblem {
  code: string
  detail: string
}

/** What a task made, in the object store. */
export interface TaskResult {
  key: string
  /** Under which it is saved. */
  fileName: string
  contentType: string
  bytes: number
}

/** Work that takes longer than a request: what is wanted, how far it is, and who carries it. */
export interface Task {
  id: string
  kind: TaskKindName
  state: TaskState
  ownerId: string
  /** What it was asked to do; its kind knows. */
  params: Record<string, unknown>
  /** Whether it has not ended. */
  active: boolean
  /** Unique among all tasks: what there may be one of at a time while it is active, its own id afterwards. */
  slot: string
  /** Whether its items are all there. */
  planned: boolean
  /** Whether its items that failed are to be done again, before anything else. */
  again: boolean
  counts: TaskCounts
  /** What it does now, or how it ended. */
  note: string
  problem: TaskProblem | null
  result: TaskResult | null
  /** Whether someone wants it to end. */
  cancelling: boolean
  /** The process that carries it; null for none, so that any may. */
  holder: string | null
  /** Raised each time a process takes it up: what an earlier one still writes does not count any more. */
  fence: number
  /** Raised every second by who carries it. Who sees it stand still takes the task over; no two clocks are compared. */
  beat: number
  createdAt: Date
  startedAt: Date | null
  endedAt: Date | null
  /** When its files are removed; null while it is active, and once they are gone. */
  expiresAt: Date | null
  /** Whether its files are gone, or going. */
  expired: boolean
  /** Whether it is being removed: nobody sees it any more. */
  deleting: boolean
}

/** A file that an item made, in the object store. */
export interface TaskFile {
  /** Its path in the result. */
  path: string
  key: string
  bytes: number
  /** SHA-256 in hex. */
  sha256: string
}

/** How an item ended. */
export interface ItemOutcome {
  state: Extract<ItemState, 'done' | 'skipped' | 'failed'>
  /** What to do about it, or what is to be known of it; null where all is well. */
  reason: string | null
  /** The reason for who says it in words of their own: a code of the catalogue of problems, or of the kind of task; null for one without. */
  reasonCode: string | null
  files: TaskFile[]
}

/** One of the things that a task goes through, by the project that it is about. */
export interface TaskItem {
  /** The ids of task and project: planning again makes the same ones. */
  id: string
  taskId: string
  projectId: string
  title: string
  slug: string
  state: ItemState
  reason: string | null
  reasonCode: string | null
  files: TaskFile[]
  /** The {@link Task.fence} under which it was begun last. */
  fence: number
  /** How often it was begun without having come to an end. */
  attempts: number
}

/** What an item is about, before anything was done. */
export type PlannedItem = Pick<TaskItem, 'projectId' | 'title' | 'slug'>

const NO_COUNTS: TaskCounts = { total: 0, done: 0, skipped: 0, failed: 0 }

/** A task that nobody has taken up. */
export function newTask(fields: Pick<Task, 'id' | 'kind' | 'ownerId' | 'params' | 'slot' | 'createdAt'>): Task {
  return {
    ...fields,
    ...{ state: 'queued', active: true, planned: false, again: false, counts: { ...NO_COUNTS }, note: 'Waits for its turn.' },
    ...{ problem: null, result: null, cancelling: false, holder: null, fence: 0, beat: 0 },
    ...{ startedAt: null, endedAt: null, expiresAt: null, expired: false, deleting: false },
  }
}

/** An item that nobody has begun. */
export const newItem = (taskId: string, planned: PlannedItem): TaskItem => ({
  ...planned,
  ...{ id: itemId(taskId, planned.projectId), taskId, state: 'waiting', reason: null, reasonCode: null, files: [], fence: 0, attempts: 0 },
})

/** The id of an item; those of a task sort by the age of their projects. */
export const itemId = (taskId: string, projectId: string): string => `${taskId}/${projectId}`

/** How many items have come to an end. */
export const currentOf = ({ done, skipped, failed }: TaskCounts): number => done + skipped + failed

/** How many bytes files have together. */
export const bytesOf = (files: readonly Pick<TaskFile, 'bytes'>[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

/** Whether something of an ended task is left that doing it again could mend. */
export const canRetry = ({ active, expired, state, counts }: Pick<Task, 'active' | 'expired' | 'state' | 'counts'>): boolean =>
  !active && !expired && (state !== 'succeeded' || counts.failed > 0)

/** Where a task puts its result: each process that carries it has its own. */
export const resultKeyOf = ({ id, fence }: Pick<Task, 'id' | 'fence'>): string => `${prefixOf(id)}result-${fence}`

/** What all objects of a task begin with. */
export const prefixOf = (taskId: string): string => `tasks/${taskId}/`
