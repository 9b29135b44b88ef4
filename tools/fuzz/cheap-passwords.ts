// Loaded by the portal to fuzz before itself: passwords are hashed by the real thing with the least that it takes. The fuzzer tries a thousand of them, at a
// quarter of a second each.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../stack/paths.ts'

const LEAST = 4
const bcrypt = createRequire(join(root, 'backend/package.json'))('bcrypt') as { hash: (data: string, cost: number) => Promise<string> }
const { hash } = bcrypt
bcrypt.hash = (data) => hash(data, LEAST)
