import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import * as api from '../api/projects'
import type { DirectoryEntry, MemberRole, Sharing, Visibility } from '../components/models'
import { useLiveStore } from './live'

/** Who may do what in the project that is open. Every change answers the whole, so what is shown is what is so. */
export const useSharingStore = defineStore('sharing', () => {
  const live = useLiveStore()
  const projectId = ref('')
  const current = shallowRef<Sharing | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)

  function take(id: string, sharing: Sharing): void {
    if (projectId.value === id) current.value = sharing
  }

  async function load(id: string): Promise<void> {
    if (projectId.value !== id) current.value = null
    projectId.value = id
    try {
      take(id, await api.getSharing(id))
      problem.value = null
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  /** Gives someone a role, or another one. */
  async function setMember({ kind, id }: Pick<DirectoryEntry, 'kind' | 'id'>, role: MemberRole): Promise<void> {
    const project = projectId.value
    take(project, await api.setMember(project, kind, id, role))
  }

  async function removeMember({ kind, id }: Pick<DirectoryEntry, 'kind' | 'id'>): Promise<void> {
    const project = projectId.value
    take(project, await api.removeMember(project, kind, id))
  }

  /** Throws `project-revision-conflict` when the project was changed since it was read. */
  async function setVisibility(visibility: Visibility): Promise<void> {
    const project = projectId.value
    if (current.value) take(project, await api.setVisibility(project, visibility, current.value.revision))
  }

  async function transfer(ownerId: string): Promise<void> {
    const project = projectId.value
    take(project, await api.transferProject(project, ownerId))
  }

  live.on('project.changed', (event) => {
    const isNews = event.projectId === projectId.value && current.value && current.value.revision < event.revision
    if (isNews) void load(projectId.value)
  })

  return { projectId, current, problem, load, setMember, removeMember, setVisibility, transfer }
})
