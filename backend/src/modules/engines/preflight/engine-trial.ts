import { Injectable } from '@nestjs/common'
import { AppWatch } from '../../../platform/kubernetes/app-watch.js'
import { Cluster } from '../../../platform/kubernetes/cluster.js'
import { KubeError } from '../../../platform/kubernetes/kube-error.js'
import { refOf, type KubeObject } from '../../../platform/kubernetes/kube-objects.js'
import type { Engine } from '../engine.js'
import { EngineDeployer } from '../engine.deployer.js'
import { ProjectNamespaces } from '../project-namespaces.js'
import { diffOf, podOf } from './preflight.js'

/** What the cluster made of an app that was only tried out. */
export interface Trial {
  /** What would change there, as a unified diff. */
  diff: string
  /** Why it would not admit the app's pods; null when it would. */
  refusal: KubeError | null
}

/** Asks the cluster what it would make of an app, as a dry run. */
@Injectable()
export class EngineTrial {
  constructor(
    private readonly deployer: EngineDeployer,
    private readonly namespaces: ProjectNamespaces,
    private readonly cluster: Cluster,
    private readonly watch: AppWatch,
  ) {}

  /** Whether the cluster answers. */
  get ready(): boolean {
    return this.deployer.ready
  }

  /** @throws KubeError when the objects themselves are refused, or the cluster could not be asked; ManifestRefused as a deploy would */
  async run(engine: Engine): Promise<Trial> {
    const driver = await this.deployer.driverFor(engine)
    const namespace = this.watch.namespaceOf(engine.projectId)?.metadata
    // All else is asked within it.
    await this.namespaces.ensure(engine, this.deployer.driverOf({ driver: null }).name, namespace)
    const manifests = this.deployer.render(engine, driver)
    const [before, after] = await Promise.all([
      Promise.all(manifests.map((manifest) => this.cluster.get<KubeObject>(refOf(manifest)))),
      Promise.all(manifests.map((manifest) => this.cluster.tryApply<KubeObject>(manifest))),
    ])
    return { diff: diffOf(before, after), refusal: await this.refusalOfPod(manifests[0]) }
  }

  /** Objects that make pods are taken whatever their pods are like: only a pod is asked about. */
  private async refusalOfPod(manifest: Parameters<typeof podOf>[0] | undefined): Promise<KubeError | null> {
    if (!manifest) return null
    try {
      await this.cluster.tryCreate(podOf(manifest))
      return null
    } catch (error) {
      if (error instanceof KubeError) return error
      throw error
    }
  }
}
