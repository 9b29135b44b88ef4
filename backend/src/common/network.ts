import { isIPv6 } from 'node:net'

/**
 * What stands for the one who uses an address when attempts are counted: an IPv4 address as it is, of an IPv6 address its /64, because that is what a
 * single subscriber gets and may pick from at will (RFC 6177).
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(bare)) return bare
  // The URL parser writes every form of an address in the one of RFC 5952: groups of hexadecimal digits, at most one `::`.
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const all = tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - after.length).fill('0'), ...after]
  return `${all.slice(0, 4).join(':')}::/64`
}
