import type { Task } from '../api/tasks'
import { percent } from './format'

/** Whether nothing becomes of a task any more, unless somebody asks for it. */
export const hasEnded = ({ state }: Pick<Task, 'state'>): boolean => state !== 'queued' && state !== 'running'

/** How far a task is, as a percentage; one that is still counting what it has to do has not begun. */
export const partOf = ({ current, total }: Pick<Task, 'current' | 'total'>): number => (total === 0 ? 0 : percent(current, total))
