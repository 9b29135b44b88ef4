import { expect, it } from 'vitest'
import { isForbiddenAddress } from './addresses.js'

it.each([
  '127.0.0.1',
  '127.8.9.10',
  '0.0.0.0',
  '169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '::127.0.0.1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  'ff02::1',
  'localhost',
  '',
])('%j is not connected to', (address) => expect(isForbiddenAddress(address)).toBe(true))

it.each(['10.200.0.1', '172.16.0.9', '192.168.1.2', '100.64.0.1', '8.8.8.8', '2001:db8::1', 'fd12:3456::1', '::ffff:10.0.0.1'])(
  '%s may have a registry',
  (address) => expect(isForbiddenAddress(address)).toBe(false),
)
