import { expect, it } from 'vitest'
import { FORMATS, type Asset, type AssetKind, type AssetType } from './asset.js'
import { faultsOf } from './asset-place.js'

const of = (contentType: AssetType): ReadonlyMap<string, Asset> => {
  const at = new Date()
  const file = { id: 'a', projectId: 'p', name: 'x', contentType, size: 1, width: null, height: null }
  return new Map([['a', { ...file, state: 'stored', storeUploadId: null, createdAt: at, unusedSince: null, reviewAt: at }]])
}
const types = Object.keys(FORMATS) as AssetType[]

it.each(types)('takes %s for what it is and for nothing else', (type) => {
  const kinds: AssetKind[] = ['image', 'video', 'captions']
  const fits = kinds.filter((as) => faultsOf([{ path: 'content[0].attrs.asset', id: 'a', as }], of(type)).length === 0)
  expect(fits).toEqual([FORMATS[type].kind])
})

it('says where, and what to do', () => {
  expect(faultsOf([{ path: 'content[3].attrs.captions', id: 'a', as: 'captions' }], of('image/png'))).toEqual([
    { path: 'content[3].attrs.captions', message: 'this file is a picture: put it in as an image' },
  ])
  expect(faultsOf([{ path: 'content[0].attrs.asset', id: 'b', as: 'image' }], of('image/png'))).toEqual([
    { path: 'content[0].attrs.asset', message: 'is no file of this project: upload it here first' },
  ])
  expect(faultsOf([{ path: 'content[0].attrs.asset', id: 'b', as: 'image' }], of('image/png'), new Set(['b']))).toEqual([])
})
