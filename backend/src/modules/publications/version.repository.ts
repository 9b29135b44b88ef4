import type { VersionHead } from './version.js'

/**
 * Where versions are kept: a head for each, and its frozen text apart, so that a list reads no texts. What is only `preparing` is found by nobody, except where
 * it is said.
 */
export abstract class VersionRepository {
  /** Claims the number for a version that is about to be stored. @returns false when the project has one of that number, or is about to */
  abstract claim(head: VersionHead): Promise<boolean>
  /** The one of the project that is just being prepared or discarded, or was left so; null for none. */
  abstract findUnpublished(projectId: string): Promise<VersionHead | null>
  /** Stores a frozen text under its name, which nothing else has. */
  abstract putText(head: Pick<VersionHead, 'contentId' | 'projectId'>, text: string): Promise<void>
  /** The text; null when there is none (any more). */
  abstract findText(contentId: string): Promise<string | null>
  abstract removeText(contentId: string): Promise<void>
  /** Shows a version whose text is stored. @returns whether it was still being prepared, by the same attempt */
  abstract publish(head: VersionHead): Promise<boolean>
  /** Marks a version that was not published: from now on it never will be. @returns whether it is marked, by this or an earlier call */
  abstract markDiscarding(head: VersionHead): Promise<boolean>
  /** Gives the number of a marked one up. */
  abstract discard(head: VersionHead): Promise<void>
  /** All of a project, the newest first, withdrawn ones included; up to `limit`. */
  abstract list(projectId: string, limit: number): Promise<VersionHead[]>
  abstract find(projectId: string, number: number): Promise<VersionHead | null>
  /** The newest that was not withdrawn. @param before only those before that number */
  abstract findLatest(projectId: string, before?: number): Promise<VersionHead | null>
  /** The number that was given last, to a version that was withdrawn as well; 0 before the first. */
  abstract lastNumber(projectId: string): Promise<number>
  /** Hides a version for good, once. @returns whether it was there and not withdrawn */
  abstract withdraw(projectId: string, number: number, withdrawn: NonNullable<VersionHead['withdrawn']>): Promise<boolean>
  /** Notes that all that follows from its last change is done. @returns whether it is still as it was read, or gone */
  abstract settle(head: VersionHead): Promise<boolean>
  /** Those that were left half done: begun before that time and not published, or published or withdrawn and not settled. */
  abstract findUnsettled(begunBefore: Date): Promise<VersionHead[]>
  /** The files that versions of a project show, those that are being prepared included; a withdrawn one shows none. */
  abstract assetsOf(projectId: string): Promise<Set<string>>
  /** Removes everything of a project. */
  abstract removeOf(projectId: string): Promise<void>
}
