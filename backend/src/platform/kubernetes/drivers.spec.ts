import { describe, expect, it } from 'vitest'
import { candidatesOf, DRIVER_NAMES, DRIVER_SPECS, SeenLately, usableDrivers, type DriverFacts, type DriverName } from './drivers.js'

const all = new Set<DriverName>(DRIVER_NAMES)
const found = (changes: Partial<DriverFacts> = {}): DriverName[] =>
  usableDrivers({ setting: 'auto', served: all, hasGateway: true, hasIngressClass: true, ...changes })

describe('which drivers can run apps', () => {
  it.each<[string, Partial<DriverFacts>, DriverName[]]>([
    ['everything is there', {}, ['knative', 'gateway', 'ingress']],
    ['Knative is not', { served: new Set(['gateway', 'ingress', 'emissary']) }, ['gateway', 'ingress']],
    ['there is no Gateway to attach to', { served: new Set(['gateway', 'ingress']), hasGateway: false }, ['ingress']],
    ['only Ingress is served', { served: new Set(['ingress']) }, ['ingress']],
    ['nobody serves Ingresses', { served: new Set(['ingress']), hasIngressClass: false }, []],
    ['only Emissary is there: it is not found, but asked for', { served: new Set(['emissary', 'ingress']), hasIngressClass: false }, []],
    ['nothing is there', { served: new Set() }, []],
  ])('found, when %s', (_, facts, drivers) => expect(found(facts)).toEqual(drivers))

  it.each(DRIVER_NAMES)('%s alone, when it is configured and served', (setting) => {
    expect(found({ setting })).toEqual([setting])
    expect(found({ setting, hasGateway: false, hasIngressClass: false }), 'the operator knows who serves it').toEqual([setting])
    expect(found({ setting, served: new Set(DRIVER_NAMES.filter((name) => name !== setting)) }), 'no other instead').toEqual([])
    expect(candidatesOf(setting)).toEqual([setting])
  })
})

describe('drivers', () => {
  it('sleep at zero with Knative only', () => {
    expect(DRIVER_NAMES.filter((name) => DRIVER_SPECS[name].capabilities.scaleToZero)).toEqual(['knative'])
  })

  it('have a template for each of their parts', () => {
    for (const name of DRIVER_NAMES) expect(DRIVER_SPECS[name].templates).toHaveLength(DRIVER_SPECS[name].parts.length)
  })

  it('name no object of one app as another’s', () => {
    // The longest host has 50 characters; a name of a Service may have 63.
    for (const { parts } of Object.values(DRIVER_SPECS))
      for (const { nameOf } of parts) expect(nameOf('h'.repeat(50)).length).toBeLessThanOrEqual(63)
  })
})

it('what was there a moment ago still counts, and no longer than that', () => {
  const seen = new SeenLately<string>(60_000)
  expect(seen.with(['knative', 'ingress'], 0)).toEqual(new Set(['knative', 'ingress']))
  expect(seen.with(['ingress'], 60_000)).toEqual(new Set(['knative', 'ingress']))
  expect(seen.with(['ingress'], 60_001)).toEqual(new Set(['ingress']))
  expect(seen.with(['knative'], 60_002)).toEqual(new Set(['knative', 'ingress']))
})
