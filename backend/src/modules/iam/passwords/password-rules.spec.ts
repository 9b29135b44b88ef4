import { describe, expect, it } from 'vitest'
import { weaknessOf } from './password-rules.js'
import { newTemporaryPassword } from './temporary-password.js'

const owner = { username: 'ann.lee', email: 'ann@example.org' }

describe('weaknessOf', () => {
  it.each([
    ['eleven chars', 'kx82jd9w-q1'],
    ['few different characters', 'ababababababab'],
    ['the user name', 'xq-Ann.Lee-93k'],
    ['the address', 'Ann@Example.org!'],
    ['a common one of that length', 'qwertyuiop123'],
    ['a common word with digits', 'dragon123456'],
    ['a common word with a year', 'Superman2024!'],
    ['a common word with digits before and after', '2024Football99'],
    ['a common word with look-alikes', 'P@ssw0rd1234'],
    ['a common word twice', 'passwordpassword'],
    ['a common word three times and digits', 'monkeymonkeymonkey7'],
    ['two common words', 'sunshinedragon'],
    ['two common words with digits and signs', 'Sunshine1!Dragon2'],
    ['the digits', '123456789012'],
    ['the alphabet', 'abcdefghijklmn'],
    ['a run along the keyboard, backwards', 'poiuytrewqlkj'],
    ['several runs', 'qwertasdfgzxcvb'],
    ['many signs after a common word', 'password!!!!!!!!!!!'],
  ])('refuses %s', (_, password) => {
    expect(weaknessOf(password, owner)).not.toBeNull()
  })

  it.each([
    'correct horse battery staple',
    'k3Jv9wQ2mX8b',
    'test-user-3hT8vW1z',
    'wandering teal otters hum',
    'Zwölf Boxkämpfer jagen',
    '我家后院有一棵很老的苹果树',
    'x7!Kd-vn20-Qq',
    newTemporaryPassword(),
  ])('lets "%s" pass', (password) => {
    expect(weaknessOf(password, owner)).toBeNull()
  })

  it('is fast, also for the longest password', () => {
    weaknessOf('warms up the list', owner)
    const passwords = ['k3Jv9wQ2mX8b', 'correct horse battery staple', 'Superman2024!', newTemporaryPassword()]
    // Time of the processor, not of the clock: how busy the machine is does not matter.
    const spent = (work: () => void): number => {
      const from = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(from)
      return (user + system) / 1_000
    }
    const all = spent(() => {
      for (let i = 0; i < 250; i++) for (const password of passwords) weaknessOf(password, owner)
    })
    expect(all / 1_000).toBeLessThan(1)
    expect(spent(() => weaknessOf('kx8 '.repeat(255) + 'end', owner))).toBeLessThan(100)
  })
})
