import { describe, expect, it } from 'vitest'
import { missingEngine } from './packages.ts'

const here = { platform: 'linux' as const, isRoot: true, hasApt: true, missing: [] }

describe('missingEngine', () => {
  it('is content as root where the packages are or can be installed', () => {
    expect(missingEngine(here)).toBeNull()
    expect(missingEngine({ ...here, missing: ['buildah'] })).toBeNull()
  })

  it('names what is missing where there is no apt', () => {
    expect(missingEngine({ ...here, hasApt: false, missing: ['buildah', 'debootstrap'] })).toMatch(/buildah, debootstrap are not installed/)
  })

  it('says without root how to go on', () => {
    const words = missingEngine({ ...here, isRoot: false })
    expect(words).toMatch(/needs root/)
    expect(words).toMatch(/Install Docker/)
  })

  it('sends everyone else to Docker', () => {
    expect(missingEngine({ ...here, platform: 'darwin', isRoot: false })).toMatch(/^No image can be built here: .*Install Docker/s)
  })
})
