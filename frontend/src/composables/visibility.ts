import { symRoundedGroup, symRoundedLock, symRoundedPublic } from '@quasar/extras/material-symbols-rounded'
import type { Visibility } from '../components/models'

/** The visibilities, from the narrowest to the widest, as they are shown. */
export const visibilities: readonly { value: Visibility; icon: string }[] = [
  { value: 'private', icon: symRoundedLock },
  { value: 'internal', icon: symRoundedGroup },
  { value: 'public', icon: symRoundedPublic },
]

export const visibilityIcon = (visibility: Visibility): string => visibilities.find(({ value }) => value === visibility)?.icon ?? ''
