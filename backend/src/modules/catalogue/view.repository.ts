/** What is kept so that a visitor counts once a day: until that day has ended, and nothing that says who it was. */
export abstract class ViewRepository {
  /** The day's salt, the same for all replicas; the one that is given is stored when there is none. */
  abstract saltOf(day: string, fresh: string): Promise<string>
  /** Notes a visit. @returns false when it was noted before */
  abstract note(visit: string, day: string): Promise<boolean>
  /** Forgets all days before that one. */
  abstract forgetBefore(day: string): Promise<void>
}
