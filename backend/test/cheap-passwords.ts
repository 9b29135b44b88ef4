import { vi } from 'vitest'

// Passwords of test users are hashed by the real thing with the least that it takes: a thousand sign-ins at a quarter of a second each would be most of what the
// tests on services do. Whatever is about that time takes the hash as it is, with `vi.unmock('bcrypt')`.
vi.mock('bcrypt', async (importOriginal) => {
  const real = await importOriginal<typeof import('bcrypt') & { default: typeof import('bcrypt') }>()
  const hash = (data: string): Promise<string> => real.default.hash(data, 4)
  return { ...real, hash, default: { ...real.default, hash } }
})
