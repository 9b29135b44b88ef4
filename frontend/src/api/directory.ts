import { api } from './client'
import type { DirectoryEntriesDto, DirectoryEntryDto } from './generated'

/** Active people and groups whose name begins with `q`, for a picker. */
export const searchDirectory = async (q: string, signal: AbortSignal): Promise<DirectoryEntryDto[]> =>
  (await api.get<DirectoryEntriesDto>('/iam/directory', { q, limit: 8 }, signal)).items
