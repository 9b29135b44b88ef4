import { onBeforeUnmount, type Ref } from 'vue'

/**
 * Keeps what was typed into a form while its writer has to sign in again: it is there when the same person comes back to it in this tab.
 * @param key what the form is about, unique in the app
 * @param form what to keep; holds no secrets
 * @param owner the id of whoever is signed in; empty when nobody is. Read when the form goes away, so a function.
 */
export function useDraft<T>(key: string, form: Ref<T>, owner: () => string): void {
  const name = (id: string): string => `vitrine.draft.${id}.${key}`
  const mine = owner()
  try {
    const kept = sessionStorage.getItem(name(mine))
    if (kept !== null) {
      sessionStorage.removeItem(name(mine))
      form.value = JSON.parse(kept) as T
    }
  } catch {
    // Storage may be forbidden or hold nonsense: then the form begins empty, as without a draft.
  }
  onBeforeUnmount(() => {
    // Only who was signed out has not left the form of their own will.
    if (mine === '' || owner() !== '') return
    try {
      sessionStorage.setItem(name(mine), JSON.stringify(form.value))
    } catch {
      // See above.
    }
  })
}
