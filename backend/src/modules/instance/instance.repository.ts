/** Where the id of this instance is kept: beside the records that it stands for, so that it goes where they go. */
export abstract class InstanceRepository {
  /** The id; the one that is given is stored when there is none. Read anew each time: an emptied database has another one. */
  abstract ensure(fresh: string): Promise<string>
}
