import { LABEL, type ContainerState, type ContainerStatus, type Pod } from './kube-objects.js'
import type { ContainerEnd, WatchedContainer, WatchedPod } from './pod-feed.js'

const REVISION_LABEL = 'serving.knative.dev/revision'

/** A pod as far as logs need it. Pure. */
export function watchedPod({ metadata, status }: Pod): WatchedPod {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    engineId: metadata.labels?.[LABEL.engine] ?? '',
    revision: metadata.labels?.[REVISION_LABEL] ?? generationOf(metadata.labels),
    createdAt: new Date(metadata.creationTimestamp ?? 0),
    deleted: metadata.deletionTimestamp !== undefined,
    containers: (status?.containerStatuses ?? []).map(watchedContainer),
  }
}

/** Without Knative a revision has no name of its own: it is the generation that was deployed, as in `v3`. */
function generationOf(labels: Record<string, string> = {}): string | null {
  const generation = labels[LABEL.generation]
  return labels[LABEL.runtime] === undefined || generation === undefined ? null : `v${generation}`
}

function watchedContainer({ name, restartCount = 0, state = {}, lastState = {} }: ContainerStatus): WatchedContainer {
  // Between two runs of a container that crashes, the ended one is the last.
  const ended = state.terminated ?? (state.running ? undefined : lastState.terminated)
  return {
    name,
    restartCount,
    started: state.running !== undefined || ended !== undefined,
    startedAt: dateOf(state.running?.startedAt ?? ended?.startedAt),
    finishedAt: state.running ? null : dateOf(ended?.finishedAt),
    lastEnd: endOf(state.terminated ?? lastState.terminated),
  }
}

function endOf(terminated: ContainerState['terminated']): ContainerEnd | null {
  if (!terminated) return null
  return { at: dateOf(terminated.finishedAt), exitCode: terminated.exitCode ?? 0, reason: terminated.reason ?? null }
}

const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text))
