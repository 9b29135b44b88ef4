import { expect, it } from 'vitest'
import { ApiProblem } from '../api/client'
import { useConfirm } from './useConfirm'

it('does to the thing what was asked, once, and closes', async () => {
  const done: string[] = []
  const { open, target, ask, confirm } = useConfirm<string>(async (name) => {
    done.push(name)
  })
  expect(await confirm()).toBe(false)
  ask('demo')
  expect(open.value).toBe(true)
  expect(await Promise.all([confirm(), confirm()])).toEqual([true, false])
  expect(done).toEqual(['demo'])
  expect([open.value, target.value]).toEqual([false, 'demo'])
})

it('stays open with what went wrong, and forgets it with the next question', async () => {
  const { open, problem, ask, confirm } = useConfirm<string>(async () => {
    throw new ApiProblem({ code: 'busy', status: 503, detail: 'Busy.' })
  })
  ask('demo')
  expect(await confirm()).toBe(false)
  expect([open.value, problem.value?.code]).toEqual([true, 'busy'])
  ask('other')
  expect(problem.value).toBeNull()
})
