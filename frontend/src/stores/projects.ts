import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { asProblem, isAbort } from '../api/client'
import type { ApiProblem } from '../api/client'
import * as api from '../api/projects'
import type { ProjectQuery } from '../api/projects'
import type { NewProject, Project, ProjectInput } from '../components/models'
import { useLiveStore } from './live'

/** The catalogue as it was searched last, and the project that is open. */
export const useProjectsStore = defineStore('projects', () => {
  const live = useLiveStore()

  const items = shallowRef<Project[]>([])
  const cursor = ref<string | null>(null)
  /** The query that `items` answer; null before the first answer. */
  const answered = ref<ProjectQuery | null>(null)
  const loading = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let searching: AbortController | null = null

  const current = shallowRef<Project | null>(null)
  const currentProblem = shallowRef<ApiProblem | null>(null)

  /** Searches anew; an answer that is overtaken by a later search is dropped. */
  async function search(query: ProjectQuery): Promise<void> {
    searching?.abort()
    const mine = new AbortController()
    searching = mine
    loading.value = true
    try {
      const page = await api.listProjects(query, null, mine.signal)
      items.value = page.items
      cursor.value = page.nextCursor
      answered.value = query
      problem.value = null
    } catch (error) {
      if (isAbort(error)) return
      problem.value = asProblem(error)
    } finally {
      if (searching === mine) loading.value = false
    }
  }

  async function more(): Promise<void> {
    const query = answered.value
    if (query === null || cursor.value === null || loading.value) return
    loading.value = true
    try {
      const page = await api.listProjects(query, cursor.value)
      if (answered.value !== query) return
      items.value = [...items.value, ...page.items]
      cursor.value = page.nextCursor
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  /** Makes the project the open one. What is known already is shown while it is read. */
  async function open(slug: string): Promise<void> {
    currentProblem.value = null
    if (current.value?.slug !== slug) {
      current.value = items.value.find((project) => project.slug === slug) ?? null
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
    items.value = items.value.map((item) => (item.id === project.id ? project : item))
  }

  async function create(input: NewProject): Promise<Project> {
    const project = await api.createProject(input)
    answered.value = null
    return project
  }

  /** Throws `project-revision-conflict` when the project was changed since `revision` was read. */
  async function update(id: string, revision: number, changes: Partial<ProjectInput>): Promise<Project> {
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
    items.value = items.value.filter((item) => item.id !== project.id)
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
    const known = [current.value, ...items.value].find((project) => project?.id === projectId)
    if (known && known.revision < revision) void reread(projectId)
  })
  live.on('resumed', () => {
    if (current.value) void reread(current.value.id)
  })

  return {
    items,
    cursor,
    answered,
    loading,
    problem,
    hasMore: computed(() => cursor.value !== null),
    current,
    currentProblem,
    search,
    more,
    open,
    create,
    update,
    read,
    remove,
  }
})
