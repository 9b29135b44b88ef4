import { defineBoot } from '#q-app'
import { useTheme } from '../composables/useTheme'

export default defineBoot(() => {
  useTheme()
})
