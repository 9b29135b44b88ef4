import { Logger } from '@nestjs/common'
import { afterEach, expect, it, vi } from 'vitest'
import { makeEngine } from '../../../test/factories/engines.js'
import { MemoryEngineRepository } from '../../../test/fakes/memory-engines.js'
import { newId } from '../../common/ids.js'
import { EventBus } from '../events/event-bus.js'
import type { CauseCode, Engine } from './engine.js'
import { EngineRetries } from './engine.retries.js'

Logger.overrideLogger(false)
const engines = new MemoryEngineRepository()
const bus = new EventBus()
const retries = new EngineRetries(engines, bus)
afterEach(() => retries.onApplicationShutdown())

async function failed(code: CauseCode, only: Partial<Engine>): Promise<string> {
  const engine = makeEngine({ host: newId(), name: `n${newId().slice(-8)}`, ...only })
  const cause = { code, title: '', evidence: '', fix: '', field: null }
  await engines.insert({ ...engine, status: { ...engine.status, phase: 'Failed', cause } })
  return engine.id
}

it('deploys anew what waits for a sign-in, and nothing else', async () => {
  const projectId = newId()
  const waits = await failed('image-private', { projectId })
  const others = [
    await failed('app-crashed', { projectId }),
    await failed('image-private', { projectId, paused: true }),
    await failed('image-private', { projectId: newId() }),
  ]
  retries.onApplicationBootstrap()
  bus.publish('project.registries-changed', { projectId })
  await vi.waitFor(() =>
    expect(engines.engines.get(waits)).toMatchObject({
      generation: 2,
      status: { phase: 'Pending' },
      deploy: { by: null, reason: 'redeployed' },
    }),
  )
  for (const id of others) expect(engines.engines.get(id)?.generation).toBe(1)
})
