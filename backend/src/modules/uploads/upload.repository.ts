import type { Upload, UploadState } from './upload.js'

/** Fields that change together with the state. */
export type UploadChange = Partial<Pick<Upload, 'parts'>>

/** Where uploads are kept. */
export abstract class UploadRepository {
  abstract insert(upload: Upload): Promise<void>
  abstract findById(id: string): Promise<Upload | null>
  /** Keeps the object store's id of the upload. @returns the upload, or null when it is no longer pending */
  abstract begin(id: string, storeUploadId: string): Promise<Upload | null>
  /** Moves it to another state if it is in one of `from`: the one way in which a state changes. @returns the upload, or null when it was in another state */
  abstract move(id: string, from: UploadState[], to: UploadState, at: Date, change?: UploadChange): Promise<Upload | null>
  /** Those of a project whose parts are arriving, newest first; up to `limit + 1`. */
  abstract findPendingOf(projectId: string, page: { before?: string; limit: number }): Promise<Upload[]>
  /** Those into a data set that have not ended. */
  abstract findUnfinishedInto(datasetId: string): Promise<Upload[]>
  /** Those with something left to do: being completed or aborted, pending past their end, or never begun in the object store since `begunBefore`. */
  abstract findDue(at: Date, begunBefore: Date): Promise<Upload[]>
  /** Forgets those that ended before. */
  abstract removeEndedBefore(at: Date): Promise<void>
}
