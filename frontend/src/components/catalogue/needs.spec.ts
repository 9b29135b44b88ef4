import { expect, it } from 'vitest'
import { makeProject } from '../../../test/make'
import { needsOf } from './needs'

it('tells one thing a project, broken apps first', () => {
  const good = { summary: 'Names an iris.', publishedVersion: 1, app: { phase: 'Running' as const } }
  const projects = [
    makeProject({ id: 'good', ...good }),
    makeProject({ id: 'draft', ...good, publishedVersion: null }),
    makeProject({ id: 'bare', publishedVersion: null }),
    makeProject({ id: 'broken', app: { phase: 'Failed' } }),
  ]
  expect(needsOf(projects).map(({ project, kind, action }) => [project.id, kind, action])).toEqual([
    ['broken', 'failed', 'app'],
    ['bare', 'summary', 'summary'],
    ['draft', 'draft', 'draft'],
  ])
  expect(needsOf(projects, 1)).toHaveLength(1)
})
