import type { AppAccess, Engine, EngineChanges, EngineInput, EngineOptions, FieldChange, Health, Scaling } from '../models'
import { lineOf, wordsOf } from './words'

export interface VariableRow {
  key: number
  name: string
  value: string
}

/** A secret as the form has it. What is stored has no value here: it is kept, replaced or removed. */
export interface SecretRow {
  key: number
  name: string
  value: string
  state: 'new' | 'kept' | 'replaced' | 'removed'
}

/** What is typed into the form of an app; numbers are texts until they are sent. */
export interface EngineDraft {
  name: string
  image: string
  port: string
  /** As command lines of {@link wordsOf}. */
  command: string
  args: string
  env: VariableRow[]
  secrets: SecretRow[]
  size: string
  min: string
  max: string
  metric: Scaling['metric']
  target: string
  window: string
  delay: string
  healthKind: Health['kind']
  healthPath: string
  startup: string
  access: AppAccess
  /** Hours until a preview goes away; 0 for an app that stays. Only for a new one. */
  lease: number
}

/** How long a preview may be asked for, in hours. */
export const leaseHours = [1, 4, 24, 72, 168] as const

let nextKey = 0
/** A key for a new row of the form. */
export const rowKey = (): number => (nextKey += 1)

/** The form of a new app, or of one that is there. */
export function draftOf(engine: Engine | null, { defaults }: Pick<EngineOptions, 'defaults'>): EngineDraft {
  const { scaling, health, access, size } = engine ?? defaults
  return {
    name: engine?.name ?? '',
    image: engine?.image ?? '',
    port: engine ? String(engine.port) : '',
    command: lineOf(engine?.command ?? []),
    args: lineOf(engine?.args ?? []),
    env: Object.entries(engine?.env ?? {}).map(([name, value]) => ({ key: rowKey(), name, value })),
    secrets: (engine?.secrets ?? []).map((name) => ({ key: rowKey(), name, value: '', state: 'kept' })),
    size,
    min: String(scaling.min),
    max: String(scaling.max),
    metric: scaling.metric,
    target: String(scaling.target),
    window: scaling.windowSeconds === null ? '' : String(scaling.windowSeconds),
    delay: String(scaling.scaleDownDelaySeconds),
    healthKind: health.kind,
    healthPath: health.path,
    startup: String(health.startupSeconds),
    access,
    lease: 0,
  }
}

const used = ({ name, value }: { name: string; value: string }): boolean => name !== '' || value !== ''

/** What the form says, as the portal takes it for a new app. Only for a form without {@link mistakesOf}. */
export function inputOf(draft: EngineDraft): EngineInput {
  const http = draft.healthKind === 'http'
  return {
    name: draft.name.trim(),
    image: draft.image.trim(),
    port: Number(draft.port),
    command: wordsOf(draft.command).words,
    args: wordsOf(draft.args).words,
    env: Object.fromEntries(draft.env.filter(used).map(({ name, value }) => [name, value])),
    secrets: Object.fromEntries(
      draft.secrets.flatMap(({ name, value, state }) => ((state === 'new' && name !== '') || state === 'replaced' ? [[name, value]] : [])),
    ),
    size: draft.size,
    scaling: {
      min: Number(draft.min),
      max: Number(draft.max),
      metric: draft.metric,
      target: Number(draft.target),
      windowSeconds: draft.window.trim() === '' ? null : Number(draft.window),
      scaleDownDelaySeconds: Number(draft.delay),
    },
    health: { kind: draft.healthKind, path: http ? draft.healthPath.trim() : '', startupSeconds: Number(draft.startup) },
    access: draft.access,
    ...(draft.lease > 0 ? { leaseHours: draft.lease } : {}),
  }
}

const same = (one: unknown, other: unknown): boolean => stable(one) === stable(other)
/** JSON with the names in order: the order of an environment means nothing. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )

/** What the form changes of an app: only that is sent, so that the rest stays as it is, whoever changed it last. */
export function changesOf(draft: EngineDraft, engine: Engine): Omit<EngineChanges, 'revision'> {
  const input = inputOf(draft)
  const { image, port, command, args, env, size, scaling, health, access } = input
  const wanted = { image, port, command, args, env, size, scaling, health, access }
  const now: Record<keyof typeof wanted, unknown> = { ...engine, env: engine.env ?? {} }
  const changed = Object.entries(wanted).filter(([field, value]) => !same(value, now[field as keyof typeof wanted]))
  const removed = draft.secrets.filter(({ state }) => state === 'removed').map(({ name }) => [name, null])
  const secrets = { ...Object.fromEntries(removed), ...input.secrets } as Record<string, string | null>
  return { ...Object.fromEntries(changed), ...(Object.keys(secrets).length > 0 ? { secrets } : {}) }
}

