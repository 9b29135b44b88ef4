import { useLocalStorage } from '@vueuse/core'
import { Dark } from 'quasar'
import type { Ref } from 'vue'
import { watch } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'

let theme: Ref<Theme> | null = null

/** The theme of this browser, kept over visits; `auto` follows the system. */
export function useTheme(): Ref<Theme> {
  if (theme) return theme
  theme = useLocalStorage<Theme>('vitrine.theme', 'auto')
  watch(
    theme,
    (value) => {
      Dark.set(value === 'auto' ? 'auto' : value === 'dark')
    },
    { immediate: true },
  )
  return theme
}
