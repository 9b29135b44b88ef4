import { describe, expect, it } from 'vitest'
import { ManifestRefused, parseManifests, type Allowed } from './parse.js'

const allowed: Allowed[] = [{ apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'mine', names: ['vitrine', 'other'] }]
const manifest = (lines = '', name = 'vitrine', namespace = 'mine', kind = 'ResourceQuota'): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${lines}`

describe('rendered manifests', () => {
  it('are read, several from one text', () => {
    const read = parseManifests('quota', [manifest('spec: { hard: { pods: "1" } }\n'), manifest('', 'other')].join('---\n'), allowed)
    expect(read.map(({ metadata }) => metadata.name)).toEqual(['vitrine', 'other'])
    expect(read[0]).toMatchObject({ spec: { hard: { pods: '1' } } })
  })

  it.each([
    ['a kind that is not expected', manifest('', 'vitrine', 'mine', 'Secret'), /kind/],
    ['another version of the kind', manifest().replace('v1', 'v2'), /kind/],
    ['another name', manifest('', 'mine-too'), /name/],
    ['another namespace', manifest('', 'vitrine', 'kube-system'), /namespace/],
    ['no namespace', 'apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: vitrine\n', /namespace/],
    ['no name', 'apiVersion: v1\nkind: ResourceQuota\n', /apiVersion, kind or name/],
    ['the same object twice', [manifest(), manifest()].join('---\n'), /twice/],
    ['a key twice', manifest('spec: {}\nspec: {}\n'), /not YAML/],
    ['an alias', manifest('a: &x {}\nb: *x\n'), /alias|anchor/],
    ['a tag', manifest('a: !!binary aGk=\n'), /tag/],
    ['an unknown tag', manifest('a: !js "1"\n'), /YAML|tag/],
    ['broken indentation', manifest('spec:\n a: 1\n  b: 2\n'), /not YAML/],
    ['nothing', '', /empty/],
    ['a list', '- a\n', /apiVersion/],
    ['a document that is only a comment', `${manifest()}---\n# nothing\n`, /apiVersion/],
  ])('are refused with %s', (_, text, reason) => expect(() => parseManifests('quota', text, allowed)).toThrow(reason))

  it('are refused with the name of the template', () => {
    const parse = () => parseManifests('quota of knative', manifest('', 'mine-too'), allowed)
    expect(parse).toThrow(ManifestRefused)
    expect(parse).toThrow(/the template quota of knative makes what must not be applied: v1 ResourceQuota "mine-too" has another name/)
  })
})
