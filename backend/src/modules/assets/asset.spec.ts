import { describe, expect, it } from 'vitest'
import { assetTypeOf, KEPT_MS, keyOf, verdictOf, type Asset } from './asset.js'

const at = new Date('2026-05-01T12:00:00Z')
const ago = (ms: number) => new Date(at.getTime() - ms)
const asset = (only: Partial<Asset>): Asset => ({
  ...{ id: 'a1', projectId: 'p1', name: 'a.png', contentType: 'image/png', size: 1, width: 1, height: 1 },
  ...{ state: 'stored', storeUploadId: null, createdAt: ago(10 * KEPT_MS), unusedSince: null, reviewAt: at },
  ...only,
})

describe('a review', () => {
  it.each<[string, Partial<Asset>, boolean, Date | null | 'delete']>([
    ['what is used stays', { unusedSince: ago(KEPT_MS) }, true, null],
    ['what has become unused stays for a day', {}, false, at],
    ['what was unused for less than a day stays', { unusedSince: ago(KEPT_MS - 1) }, false, ago(KEPT_MS - 1)],
    ['what was unused for a day goes', { unusedSince: ago(KEPT_MS) }, false, 'delete'],
    ['what has not arrived within a day goes', { state: 'pending', createdAt: ago(KEPT_MS) }, false, 'delete'],
    ['what is on its way stays', { state: 'pending', createdAt: ago(KEPT_MS - 1) }, false, null],
  ])('%s', (_, only, used, expected) => {
    const verdict = expected === 'delete' ? { outcome: 'delete' } : { outcome: 'keep', unusedSince: expected }
    expect(verdictOf(asset(only), used, at)).toEqual(verdict)
  })
})

it('knows types whatever their spelling, and SVG is none of them', () => {
  expect(assetTypeOf('Image/PNG; charset=x')).toBe('image/png')
  expect(['image/svg+xml', 'text/html', 'toString', ''].map(assetTypeOf)).toEqual([null, null, null, null])
})

it('has a key of ids only', () => expect(keyOf(asset({ name: '../../x' }))).toBe('projects/p1/assets/a1'))
