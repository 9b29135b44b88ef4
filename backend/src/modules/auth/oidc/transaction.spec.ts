import { describe, expect, it } from 'vitest'
import { TRANSACTION_MS, TransactionSeal } from './transaction.js'

const at = new Date('2026-01-01T00:00:00Z')
const transaction = { state: 's', nonce: 'n', verifier: 'v', returnTo: '/p/iris', at: at.getTime() }
const seal = new TransactionSeal('k3Jv9wQ2mX8bT5nR7cY1pL4sD6fG0hZa')
const bytesOf = (sealed: string): Buffer => Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url')

describe('TransactionSeal', () => {
  it('opens what it sealed, shows nothing of it, and seals the same thing differently each time', () => {
    const sealed = seal.seal(transaction)
    expect(seal.open(sealed, at)).toEqual(transaction)
    expect(sealed).toMatch(/^v1\./)
    expect(bytesOf(sealed).toString('latin1')).not.toContain('iris')
    expect(seal.seal(transaction)).not.toBe(sealed)
  })

  it('does not open what is too old', () => {
    const sealed = seal.seal(transaction)
    expect(seal.open(sealed, new Date(at.getTime() + TRANSACTION_MS - 1))).not.toBeNull()
    expect(seal.open(sealed, new Date(at.getTime() + TRANSACTION_MS))).toBeNull()
  })

  it('does not open what was changed, anywhere', () => {
    const bytes = bytesOf(seal.seal(transaction))
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(seal.open(`v1.${changed.toString('base64url')}`, at)).toBeNull()
    }
  })

  it.each([undefined, '', 'x', '!!!', 'A'.repeat(500), 'v1.', 'v1.AAAA', `v1.${'A'.repeat(500)}`])('does not open %s', (value) => {
    expect(seal.open(value, at)).toBeNull()
  })

  it('does not open what another secret sealed', () => {
    expect(new TransactionSeal('another-secret-0123456789abcdefghijk').open(seal.seal(transaction), at)).toBeNull()
  })
})
