import { Logger } from '@nestjs/common'
import { beforeEach, describe, expect, it } from 'vitest'
import { ReconcileProgress } from './engine.progress.js'

Logger.overrideLogger(false)

let progress: ReconcileProgress

beforeEach(() => {
  progress = new ReconcileProgress()
})

describe('the progress of reconciling', () => {
  it('is not done before it began, and done when every app was compared', () => {
    expect(() => progress.requireDone()).toThrow('no app was compared with the cluster yet')
    progress.done('early')
    progress.begin(['a', 'b'])
    expect(() => progress.requireDone()).toThrow('2 of 2 apps were not compared with the cluster yet')
    progress.done('a')
    progress.done('a')
    progress.done('another')
    expect(() => progress.requireDone()).toThrow('1 of 2 apps were not compared with the cluster yet')
    progress.done('b')
    expect(() => progress.requireDone()).not.toThrow()
  })

  it('begins anew after an outage, and is done at once where there are no apps', () => {
    progress.begin([])
    expect(() => progress.requireDone()).not.toThrow()
    progress.begin(['a'])
    expect(() => progress.requireDone()).toThrow('1 of 1 apps were not compared with the cluster yet')
  })
})
