import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../api/client'
import * as api from '../api/reports'
import type { Report, ReportSummary } from '../api/reports'
import { useLiveStore } from './live'

/** The reports of the project that is open. */
export const useReportsStore = defineStore('reports', () => {
  const live = useLiveStore()

  const projectId = ref('')
  const items = shallowRef<ReportSummary[]>([])
  const loaded = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)

  async function load(id: string): Promise<void> {
    if (projectId.value !== id) {
      projectId.value = id
      items.value = []
      loaded.value = false
    }
    try {
      const answer = await api.listReports(id)
      if (projectId.value !== id) return
      items.value = answer
      loaded.value = true
      problem.value = null
    } catch (error) {
      if (projectId.value === id) problem.value = asProblem(error)
    }
  }

  async function create(id: string, title: string): Promise<Report> {
    const report = await api.createReport(id, title)
    if (projectId.value === id) items.value = [report, ...items.value]
    return report
  }

  async function remove({ id }: Pick<Report, 'id'>): Promise<void> {
    await api.deleteReport(id)
    items.value = items.value.filter((item) => item.id !== id)
  }

  live.on('report.changed', (change) => {
    if (change.projectId === projectId.value && loaded.value) void load(change.projectId)
  })
  live.on('resumed', () => {
    if (projectId.value && loaded.value) void load(projectId.value)
  })

  return { projectId, items, loaded, problem, load, create, remove }
})
