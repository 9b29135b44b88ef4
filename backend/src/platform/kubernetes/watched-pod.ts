import { LABEL, type ContainerStatus, type Pod } from './kube-objects.js'
import type { WatchedContainer, WatchedPod } from './pod-feed.js'

const REVISION_LABEL = 'serving.knative.dev/revision'

/** A pod as far as logs need it. Pure. */
export function watchedPod({ metadata, status }: Pod): WatchedPod {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    engineId: metadata.labels?.[LABEL.engine] ?? '',
    revision: metadata.labels?.[REVISION_LABEL] ?? null,
    createdAt: new Date(metadata.creationTimestamp ?? 0),
    deleted: metadata.deletionTimestamp !== undefined,
    containers: (status?.containerStatuses ?? []).map(watchedContainer),
  }
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
  }
}

const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text))
