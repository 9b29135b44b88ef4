import type { ResourceQuota } from '../../platform/kubernetes/kube-objects.js'
import { parseQuantity } from '../../platform/kubernetes/quantity.js'
import { bytesText, cpuText } from './engine.causes.js'

/** One resource of which a quota has too little left. */
export interface Shortage {
  /** What it is, as `cpu`, `memory` or `pods`. */
  what: string
  /** Whether a smaller size helps. */
  bySize: boolean
  /** As in "The app takes 3 cpu; 2 of 4 are left." */
  text: string
}

/**
 * What a quota has too little of, by the text with which Kubernetes refuses a pod: `exceeded quota: vitrine, requested: requests.cpu=3, used: …, limited: …`.
 * Empty when it is another text. Pure.
 * @param quota how much is used by now; without it, what the text says of the moment of the refusal
 */
export function shortagesOf(message: string, quota?: ResourceQuota): Shortage[] {
  const [, requested, used, limited] = /exceeded quota: \S+, requested: (.*?), used: (.*?), limited: (.*?)\.?\s*$/m.exec(message) ?? []
  if (requested === undefined || used === undefined || limited === undefined) return []
  const takes = amountsOf(requested)
  const before = amountsOf(used)
  const limits = amountsOf(limited)
  return [...takes].flatMap(([name, amount]) => {
    const hard = quota?.status?.hard?.[name] ?? limits.get(name)
    const inUse = quota?.status?.used?.[name] ?? before.get(name)
    const shortage = hard === undefined || inUse === undefined ? null : shortageOf(name, amount, inUse, hard)
    return shortage ?? []
  })
}

/** `a=1,b=2` */
const amountsOf = (text: string): Map<string, string> =>
  new Map(text.split(',').map((part) => [part.slice(0, part.lastIndexOf('=')).trim(), part.slice(part.lastIndexOf('=') + 1).trim()]))

function shortageOf(name: string, takes: string, used: string, hard: string): Shortage | null {
  const kind = KINDS.find(({ match }) => match.test(name))
  if (!kind) return null
  const { what, unit, format, bySize } = kind
  try {
    const [amount, limit] = [parseQuantity(takes), parseQuantity(hard)]
    const left = Math.max(0, limit - parseQuantity(used))
    return { what, bySize, text: `The app takes ${format(amount)}${unit}; ${format(left)} of ${format(limit)} are left.` }
  } catch {
    // A quantity in a form that is not known: the text of the cluster is shown all the same.
    return null
  }
}

const KINDS: { match: RegExp; what: string; unit: string; format: (amount: number) => string; bySize: boolean }[] = [
  { match: /^(?:requests\.)?cpu$/, what: 'cpu', unit: ' cpu', format: cpuText, bySize: true },
  { match: /^limits\.cpu$/, what: 'cpu', unit: ' cpu at most', format: cpuText, bySize: true },
  { match: /^(?:requests\.)?memory$/, what: 'memory', unit: ' of memory', format: bytesText, bySize: true },
  { match: /^limits\.memory$/, what: 'memory', unit: ' of memory at most', format: bytesText, bySize: true },
  { match: /ephemeral-storage$/, what: 'disk', unit: ' of disk', format: bytesText, bySize: true },
  { match: /^requests\..*gpu/, what: 'GPUs', unit: ' GPUs', format: String, bySize: true },
  { match: /^pods$/, what: 'pods', unit: ' pods', format: String, bySize: false },
  { match: /^count\//, what: 'apps', unit: ' apps', format: String, bySize: false },
]
