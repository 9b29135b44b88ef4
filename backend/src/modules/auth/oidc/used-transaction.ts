/** Which transactions have come back from the identity provider, so that a copied cookie is worth nothing, at whichever replica. */
export abstract class UsedTransactions {
  /** Notes that it is used now. @param until after this it is too old in any case @returns false when it was used before */
  abstract use(state: string, at: Date, until: Date): Promise<boolean>
}
