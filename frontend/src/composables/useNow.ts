import { createSharedComposable, useIntervalFn } from '@vueuse/core'
import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'

function ticking(interval: number): ShallowRef<Date> {
  const now = shallowRef(new Date())
  useIntervalFn(() => {
    now.value = new Date()
  }, interval)
  return now
}

/** The time in a ref, once for all that show how long ago something was. */
export const useSlowNow = createSharedComposable(() => ticking(20_000))

/** The time in a ref, every second, for what is under way. */
export const useFastNow = createSharedComposable(() => ticking(1000))
