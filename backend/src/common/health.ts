import { Global, Injectable, Module } from '@nestjs/common'

/** What is known of one part of the system. */
export interface PartHealth {
  state: 'ready' | 'unavailable'
  /** What is wrong, in words, when it is not ready. */
  message: string | null
}

interface Part {
  name: string
  /** Whether the portal can serve at all without it. */
  required: boolean
  check: () => Promise<void>
}

const CACHE_MS = 2_000
const TIMEOUT_MS = 1_500

/** Knows how to ask each part of the system for a sign of life. Platform adapters register here; answers are cached for 2 s. */
@Injectable()
export class Health {
  private readonly parts: Part[] = []
  private cached: { at: number; answer: Promise<Record<string, PartHealth>> } | undefined

  register(part: Part): void {
    this.parts.push(part)
  }

  /** The health of every part by its name, asked really and at once, at most every 2 s. */
  check(): Promise<Record<string, PartHealth>> {
    const at = performance.now()
    if (!this.cached || at - this.cached.at > CACHE_MS) this.cached = { at, answer: this.askAll() }
    return this.cached.answer
  }

  /** Whether every required part is ready. */
  isReady(answer: Record<string, PartHealth>): boolean {
    return this.parts.every(({ name, required }) => !required || answer[name]?.state === 'ready')
  }

  private async askAll(): Promise<Record<string, PartHealth>> {
    const answers = await Promise.all(this.parts.map(async ({ name, check }) => [name, await askOne(check)] as const))
    return Object.fromEntries(answers)
  }
}

async function askOne(check: () => Promise<void>): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS)
  })
  try {
    await Promise.race([check(), late])
    return { state: 'ready', message: null }
  } catch (error) {
    return { state: 'unavailable', message: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

@Global()
@Module({ providers: [Health], exports: [Health] })
export class HealthModule {}
