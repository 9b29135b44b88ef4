import { expect, it } from 'vitest'
import { newPlacesOf, placesOf } from './references.js'
import type { RichNode, RichText } from './rich-text.js'

const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
const image = (asset: string): RichNode => ({ type: 'image', attrs: { asset } })
const video = (asset: string, captions: string | null = null): RichNode => ({ type: 'video', attrs: { asset, captions } })

it('says where a text shows what, and as what, by paths as the checks of a text have them', () => {
  const inside: RichNode = { type: 'callout', attrs: { kind: 'tip' }, content: [{ type: 'paragraph' }, image('a1')] }
  expect(placesOf(doc(inside, video('a2', 'a3'), { type: 'appEmbed', attrs: { engine: 'e1' } }))).toEqual([
    { path: 'content[0].content[1].attrs.asset', as: 'image', id: 'a1' },
    { path: 'content[1].attrs.asset', as: 'video', id: 'a2' },
    { path: 'content[1].attrs.captions', as: 'captions', id: 'a3' },
    { path: 'content[2].attrs.engine', as: 'engine', id: 'e1' },
  ])
})

it('finds new what was not there before, or was there as something else', () => {
  const before = doc(image('a1'), video('a2'))
  expect(newPlacesOf(doc(video('a2'), image('a1')), before)).toEqual([])
  expect(newPlacesOf(doc(image('a1'), video('a1')), before)).toEqual([{ path: 'content[1].attrs.asset', as: 'video', id: 'a1' }])
  expect(newPlacesOf(doc(image('a1')), null)).toHaveLength(1)
})
