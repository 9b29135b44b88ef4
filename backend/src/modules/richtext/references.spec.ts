import { expect, it } from 'vitest'
import { newPlacesOf, placesOf, referencesOf } from './references.js'
import type { RichNode, RichText } from './rich-text.js'

const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
const image = (asset: string): RichNode => ({ type: 'image', attrs: { asset } })
const video = (asset: string, captions: string | null = null): RichNode => ({ type: 'video', attrs: { asset, captions } })
const chart = (figure: string): RichNode => {
  const source = { kind: 'figure' as const, figure, hash: 'a'.repeat(64), takenAt: '2026-01-02T03:04:05.000Z' }
  return { type: 'chart', attrs: { id: 'c', title: '', summary: '', height: 300, spec: { data: [], layout: {} }, source } }
}

it('says where a text shows what, and as what, by paths as the checks of a text have them', () => {
  const inside: RichNode = { type: 'callout', attrs: { kind: 'tip' }, content: [{ type: 'paragraph' }, image('a1')] }
  const text = doc(inside, video('a2', 'a3'), { type: 'appEmbed', attrs: { engine: 'e1' } }, chart('f1'))
  expect(placesOf(text)).toEqual([
    { path: 'content[0].content[1].attrs.asset', as: 'image', id: 'a1' },
    { path: 'content[1].attrs.asset', as: 'video', id: 'a2' },
    { path: 'content[1].attrs.captions', as: 'captions', id: 'a3' },
    { path: 'content[2].attrs.engine', as: 'engine', id: 'e1' },
    { path: 'content[3].attrs.source.figure', as: 'figure', id: 'f1' },
  ])
})

it('tells each asset and app once', () => {
  const app: RichNode = { type: 'appEmbed', attrs: { engine: 'e1' } }
  expect(referencesOf(doc(image('a2'), app, video('a1', 'a2'), app, chart('f1')))).toEqual({ assets: ['a2', 'a1'], engines: ['e1'] })
})

it('finds new what was not there before, or was there as something else', () => {
  const before = doc(image('a1'), video('a2'))
  expect(newPlacesOf(doc(video('a2'), image('a1')), before)).toEqual([])
  expect(newPlacesOf(doc(image('a1'), video('a1')), before)).toEqual([{ path: 'content[1].attrs.asset', as: 'video', id: 'a1' }])
  expect(newPlacesOf(doc(image('a1')), null)).toHaveLength(1)
})
