import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import * as api from '../api/publications'
import type { Publication, PublishInput, Version, VersionSummary } from '../api/publications'
import { useLiveStore } from './live'

/** What the open project has published, and what stands in the way of the next version. */
export const usePublicationsStore = defineStore('publications', () => {
  const live = useLiveStore()

  const projectId = ref('')
  /** Null before the first answer. */
  const state = shallowRef<Publication | null>(null)
  const stateProblem = shallowRef<ApiProblem | null>(null)
  /** The newest first; null before the first answer. */
  const versions = shallowRef<VersionSummary[] | null>(null)
  const versionsProblem = shallowRef<ApiProblem | null>(null)

  function enter(id: string): void {
    if (projectId.value === id) return
    projectId.value = id
    state.value = stateProblem.value = versions.value = versionsProblem.value = null
  }

  /** Reads the checklist. Needs the right to change the project. */
  async function loadState(id: string): Promise<void> {
    enter(id)
    try {
      const answer = await api.getPublication(id)
      if (projectId.value !== id) return
      state.value = answer
      stateProblem.value = null
    } catch (error) {
      if (projectId.value === id) stateProblem.value = asProblem(error)
    }
  }

  async function loadVersions(id: string): Promise<void> {
    enter(id)
    try {
      const answer = await api.listVersions(id)
      if (projectId.value !== id) return
      versions.value = answer.toSorted((one, other) => other.number - one.number)
      versionsProblem.value = null
    } catch (error) {
      if (projectId.value === id) versionsProblem.value = asProblem(error)
    }
  }

  /** Makes a version of the draft as it is. @throws ApiProblem `publication-blocked` while the checklist is not met */
  async function publish(id: string, input: PublishInput): Promise<Version> {
    const version = await api.publish(id, input)
    await Promise.all([loadState(id), loadVersions(id)])
    return version
  }

  /** The newest version that can be read, besides `number`; null when there is none, or before the first answer. */
  function latestBeside(number: number): number | null {
    return versions.value?.find((version) => !version.withdrawn && version.number !== number)?.number ?? null
  }
  const latest = computed(() => latestBeside(0))

  /** Takes a version back, for good. */
  async function withdraw(id: string, number: number, reason: string): Promise<void> {
    await api.withdraw(id, number, reason)
    await Promise.all([loadVersions(id), state.value ? loadState(id) : null])
  }

  /** What the checklist depends on has changed: it is read again where it is shown. */
  function follow(id: string): void {
    if (id === projectId.value && state.value) void loadState(id)
  }
  live.on('project.changed', (event) => follow(event.projectId))
  live.on('engine.status-changed', (event) => follow(event.projectId))
  live.on('upload.completed', (event) => follow(event.projectId))

  return { projectId, state, stateProblem, versions, versionsProblem, latest, latestBeside, loadState, loadVersions, publish, withdraw }
})
