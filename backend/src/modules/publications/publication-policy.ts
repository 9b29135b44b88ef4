/** What an admin asks of a project before everyone may read it. */
export interface PublicationPolicy {
  requireLicence: boolean
  /** Words that the section about limitations has to have at least; 0 asks for none. */
  minLimitationsWords: number
  requireDataset: boolean
  requireAppReady: boolean
  /** Whether an environment with values that look like secrets is refused. */
  refuseSecretLookingEnv: boolean
  /** Whether a project becomes public only by a version that has all of this; otherwise it is advice. */
  enforced: boolean
  /** Raised by each change; a change names the one that it starts from. */
  revision: number
}

export const MAX_LIMITATIONS_WORDS = 5_000

/** What holds until an admin says otherwise: advice that costs nobody anything. */
export const BUILT_IN_POLICY: PublicationPolicy = {
  requireLicence: true,
  minLimitationsWords: 20,
  requireDataset: false,
  requireAppReady: false,
  refuseSecretLookingEnv: true,
  enforced: false,
  revision: 1,
}
