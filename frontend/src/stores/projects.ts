import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import * as api from '../api/projects'
import type { NewProject, Project, ProjectChanges } from '../components/models'
import { useCatalogueStore } from './catalogue'
import { useLiveStore } from './live'

/** The project that is open, and what is done to projects. */
export const useProjectsStore = defineStore('projects', () => {
  const live = useLiveStore()
  const catalogue = useCatalogueStore()

  const current = shallowRef<Project | null>(null)
  const currentProblem = shallowRef<ApiProblem | null>(null)
  /** Stars that are on their way: what they shall become, by the id of the project. */
  const starring = new Map<string, boolean>()

  /** Makes the project the open one. What is known already is shown while it is read. */
  async function open(slug: string): Promise<void> {
    currentProblem.value = null
    if (current.value?.slug !== slug) {
      current.value = catalogue.items.find((project) => project.slug === slug) ?? null
    }
    try {
      const project = await api.getProject(slug)
      current.value = project
    } catch (error) {
      currentProblem.value = asProblem(error)
    }
  }

  function replace(project: Project): void {
    if (current.value?.id === project.id) current.value = project
    catalogue.replace(project)
  }

  /** Shows a star at once, and how many there are then. */
  function showStar(project: Project, starred: boolean): Project {
    if (project.starred === starred) return project
    const next = { ...project, starred, stars: Math.max(0, project.stars + (starred ? 1 : -1)) }
    replace(next)
    return next
  }

  /**
   * Gives the project a star, or takes it back: shown at once, undone when the portal refuses. Pressing again while that is under way
   * changes what it shall become.
   * @throws ApiProblem
   */
  async function star(project: Project, starred: boolean): Promise<void> {
    const { id } = project
    let shown = showStar(project, starred)
    const isUnderWay = starring.has(id)
    starring.set(id, starred)
    if (isUnderWay) return
    try {
      let sent: boolean
      do {
        sent = starring.get(id) ?? starred
        const answer = await api.starProject(id, sent)
        shown = { ...(current.value?.id === id ? current.value : shown), ...answer }
      } while (sent !== starring.get(id))
      replace(shown)
    } catch (error) {
      const now = current.value?.id === id ? current.value : shown
      replace({ ...now, starred: project.starred, stars: project.stars })
      throw asProblem(error)
    } finally {
      starring.delete(id)
    }
  }

  /** Counts that someone looks at the project. That it was not counted is nothing to tell. */
  async function countView(id: string): Promise<void> {
    try {
      await api.countView(id)
    } catch (error) {
      asProblem(error)
    }
  }

  async function create(input: NewProject): Promise<Project> {
    const project = await api.createProject(input)
    catalogue.forget()
    return project
  }

  /** Throws `project-revision-conflict` when the project was changed since `revision` was read. */
  async function update(id: string, revision: number, changes: ProjectChanges): Promise<Project> {
    const project = await api.updateProject(id, revision, changes)
    replace(project)
    return project
  }

  /** Reads a project again, as it is now for everyone. */
  async function read(id: string): Promise<Project> {
    return api.getProject(id)
  }

  async function remove(project: Project): Promise<void> {
    await api.deleteProject(project.id)
    catalogue.remove(project.id)
    catalogue.forget()
    if (current.value?.id === project.id) current.value = null
  }

  async function reread(id: string): Promise<void> {
    try {
      replace(await api.getProject(id))
    } catch (error) {
      // Deleted or out of reach: what is on the page stays until one acts on it, and acting tells.
      asProblem(error)
    }
  }

  live.on('project.changed', ({ projectId, revision }) => {
    const known = current.value
    if (known?.id === projectId && known.revision < revision) void reread(projectId)
  })
  live.on('resumed', () => {
    if (current.value) void reread(current.value.id)
  })

  return { current, currentProblem, open, create, update, read, remove, star, countView }
})
