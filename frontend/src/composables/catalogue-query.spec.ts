import { describe, expect, it } from 'vitest'
import { activeFilters, cleared, filtersOf, locationOf, queryFrom, toggled, withoutFilter } from './catalogue-query'

const location = { q: 'iris', tag: ['b', 'a'], task: 'other', hasApp: 'true', updated: 'week', sort: 'stars' }

describe('the query of the catalogue', () => {
  it('comes back from the address as it went in', () => {
    const query = queryFrom(location)
    expect(queryFrom(locationOf(query))).toEqual({ ...query, facets: { ...query.facets, tag: ['a', 'b'] } })
    expect(locationOf(query)).toEqual({ ...location, tag: ['a', 'b'] })
  })

  it('leaves what is as usual out of the address', () => {
    expect(locationOf(queryFrom({ q: ' ', sort: 'oldest', updated: 'never', hasApp: 'maybe', tag: [null, ''] }))).toEqual({})
  })

  it('is sent as the portal takes it', () => {
    expect(filtersOf(queryFrom(location))).toMatchObject({ q: 'iris', tag: ['b', 'a'], task: ['other'], hasApp: ['true'], updated: 'week' })
  })

  it('takes alternatives of a facet, but one answer to whether there is an app', () => {
    const more = toggled(toggled(queryFrom(location), 'tag', 'c'), 'tag', 'a')
    expect(more.facets.tag).toEqual(['b', 'c'])
    expect(toggled(more, 'hasApp', 'false').facets.hasApp).toEqual(['false'])
    expect(toggled(more, 'hasApp', 'true').facets.hasApp).toEqual([])
  })

  it('can be taken apart, filter by filter', () => {
    let query = queryFrom(location)
    expect(activeFilters(query).map(({ name }) => name)).toEqual(['q', 'task', 'tag', 'tag', 'hasApp', 'updated'])
    for (const filter of activeFilters(query)) query = withoutFilter(query, filter)
    expect(query).toEqual(cleared(queryFrom(location)))
  })
})
