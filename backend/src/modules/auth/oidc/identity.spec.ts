import { describe, expect, it } from 'vitest'
import { groupNamesOf, identityOf, MAX_GROUPS, needsUserinfo, usernameFrom } from './identity.js'

const settings = { oidcGroupsClaim: 'groups', oidcGroups: '*', oidcAdminGroups: null, oidcAllowedGroups: null } as const
const from = (idToken: Record<string, unknown>, userinfo: Record<string, unknown> = {}, more = {}) =>
  identityOf('https://op', 'sub', idToken, userinfo, { ...settings, ...more })

describe('usernameFrom', () => {
  it.each([
    ['ann', 'ann'],
    ['Ann.Smith', 'ann.smith'],
    ['ann@uni.example', 'ann'],
    ['UNI\\ann', 'uni-ann'],
    ['Jürgen Groß', 'jurgen-gro'],
    ['__x__', 'x'],
    ['a'.repeat(100), 'a'.repeat(56)],
    ['李明', null],
    ['@uni.example', null],
    ['', null],
    ['...', null],
    [42, null],
    [['ann'], null],
    [{ toString: 'ann' }, null],
    [undefined, null],
  ])('%j becomes %j', (value, name) => {
    expect(usernameFrom(value)).toBe(name)
  })
})

describe('identityOf', () => {
  it('takes from the userinfo what the id token lacks', () => {
    const identity = from({ name: 'Ann' }, { name: 'Other', preferred_username: 'ann', groups: ['lab'] })
    expect(identity).toMatchObject({ displayName: 'Ann', username: 'ann', groups: ['lab'] })
    expect(needsUserinfo({ name: 'Ann' }, settings)).toBe(true)
    const whole = { name: 'Ann', preferred_username: 'ann', email: 'a@b.c', email_verified: true }
    expect(needsUserinfo(whole, settings)).toBe(true)
    expect(needsUserinfo(whole, { ...settings, oidcGroups: null })).toBe(false)
  })

  it.each([
    [{ email: 'a@b.c', email_verified: true }, {}, 'a@b.c'],
    [{}, { email: 'a@b.c', email_verified: true }, 'a@b.c'],
    [{ email: 'a@b.c' }, {}, null],
    [{ email: 'a@b.c', email_verified: false }, {}, null],
    [{ email: 'a@b.c', email_verified: 'true' }, {}, null],
    [{ email: 'a@b.c', email_verified: 1 }, {}, null],
    // The address of one place is not verified by the other.
    [{ email: 'victim@b.c' }, { email_verified: true }, null],
    [{ email_verified: true }, { email: 'victim@b.c', email_verified: false }, null],
    [{ email: ['a@b.c'], email_verified: true }, {}, null],
    [{ email: 'no address', email_verified: true }, {}, null],
  ])('of %j and %j the verified address is %j', (idToken, userinfo, email) => {
    expect(from(idToken, userinfo).email).toBe(email)
  })

  it.each([
    ['lab', ['lab']],
    [
      ['lab', 'lab', 'x'],
      ['lab', 'x'],
    ],
    [['lab', 7, null, { name: 'x' }, ['y'], ''], ['lab']],
    [{ lab: true }, []],
    [null, []],
    [undefined, []],
    [7, []],
    [['a'.repeat(257)], []],
  ])('groups given as %j are %j', (groups, names) => {
    expect(from({ groups }).groups).toEqual(names)
  })

  it('has no groups from a claim of that name that every object has', () => {
    expect(from({}, {}, { oidcGroupsClaim: 'constructor' }).groups).toEqual([])
    expect(from({}, {}, { oidcGroupsClaim: '__proto__' }).groups).toEqual([])
  })

  it.each([{ hasgroups: true }, { _claim_names: { groups: 'src1' }, _claim_sources: {} }])(
    'knows by %j that groups were left out',
    (claims) => {
      expect(from(claims)).toMatchObject({ groups: [], groupsLeftOut: true })
      expect(from({ ...claims, groups: ['lab'] }).groupsLeftOut).toBe(false)
      expect(from({ name: 'Ann' }).groupsLeftOut).toBe(false)
    },
  )

  it('shortens and cleans a name', () => {
    expect(from({ name: ` Ann\u0000\nSmith ${'x'.repeat(200)}` }).displayName).toMatch(/^Ann Smith x{110}$/)
    expect(from({ name: '\u0007' }).displayName).toBeNull()
  })
})

describe('groupNamesOf', () => {
  it('takes each valid name, at most so many', () => {
    expect(groupNamesOf(['lab', 'Lab', '/lab', 'a b', '-x'], '*')).toEqual(['lab'])
    const many = Array.from({ length: 10_000 }, (_, i) => `group-${i}`)
    expect(groupNamesOf(many, '*')).toEqual(many.slice(0, MAX_GROUPS))
  })

  it('takes only those that are mapped, wherever they are in the list', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `group-${i}`)
    const rules = new Map([
      ['group-9999', 'last'],
      ['group-1', 'first'],
      ['group-2', 'first'],
    ])
    expect(groupNamesOf(many, rules)).toEqual(['first', 'last'])
    expect(groupNamesOf(many, null)).toEqual([])
  })
})
