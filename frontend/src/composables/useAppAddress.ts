import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'
import { ApiProblem } from '../api/client'
import { admit } from '../api/engines'
import type { Engine } from '../components/models'
import { useAction } from './useProblem'
import type { Action } from './useProblem'

/** The way to an app: for everyone its address, for a private one an address that lets this person in, good for a short time. */
export interface AppAddress {
  /** What to load; empty until it is known. */
  address: Ref<string>
  /** Asking for it. */
  asking: Action
  /** Opening a tab of its own. */
  opening: Action
  ask: () => Promise<void>
  open: () => Promise<void>
  forget: () => void
}

/** @param engine the app; another one is another way, so keep one of these for each */
export function useAppAddress(engine: () => Pick<Engine, 'id' | 'url' | 'isPrivate'>): AppAddress {
  const address = ref('')
  const asking = useAction()
  const opening = useAction()
  let round = 0

  /** Each load of the frame asks anew: the address of before may be used up. */
  async function ask(): Promise<void> {
    round += 1
    const mine = round
    const { id, url, isPrivate } = engine()
    if (!isPrivate) {
      address.value = url
      return
    }
    await asking.run(async () => {
      const admission = await admit(id)
      if (mine === round) address.value = admission.url
    })
  }

  async function open(): Promise<void> {
    // Before the answer is there: a tab that is opened later than the click is held back as a pop-up.
    const tab = globalThis.open('about:blank', '_blank')
    const worked = await opening.run(async () => {
      if (!tab) throw new ApiProblem({ code: 'tab-blocked', status: 0, detail: '' })
      tab.opener = null
      const { url } = await admit(engine().id)
      tab.location.replace(url)
    })
    if (!worked) tab?.close()
  }

  function forget(): void {
    round += 1
    address.value = ''
    asking.reset()
  }
  onScopeDispose(forget)

  return { address, asking, opening, ask, open, forget }
}
