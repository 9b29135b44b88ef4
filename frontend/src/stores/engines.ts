import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../api/client'
import * as api from '../api/engines'
import type { DeployActivity, Engine, EngineChanges, EngineInput, PreviewInput } from '../components/models'
import { isMoving } from '../composables/phases'
import { refresher } from '../composables/refresher'
import { useLiveStore } from './live'

/** The apps of the project that is open. */
export const useEnginesStore = defineStore('engines', () => {
  const live = useLiveStore()

  const projectId = ref('')
  const items = shallowRef<Engine[]>([])
  const loaded = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  const activities = shallowReactive(new Map<string, DeployActivity>())

  function put(engine: Engine): void {
    const activity = activities.get(engine.id)
    if (activity) activities.set(engine.id, { ...activity, phase: engine.status.phase })
    if (engine.projectId !== projectId.value) return
    const known = items.value.find((item) => item.id === engine.id)
    items.value = known ? items.value.map((item) => (item.id === engine.id ? engine : item)) : [...items.value, engine]
  }

  function drop(id: string): void {
    items.value = items.value.filter((item) => item.id !== id)
    activities.delete(id)
  }

  async function load(id: string): Promise<void> {
    if (projectId.value !== id) {
      projectId.value = id
      items.value = []
      loaded.value = false
    }
    try {
      const answer = await api.listEngines(id)
      if (projectId.value !== id) return
      items.value = answer
      loaded.value = true
      problem.value = null
    } catch (error) {
      if (projectId.value === id) problem.value = asProblem(error)
    }
  }

  /** Reads one app again. */
  const refresh = refresher((id) => api.getEngine(id), put, drop)

  function watch(engine: Engine, projectSlug: string): void {
    activities.set(engine.id, {
      engineId: engine.id,
      name: engine.name,
      projectSlug,
      phase: engine.status.phase,
    })
  }

  /** Something that is asked of an app: what it answers is shown, and followed until it has come about. */
  async function ask(projectSlug: string, call: Promise<Engine>): Promise<Engine> {
    const engine = await call
    watch(engine, projectSlug)
    put(engine)
    return engine
  }

  async function promote(id: string, projectSlug: string): Promise<Engine> {
    const engine = await ask(projectSlug, api.promoteEngine(id))
    if (engine.id !== id) await refresh(id)
    return engine
  }

  async function remove(engine: Engine): Promise<void> {
    await api.deleteEngine(engine.id)
    activities.delete(engine.id)
    put({ ...engine, status: { ...engine.status, phase: 'Deleting' } })
    await refresh(engine.id)
  }

  live.on('engine.status-changed', (change) => {
    if (change.projectId === projectId.value || activities.has(change.engineId)) {
      void refresh(change.engineId)
    }
  })
  live.on('resumed', () => {
    if (projectId.value) void load(projectId.value)
    for (const id of activities.keys()) void refresh(id)
  })

  return {
    projectId,
    items,
    loaded,
    problem,
    activities,
    starting: computed(() => [...activities.values()].filter(({ phase }) => isMoving(phase)).length),
    load,
    refresh,
    deploy: (id: string, projectSlug: string, input: EngineInput): Promise<Engine> =>
      ask(projectSlug, api.deployEngine({ projectId: id, ...input })),
    change: (engine: Engine, projectSlug: string, changes: Omit<EngineChanges, 'revision'>): Promise<Engine> =>
      ask(projectSlug, api.changeEngine(engine.id, { revision: engine.revision, ...changes })),
    redeploy: (id: string, projectSlug: string): Promise<Engine> => ask(projectSlug, api.redeployEngine(id)),
    resume: (id: string, projectSlug: string): Promise<Engine> => ask(projectSlug, api.resumeEngine(id)),
    repair: (id: string, projectSlug: string): Promise<Engine> => ask(projectSlug, api.repairEngine(id)),
    rollBack: (engine: Engine, projectSlug: string, generation: number): Promise<Engine> =>
      ask(projectSlug, api.rollBackEngine(engine.id, engine.revision, generation)),
    preview: (id: string, projectSlug: string, input: PreviewInput): Promise<Engine> => ask(projectSlug, api.previewEngine(id, input)),
    /** Answers the app that runs what was the preview. The preview goes away, or is that app. */
    promote,
    pause: async (id: string): Promise<void> => put(await api.pauseEngine(id)),
    scale: async (id: string, scaling: { min: number; max: number }): Promise<void> => put(await api.scaleEngine(id, scaling)),
    extend: async (id: string, hours: number): Promise<void> => put(await api.extendLease(id, hours)),
    remove,
    dismiss: (id: string): boolean => activities.delete(id),
  }
})
