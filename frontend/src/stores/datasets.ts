import { defineStore } from 'pinia'
import { ref, shallowReactive, shallowRef } from 'vue'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import * as api from '../api/datasets'
import type { Dataset, DatasetFile } from '../components/models'
import { useLiveStore } from './live'

export interface FileList {
  items: DatasetFile[]
  cursor: string | null
  loading: boolean
  problem: ApiProblem | null
}

/** The data sets of the project that is open, and the files of those that were looked at. */
export const useDatasetsStore = defineStore('datasets', () => {
  const live = useLiveStore()

  const projectId = ref('')
  const items = shallowRef<Dataset[]>([])
  const loaded = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  const files = shallowReactive(new Map<string, FileList>())

  async function load(id: string): Promise<void> {
    if (projectId.value !== id) {
      projectId.value = id
      items.value = []
      loaded.value = false
      files.clear()
    }
    try {
      const answer = await api.listDatasets(id)
      if (projectId.value !== id) return
      items.value = answer
      loaded.value = true
      problem.value = null
    } catch (error) {
      if (projectId.value === id) problem.value = asProblem(error)
    }
  }

  async function create(id: string, name: string): Promise<Dataset> {
    const dataset = await api.createDataset(id, name)
    items.value = [...items.value.filter((item) => item.id !== dataset.id), dataset]
    return dataset
  }

  async function remove(dataset: Dataset): Promise<void> {
    await api.deleteDataset(dataset.id)
    items.value = items.value.filter((item) => item.id !== dataset.id)
    files.delete(dataset.id)
  }

  /** Reads the first page of a data set's files, or the next one. */
  async function loadFiles(datasetId: string, next = false): Promise<void> {
    const before = files.get(datasetId)
    const kept = before?.items ?? []
    files.set(datasetId, { items: kept, cursor: before?.cursor ?? null, loading: true, problem: null })
    try {
      const page = await api.listFiles(datasetId, next ? (before?.cursor ?? null) : null)
      const list = next ? [...kept, ...page.items] : page.items
      files.set(datasetId, { items: list, cursor: page.nextCursor, loading: false, problem: null })
    } catch (error) {
      files.set(datasetId, { items: kept, cursor: null, loading: false, problem: asProblem(error) })
    }
  }

  async function removeFile(file: DatasetFile): Promise<void> {
    await api.deleteFile(file.datasetId, file.id)
    const list = files.get(file.datasetId)
    if (list) {
      files.set(file.datasetId, { ...list, items: list.items.filter((item) => item.id !== file.id) })
    }
    await refresh(file.datasetId)
  }

  /** Reads one data set and its files again, for example when an upload into it is complete. */
  async function refresh(datasetId: string): Promise<void> {
    if (!items.value.some((item) => item.id === datasetId)) return
    try {
      const dataset = await api.getDataset(datasetId)
      items.value = items.value.map((item) => (item.id === datasetId ? dataset : item))
    } catch (error) {
      problem.value = asProblem(error)
    }
    if (files.has(datasetId)) await loadFiles(datasetId)
  }

  live.on('upload.completed', ({ datasetId }) => void refresh(datasetId))
  live.on('resumed', () => {
    if (projectId.value) void load(projectId.value)
  })

  return { projectId, items, loaded, problem, files, load, create, remove, loadFiles, removeFile, refresh }
})
