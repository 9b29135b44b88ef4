import type { Project } from '../models'

/** Something of a project that waits for its owner; one at most, what matters most. */
export interface Need {
  project: Project
  kind: 'failed' | 'missing' | 'degraded' | 'summary' | 'draft'
  /** What helps. */
  action: 'app' | 'summary' | 'draft'
}

const order: readonly Need['kind'][] = ['failed', 'missing', 'degraded', 'summary', 'draft']
const phases: Partial<Record<NonNullable<Project['app']>['phase'], Need['kind']>> = {
  Failed: 'failed',
  Missing: 'missing',
  Degraded: 'degraded',
}

function needOf(project: Project): Need | null {
  const broken = project.app ? phases[project.app.phase] : undefined
  if (broken) return { project, kind: broken, action: 'app' }
  if (project.summary.trim() === '') return { project, kind: 'summary', action: 'summary' }
  return project.publishedVersion === null ? { project, kind: 'draft', action: 'draft' } : null
}

/** What needs whoever these projects are of: broken apps first, then texts, then what was never published. At most `most`. */
export function needsOf(projects: readonly Project[], most = 5): Need[] {
  return projects
    .map(needOf)
    .filter((need) => need !== null)
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .slice(0, most)
}
