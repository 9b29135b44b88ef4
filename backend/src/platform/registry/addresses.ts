import { BlockList, isIP } from 'node:net'

/** This machine, its link and the world's special addresses: nobody keeps a registry there, but much that answers only to its neighbours. */
const FORBIDDEN = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  // Also where clouds tell their machines who they are.
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 3],
] as const)
  FORBIDDEN.addSubnet(network, prefix, 'ipv4')
// The same of Alibaba's cloud and of Azure's, which lie elsewhere.
for (const address of ['100.100.100.200', '168.63.129.16']) FORBIDDEN.addAddress(address, 'ipv4')
for (const [network, prefix] of [
  // Everything below ::/96 is this machine or an IPv4 address in an outdated form.
  ['::', 96],
  ['fe80::', 10],
  ['ff00::', 8],
  // Ways to write an IPv4 address that a machine in between would unwrap: NAT64 and 6to4.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
] as const)
  FORBIDDEN.addSubnet(network, prefix, 'ipv6')
// Amazon's and Google's, where they speak IPv6.
for (const address of ['fd00:ec2::254', 'fd20:ce::254']) FORBIDDEN.addAddress(address, 'ipv6')

/**
 * Whether the portal must not connect to an address because a user asked for it. Private networks are fine: that is where registries of a cluster are.
 * @param address an IP address; whatever is none is forbidden
 */
export function isForbiddenAddress(address: string): boolean {
  const [bare = ''] = address.split('%')
  const family = isIP(bare)
  if (family === 0) return true
  // The list takes an IPv4 address in IPv6 clothes for what it is.
  return FORBIDDEN.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}
