/** A project that someone looked at in this browser. */
export interface RecentProject {
  id: string
  slug: string
  title: string
}

const most = 6
const keyOf = (userId: string): string => `vitrine.recent.${userId}`

function isRecent(value: unknown): value is RecentProject {
  return typeof value === 'object' && value !== null && 'id' in value && 'slug' in value && 'title' in value
}

/** The projects that someone looked at last, the latest first. `userId` is empty for whoever has not signed in. */
export function recentProjects(userId: string): RecentProject[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isRecent).slice(0, most) : []
  } catch {
    // Storage may be forbidden or hold nonsense: then nothing is recent.
    return []
  }
}

function keep(userId: string, projects: RecentProject[]): void {
  try {
    localStorage.setItem(keyOf(userId), JSON.stringify(projects.slice(0, most)))
  } catch {
    // See above.
  }
}

/** Remembers that someone looks at a project. */
export function rememberProject(userId: string, { id, slug, title }: RecentProject): void {
  keep(userId, [{ id, slug, title }, ...recentProjects(userId).filter((one) => one.id !== id)])
}

/** A project that is gone is no longer recent. */
export function forgetProject(userId: string, slug: string): void {
  keep(
    userId,
    recentProjects(userId).filter((one) => one.slug !== slug),
  )
}

/** Who signs out leaves nothing behind in the browser. */
export function forgetAll(userId: string): void {
  try {
    localStorage.removeItem(keyOf(userId))
  } catch {
    // See above.
  }
}
