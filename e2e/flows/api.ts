import type { APIRequestContext } from 'playwright-core'

/** Arranges state through the API, with the session of a browser context that has signed in. */
export class Api {
  private constructor(
    private readonly request: APIRequestContext,
    private readonly csrfToken: string,
  ) {}

  static async of(request: APIRequestContext): Promise<Api> {
    const answer = await request.get('/api/auth/me')
    const { csrfToken } = (await answer.json()) as { csrfToken: string }
    return new Api(request, csrfToken)
  }

  /** Creates something and answers it. @throws with the problem when it was refused */
  post<T>(path: string, data: object): Promise<T> {
    return this.write<T>('POST', path, data)
  }

  /** Sets something and answers it. @throws with the problem when it was refused */
  put<T>(path: string, data: object): Promise<T> {
    return this.write<T>('PUT', path, data)
  }

  /** Changes something and answers it. @throws with the problem when it was refused */
  patch<T>(path: string, data: object): Promise<T> {
    return this.write<T>('PATCH', path, data)
  }

  /** Sends something that may be refused. */
  async attempt<T>(method: 'POST' | 'PUT' | 'PATCH', path: string, data: object): Promise<{ status: number; body: T }> {
    const answer = await this.request.fetch(path, { method, data, headers: { 'x-csrf-token': this.csrfToken } })
    return { status: answer.status(), body: (await answer.json()) as T }
  }

  /** Removes something. @throws with the problem when it was refused */
  async delete(path: string): Promise<void> {
    const answer = await this.request.delete(path, { headers: { 'x-csrf-token': this.csrfToken } })
    if (!answer.ok()) throw new Error(`DELETE ${path}: ${answer.status()} ${await answer.text()}`)
  }

  private async write<T>(method: string, path: string, data: object): Promise<T> {
    const answer = await this.request.fetch(path, { method, data, headers: { 'x-csrf-token': this.csrfToken } })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.request.get(path)
    if (!answer.ok()) throw new Error(`GET ${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** Asks until `done` says yes. @throws after `ms` milliseconds, with the last answer */
  async until<T>(path: string, done: (value: T) => boolean, ms: number): Promise<T> {
    const deadline = Date.now() + ms
    for (;;) {
      const value = await this.get<T>(path)
      if (done(value)) return value
      if (Date.now() > deadline) throw new Error(`waited ${ms} ms for ${path}: ${JSON.stringify(value)}`)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
