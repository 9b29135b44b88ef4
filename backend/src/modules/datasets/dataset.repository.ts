import type { Dataset, DatasetFile, DatasetTotals } from './dataset.js'

/** Where data sets are kept. Nothing that is being deleted is found, except where it is said. */
export abstract class DatasetRepository {
  /** Stores a new data set. @returns false when its project has one of that name */
  abstract insert(dataset: Dataset): Promise<boolean>
  abstract findById(id: string): Promise<Dataset | null>
  /** Those of a project, newest first; up to `limit + 1`, so that the caller sees whether there are more. */
  abstract findOf(projectId: string, page: { before?: string; limit: number }): Promise<Dataset[]>
  /** Raises the revision, because its files changed. */
  abstract touch(id: string, at: Date): Promise<void>
  /** Marks it for deletion and frees its name. @returns whether it was there */
  abstract markDeleted(id: string, at: Date): Promise<boolean>
  /** Ids of all of a project, those that are being deleted included. */
  abstract findAllIdsOf(projectId: string): Promise<string[]>
  /** Ids of those whose clean-up has not ended. */
  abstract findDeletedIds(): Promise<string[]>
  /** Removes a marked one for good. */
  abstract remove(id: string): Promise<void>
}

/** Where the records of files are kept. */
export abstract class DatasetFileRepository {
  /** Stores a file in the state `storing`, which claims its name; again for the same id changes nothing. @returns false when another file has the name */
  abstract claim(file: DatasetFile): Promise<boolean>
  /** Whether a file of the data set has the name, or claims it. */
  abstract hasName(datasetId: string, name: string): Promise<boolean>
  /** Makes a claimed file visible; the same again for one that is. @returns the file, or null when there is none */
  abstract publish(id: string, checksum: string): Promise<DatasetFile | null>
  /** Gives up a claim. A file that is stored stays. */
  abstract release(id: string): Promise<void>
  /** The stored file. */
  abstract findStored(id: string): Promise<DatasetFile | null>
  /** Stored files of a data set by name; up to `limit + 1`. */
  abstract findOf(datasetId: string, page: { afterName?: string; limit: number }): Promise<DatasetFile[]>
  /** What the stored files of each data set add up to; a data set without any is left out. */
  abstract totals(datasetIds: string[]): Promise<Map<string, DatasetTotals>>
  /** Hides a stored file and frees its name. @returns whether it was there */
  abstract markDeleting(datasetId: string, id: string): Promise<boolean>
  /** Hides every stored file of a data set. */
  abstract markAllDeleting(datasetId: string): Promise<void>
  /** Hidden files whose objects are still to be removed, of one data set or of all. */
  abstract findDeleting(datasetId?: string): Promise<DatasetFile[]>
  /** The hidden file whose object is still to be removed. */
  abstract findHidden(id: string): Promise<DatasetFile | null>
  /** Removes the record of a hidden file for good. */
  abstract remove(id: string): Promise<void>
}
