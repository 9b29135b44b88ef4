import { Injectable } from '@nestjs/common'

/** Something within a project that is found by its title. */
export interface SearchThing {
  kind: 'report' | 'dataset'
  id: string
  title: string
}

/** What one module has to say of a project: the plain text that it is searched by, and what is found in it by title. */
export interface SearchSource {
  text?: (projectId: string) => Promise<string>
  things?: (projectId: string) => Promise<SearchThing[]>
}

/**
 * By what projects are found beyond their own fields. Modules that keep texts for a project register them, and say when they change; who keeps the words
 * asks for them.
 */
@Injectable()
export class SearchText {
  private readonly sources: { name: string; source: SearchSource }[] = []
  private readonly listeners: ((projectId: string) => Promise<void>)[] = []

  /** Registers the text that one module has of each project; with `things`, what is found in it by title, too. */
  register(name: string, text: SearchSource['text'], things?: SearchSource['things']): void {
    this.sources.push({ name, source: { ...(text ? { text } : {}), ...(things ? { things } : {}) } })
  }

  /** Tells that what is registered of the project has changed. Resolves when this process finds it by its new words; never throws. */
  async changed(projectId: string): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener(projectId)))
  }

  /** Calls back with each project of which something changed. Listeners do not throw. */
  onChanged(listener: (projectId: string) => Promise<void>): void {
    this.listeners.push(listener)
  }

  /** All that is registered of the project, as it is now. */
  async of(projectId: string): Promise<{ text: string; things: SearchThing[] }> {
    const [texts, things] = await Promise.all([
      Promise.all(this.sources.map(async ({ source }) => (await source.text?.(projectId)) ?? '')),
      Promise.all(this.sources.map(async ({ source }) => (await source.things?.(projectId)) ?? [])),
    ])
    return { text: texts.join('\n'), things: things.flat() }
  }
}
