import { api } from './client'

/** Someone or some group that can be given a right. */
export interface DirectoryEntry {
  kind: 'user' | 'group'
  id: string
  name: string
  displayName: string
}

/** Active people and groups whose name begins with `q`, for a picker. */
export const searchDirectory = async (q: string, signal: AbortSignal): Promise<DirectoryEntry[]> =>
  (await api.get<{ items: DirectoryEntry[] }>('/iam/directory', { q, limit: 8 }, signal)).items
