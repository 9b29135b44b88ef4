import { vi } from 'vitest'

// Passwords of test users are hashed by the real thing with the least that it takes: a thousand sign-ins at a quarter of a second each would be most of what the
// tests on services do. Files share their modules, so none can take it back: what is about that time asks a portal in a process of its own.
vi.mock('bcrypt', async (importOriginal) => {
  const real = await importOriginal<typeof import('bcrypt') & { default: typeof import('bcrypt') }>()
  const hash = (data: string): Promise<string> => real.default.hash(data, 4)
  return { ...real, hash, default: { ...real.default, hash } }
})
