/** The generated picture of a project: quiet, and always the same for the same id. Numbers only, no markup. */

/** A repeatable source of numbers in 0..1 (mulberry32 over an FNV-1a hash of the seed). */
export function randomFrom(seed: string): () => number {
  let state = 0x811c9dc5
  for (const character of seed) {
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Shape {
  kind: 'path' | 'circle'
  d: string
  cx: number
  cy: number
  r: number
  filled: boolean
  /** 0..1 */
  opacity: number
}

export interface Cover {
  hue: number
  /** Where the gradient goes to. */
  hueEnd: number
  angle: number
  shapes: Shape[]
}

export const coverWidth = 320
export const coverHeight = 132

const round = (value: number): number => Math.round(value * 10) / 10

function path(d: string, opacity: number, filled = false): Shape {
  return { kind: 'path', d, cx: 0, cy: 0, r: 0, filled, opacity }
}

function circle(cx: number, cy: number, r: number, opacity: number, filled = true): Shape {
  return { kind: 'circle', d: '', cx: round(cx), cy: round(cy), r: round(r), filled, opacity }
}

type Pattern = (random: () => number) => Shape[]

/** A smooth line through points, as a path. */
function curve(points: readonly [number, number][]): string {
  return points
    .map(([x, y], index) => {
      const before = points[index - 1]
      if (!before) return `M${round(x)} ${round(y)}`
      const middle = (before[0] + x) / 2
      return `C${round(middle)} ${round(before[1])} ${round(middle)} ${round(y)} ${round(x)} ${round(y)}`
    })
    .join('')
}

function wave(random: () => number, level: number, swing: number): [number, number][] {
  const steps = 6
  return Array.from({ length: steps + 1 }, (_, index): [number, number] => [(index / steps) * coverWidth, level + (random() - 0.5) * swing])
}

/** Stacked areas. */
const areas: Pattern = (random) =>
  [0.4, 0.56, 0.72].map((level, index) =>
    path(`${curve(wave(random, coverHeight * level, 46))}V${coverHeight}H0Z`, 0.14 + index * 0.08, true),
  )

/** Lines of equal height around two hills. */
const contours: Pattern = (random) => {
  const shapes: Shape[] = []
  for (const side of [0.2 + random() * 0.2, 0.65 + random() * 0.25]) {
    const x = coverWidth * side
    const y = coverHeight * (0.25 + random() * 0.5)
    const stretch = 1.2 + random() * 0.6
    // Each ring a little further to one side, as on a slope.
    const lean = (random() - 0.5) * 7
    for (let ring = 1; ring <= 7; ring += 1) {
      const r = ring * 13
      const [a, b] = [round(r * stretch), round(r)]
      const centre = x + lean * ring
      const [left, right, middle] = [round(centre - a), round(centre + a), round(y)]
      shapes.push(path(`M${left} ${middle}A${a} ${b} 0 1 1 ${right} ${middle}A${a} ${b} 0 1 1 ${left} ${middle}`, 0.5 - ring * 0.05))
    }
  }
  return shapes
}

/** Three clusters of points. */
const scatter: Pattern = (random) =>
  [0.22, 0.5, 0.78].flatMap((side) => {
    const x = coverWidth * (side + (random() - 0.5) * 0.12)
    const y = coverHeight * (0.28 + random() * 0.44)
    return Array.from({ length: 22 }, () => {
      const angle = random() * Math.PI * 2
      const distance = (random() + random()) * 30
      return circle(x + Math.cos(angle) * distance * 1.5, y + Math.sin(angle) * distance, 1.6 + random() * 3, 0.22 + random() * 0.4)
    })
  })

/** Layers of a network. */
const network: Pattern = (random) => {
  const counts = [3, 5, 4, 2].map((count) => count + Math.floor(random() * 2))
  const layers = counts.map((count, layer) =>
    Array.from({ length: count }, (_, index): [number, number] => [
      coverWidth * (0.14 + layer * 0.24),
      coverHeight * ((index + 1) / (count + 1)) + (random() - 0.5) * 6,
    ]),
  )
  const lines = layers
    .slice(1)
    .flatMap((layer, index) =>
      layer.flatMap(([x, y]) =>
        (layers[index] ?? [])
          .filter(() => random() > 0.3)
          .map(([fromX, fromY]) => path(`M${round(fromX)} ${round(fromY)}L${round(x)} ${round(y)}`, 0.22)),
      ),
    )
  return [...lines, ...layers.flat().map(([x, y]) => circle(x, y, 4.2, 0.6))]
}

/** A histogram. */
const bars: Pattern = (random) => {
  const peak = 0.25 + random() * 0.5
  const count = 26
  return Array.from({ length: count }, (_, index) => {
    const place = (index + 0.5) / count
    const height = coverHeight * (0.1 + 0.62 * Math.exp(-((place - peak) ** 2) / 0.05) + random() * 0.1)
    const x = round((index / count) * coverWidth + 2.4)
    const width = round(coverWidth / count - 4.8)
    return path(
      `M${x} ${coverHeight}v${-round(height)}h${width}V${coverHeight}Z`,
      0.2 + 0.3 * Math.exp(-((place - peak) ** 2) / 0.08),
      true,
    )
  })
}

/** Quarter circles on a grid. */
const tiles: Pattern = (random) => {
  const size = 33
  const shapes: Shape[] = []
  for (let y = 0; y < coverHeight; y += size) {
    for (let x = 0; x < coverWidth; x += size) {
      const turn = Math.floor(random() * 5)
      if (turn === 4) continue
      const [cornerX, cornerY] = [turn % 2 === 0 ? x : x + size, turn < 2 ? y : y + size]
      const [directionX, directionY] = [turn % 2 === 0 ? 1 : -1, turn < 2 ? 1 : -1]
      const sweep = directionX * directionY > 0 ? 1 : 0
      shapes.push(
        path(
          `M${cornerX} ${cornerY}h${directionX * size}A${size} ${size} 0 0 ${sweep} ${cornerX} ${cornerY + directionY * size}Z`,
          0.1 + random() * 0.22,
          true,
        ),
      )
    }
  }
  return shapes
}

const patterns: readonly Pattern[] = [areas, contours, scatter, network, bars, tiles]

/** The cover for a seed. */
export function coverFor(seed: string): Cover {
  const random = randomFrom(seed)
  const hue = Math.floor(random() * 360)
  const hueEnd = (hue + 30 + Math.floor(random() * 40)) % 360
  const angle = Math.floor(random() * 60) + 15
  const pattern = patterns[Math.floor(random() * patterns.length)] ?? areas
  return { hue, hueEnd, angle, shapes: pattern(random) }
}
