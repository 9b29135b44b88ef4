import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import * as api from '../api/admin'
import type { ImportResult } from '../api/admin'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'

/** A file can have so many bytes. */
export const maxImportBytes = 512 * 1024

/** A cell of a CSV file, quoted where it has to be; what a spreadsheet would run as a formula stays text. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * An import of people from CSV: `write` the rows, `check` them (nothing is changed), `import` exactly what was checked. What was checked
 * is forgotten as soon as the rows change.
 */
export const useAdminImportStore = defineStore('admin-import', () => {
  const csv = ref('')
  const checked = shallowRef<ImportResult | null>(null)
  const done = shallowRef<ImportResult | null>(null)
  const pending = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  /** Whether the temporary passwords of `done` were taken away. */
  const saved = ref(false)

  const bytes = computed(() => new TextEncoder().encode(csv.value).length)
  const tooLarge = computed(() => bytes.value > maxImportBytes)
  const step = computed(() => (done.value ? 'done' : checked.value ? 'checked' : 'rows'))
  const mayImport = computed(
    () => checked.value !== null && checked.value.summary.invalid === 0 && checked.value.summary.create > 0 && !pending.value,
  )
  const withPassword = computed(() => done.value?.rows.filter(({ temporaryPassword }) => temporaryPassword !== null) ?? [])
  const unsaved = computed(() => withPassword.value.length > 0 && !saved.value)

  function write(text: string): void {
    csv.value = text
    checked.value = null
    done.value = null
    problem.value = null
    saved.value = false
  }

  async function run(dryRun: boolean): Promise<void> {
    if (pending.value) return
    const text = csv.value
    pending.value = true
    problem.value = null
    try {
      const result = await api.importUsers(text, dryRun)
      // The rows were changed while they were checked.
      if (dryRun && text !== csv.value) return
      if (dryRun) checked.value = result
      else done.value = result
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      pending.value = false
    }
  }

  async function check(): Promise<void> {
    if (csv.value.trim() !== '' && !tooLarge.value) await run(true)
  }

  async function confirm(): Promise<void> {
    if (!mayImport.value) return
    await run(false)
    // Someone else has changed accounts or groups since the rows were checked: what would happen now is another thing.
    if (problem.value?.code === 'import-invalid') {
      const refused = problem.value
      await run(true)
      problem.value ??= checked.value?.summary.invalid ? null : refused
    }
  }

  /** Back to the rows, which stay as they are. */
  function edit(): void {
    checked.value = null
    problem.value = null
  }

  /** Forgets everything, the passwords too. */
  function reset(): void {
    write('')
  }

  /** User names and temporary passwords as a file. */
  function passwordsCsv(): string {
    const rows = withPassword.value.map(({ username, temporaryPassword }) => `${csvCell(username)},${csvCell(temporaryPassword ?? '')}`)
    return ['username,temporary_password', ...rows, ''].join('\r\n')
  }

  return {
    csv,
    checked,
    done,
    pending,
    problem,
    saved,
    bytes,
    tooLarge,
    step,
    mayImport,
    withPassword,
    unsaved,
    write,
    check,
    confirm,
    edit,
    reset,
    passwordsCsv,
  }
})
