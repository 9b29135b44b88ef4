import { KubeConfig } from '@kubernetes/client-node'
import { readFile } from 'node:fs/promises'

/** What is to be known of a kubeconfig file: nothing yet, that it is as before, what is wrong with it, or what it says now. */
export type KubeconfigReading =
  { is: 'missing' } | { is: 'unchanged' } | { is: 'wrong'; reason: string } | { is: 'new'; config: KubeConfig }

/** A kubeconfig file that may appear later and may be replaced, when credentials are rotated. Only the one context is ever used. */
export class KubeconfigFile {
  private content: string | undefined

  constructor(
    private readonly path: string,
    private readonly context: string,
  ) {}

  async read(): Promise<KubeconfigReading> {
    let content: string
    try {
      content = await readFile(this.path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { is: 'missing' }
      return { is: 'wrong', reason: error instanceof Error ? error.message : String(error) }
    }
    if (content === this.content) return { is: 'unchanged' }
    const reading = this.parse()
    if (reading.is === 'new') this.content = content
    return reading
  }

  private parse(): KubeconfigReading {
    const config = new KubeConfig()
    try {
      config.loadFromFile(this.path)
    } catch (error) {
      return { is: 'wrong', reason: `it is not a kubeconfig (${error instanceof Error ? error.message : String(error)})` }
    }
    if (!config.getContextObject(this.context)) return { is: 'wrong', reason: `it has no context "${this.context}"` }
    config.setCurrentContext(this.context)
    if (!config.getCurrentCluster()) return { is: 'wrong', reason: `the cluster of its context "${this.context}" is missing` }
    return { is: 'new', config }
  }
}
