/** A named set of files of a project. How many files it has and how large they are is always derived from them, so no crash can make it wrong. */
export interface Dataset {
  id: string
  projectId: string
  /** Unique within the project. */
  name: string
  /** Set when someone asked for its deletion: hidden from then on, cleaned up in the background, then removed. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
  /** Raised whenever its files change. */
  revision: number
}

/** What the files of a data set add up to; sizes in bytes. */
export interface DatasetTotals {
  fileCount: number
  sizeBytes: number
}

/** What the files of a data set are together: how many, bytes, and a checksum that is another when one of them is. */
export interface DatasetContents {
  files: number
  sizeBytes: number
  checksum: string
}

/**
 * `storing` claims the name while the object is being made, `stored` is what people see, `deleting` is hidden until its object is gone.
 */
export type FileState = 'storing' | 'stored' | 'deleting'

/** A file of a data set; its bytes are the object under {@link objectKeyOf}. */
export interface DatasetFile {
  id: string
  datasetId: string
  projectId: string
  /** Unique among the files of the data set. */
  name: string
  /** In bytes. */
  size: number
  contentType: string
  /** ETag of the object: MD5 of the MD5 sums of its parts, and their number (`<32 hex digits>-<parts>`); empty until it is stored. */
  checksum: string
  state: FileState
  createdAt: Date
}

/** Where the bytes of a file are. Made of ids only: what a person typed never becomes part of a key. */
export const objectKeyOf = (file: Pick<DatasetFile, 'id' | 'datasetId' | 'projectId'>): string =>
  `projects/${file.projectId}/datasets/${file.datasetId}/${file.id}`

/** A name as it is compared: two spellings of the same characters are one name. */
export const comparable = (name: string): string => name.normalize('NFC')
