import { describe, expect, it } from 'vitest'
import { makeEngine } from '../../../test/factories/engines.js'
import { MemoryEngineRepository } from '../../../test/fakes/memory-engines.js'
import { deletingStatus } from '../engines/engine.js'
import { BUILT_IN_QUOTA } from './quota.js'
import { RoomForApps } from './room-for-apps.js'

const LIMIT = 3
const PROJECT = makeEngine().projectId

/** A database, and what a replica of the portal has of it. */
function database(): { engines: MemoryEngineRepository; replica: () => RoomForApps } {
  const engines = new MemoryEngineRepository()
  const limit = async () => ({ ...BUILT_IN_QUOTA, apps: LIMIT })
  return { engines, replica: () => new RoomForApps(limit, (projectId) => engines.countOfProject(projectId)) }
}

describe('room for one app more', () => {
  const make = (name: string) => makeEngine({ projectId: PROJECT, name, host: name })

  it('at one replica goes to as many as there is room for, in their order', async () => {
    const { engines, replica } = database()
    const room = replica()
    const made = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => {
        const engine = make(`app-${i}`)
        return room.take(
          PROJECT,
          () => engines.insert(engine),
          async () => expect.unreachable('nobody counts too many'),
        )
      }),
    )
    expect(made.map(({ status }) => status)).toEqual([...Array<string>(3).fill('fulfilled'), ...Array<string>(5).fill('rejected')])
    expect(await engines.countOfProject(PROJECT)).toBe(LIMIT)
  })

  it('is withdrawn by those that two replicas stored at the same moment: never more than allowed, none lost that was acknowledged', async () => {
    const { engines, replica } = database()
    const rooms = [replica(), replica()]
    for (const name of ['one', 'two']) await engines.insert(make(name))
    let arrived = 0
    let open: () => void = () => undefined
    const bothCounted = new Promise<void>((resolve) => (open = resolve))
    const results = await Promise.allSettled(
      rooms.map((room, i) => {
        const engine = make(`new-${i}`)
        return room.take(
          PROJECT,
          async () => {
            // Both have found room before either has stored anything.
            if (++arrived === rooms.length) open()
            await bothCounted
            await engines.insert(engine)
          },
          () => engines.markDeleted(engine.id, deletingStatus(new Date()), new Date()),
        )
      }),
    )
    const acknowledged = results.filter(({ status }) => status === 'fulfilled').length
    expect(await engines.countOfProject(PROJECT)).toBe(2 + acknowledged)
    expect(2 + acknowledged).toBeLessThanOrEqual(LIMIT)
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'quota-apps-exceeded', params: { used: 3, limit: LIMIT } })
  })

  it('is nobody’s while there are too many from before, which stay', async () => {
    const { engines, replica } = database()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await engines.insert(make(name))
    const taken = replica().take(
      PROJECT,
      () => engines.insert(make('f')),
      async () => undefined,
    )
    await expect(taken).rejects.toMatchObject({ params: { used: 5, limit: LIMIT } })
    expect(await engines.countOfProject(PROJECT)).toBe(5)
  })
})