/** A value as the portal writes it: nothing for what is not set, words of a command as a list. */
const shown = (value: unknown): string | null => {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The same, to be read: one line for each field, each variable, each part of scaling and health. Secrets without their values. */
export function readableChanges(draft: EngineDraft, engine: Engine): FieldChange[] {
  const { secrets = {}, env, ...changes } = changesOf(draft, engine)
  const lines: FieldChange[] = []
  for (const [field, value] of Object.entries(changes)) {
    const now: unknown = engine[field as keyof Engine]
    if (typeof value !== 'object' || Array.isArray(value)) {
      lines.push({ field, before: shown(now), after: shown(value) })
      continue
    }
    for (const [part, [before, after]] of parts(now, value)) {
      lines.push({ field: `${field}.${part}`, before: shown(before), after: shown(after) })
    }
  }
  for (const [name, [before, after]] of env ? parts(engine.env, env) : []) {
    lines.push({
      field: `env.${name}`,
      before: typeof before === 'string' ? before : null,
      after: typeof after === 'string' ? after : null,
    })
  }
  for (const [name, value] of Object.entries(secrets)) {
    const known = engine.secrets?.includes(name) ?? false
    lines.push({ field: `secrets.${name}`, before: known ? 'set' : null, after: value === null ? null : known ? 'set anew' : 'set' })
  }
  return lines
}

/** What differs between two objects, by name: what it was, and what it is. */
function parts(before: unknown, after: unknown): [name: string, values: [unknown, unknown]][] {
  const [was, is] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return names.filter((name) => !same(was[name], is[name])).map((name) => [name, [was[name], is[name]]])
}

/**
 * The form on top of what someone else made of the app meanwhile: what was changed here stays as it was typed, the rest follows them.
 * @param before the app that the form was opened with
 */
export function rebased(draft: EngineDraft, before: Engine, now: Engine, options: Pick<EngineOptions, 'defaults'>): EngineDraft {
  const [old, fresh] = [draftOf(before, options), draftOf(now, options)]
  const plain = (key: keyof EngineDraft, from: EngineDraft): unknown => {
    const value = from[key]
    return Array.isArray(value) ? value.map(({ key: _, ...row }) => row) : value
  }
  const mine = Object.keys(draft).filter((key) => !same(plain(key as keyof EngineDraft, draft), plain(key as keyof EngineDraft, old)))
  return { ...fresh, ...Object.fromEntries(mine.map((key) => [key, draft[key as keyof EngineDraft]])) }
}

/** What is wrong with a form, by the path of the field; each value is the last part of the text's key. */
export type Mistakes = Record<string, string>

const namePattern = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/

function inRange(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most
}

/** What can be said without asking the portal. `autoscaling`: whether the driver does that; without it there is one number of copies. */
export function mistakesOf(draft: EngineDraft, isNew: boolean, autoscaling: boolean): Mistakes {
  const found: Mistakes = {}
  if (isNew && draft.name.trim() === '') found['name'] = 'needName'
  else if (isNew && !namePattern.test(draft.name.trim())) found['name'] = 'badName'
  if (draft.image.trim() === '') found['image'] = 'needImage'
  if (!inRange(draft.port, 1, 65_535)) found['port'] = 'badPort'
  for (const field of ['command', 'args'] as const) {
    const { problem } = wordsOf(draft[field])
    if (problem) found[field] = problem
  }
  const names = [...draft.env.filter(used), ...draft.secrets.filter((row) => row.state !== 'new' || used(row))].map(({ name }) => name)
  for (const [list, rows] of [
    ['env', draft.env],
    ['secrets', draft.secrets],
  ] as const) {
    for (const row of rows) {
      const stored = 'state' in row && row.state !== 'new'
      if (!stored && !used(row)) continue
      const path = `${list}.#${row.key}`
      if (!stored && !variablePattern.test(row.name)) found[path] = 'badEnvName'
      else if (!stored && names.filter((name) => name === row.name).length > 1) found[path] = 'twiceEnvName'
      else if ('state' in row && (row.state === 'new' || row.state === 'replaced') && row.value === '') found[path] = 'needSecret'
    }
  }
  if (!inRange(draft.min, 0, 20)) found['scaling.min'] = 'badMin'
  if (autoscaling) {
    if (!inRange(draft.max, 1, 20)) found['scaling.max'] = 'badMax'
    else if (!found['scaling.min'] && Number(draft.min) > Number(draft.max)) found['scaling.max'] = 'maxBelowMin'
    if (!inRange(draft.target, 1, 1000)) found['scaling.target'] = 'badTarget'
    if (draft.window.trim() !== '' && !inRange(draft.window, 6, 3600)) found['scaling.windowSeconds'] = 'badWindow'
    if (!inRange(draft.delay, 0, 3600)) found['scaling.scaleDownDelaySeconds'] = 'badDelay'
  }
  if (draft.healthKind === 'http' && !/^\/[!-~]*$/.test(draft.healthPath.trim())) found['health.path'] = 'badPath'
  if (!inRange(draft.startup, 10, 1800)) found['health.startupSeconds'] = 'badStartup'
  return found
}
