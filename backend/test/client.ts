/** An answer of the API; `body` is the parsed JSON, or null when there is none. */
export interface Answer<T> {
  status: number
  headers: Headers
  body: T
}

/** The body of a problem. */
export interface ProblemBody {
  code: string
  status: number
  detail: string
  requestId: string
  errors?: { path: string; message: string }[]
}

/** A client of the API with a cookie and a CSRF token, as a browser has them, or with a bearer token. Redirects are not followed. */
export class TestClient {
  csrfToken: string | undefined
  cookie: string | undefined
  bearer: string | undefined

  /** @param url address of the portal; a session outlives a restart on another port */
  constructor(public url: string) {}

  async signIn(credentials: { username: string; password: string }): Promise<void> {
    const answer = await this.post<{ csrfToken: string }>('/api/auth/login', credentials)
    if (answer.status !== 200) throw new Error(`signing in failed: ${answer.status} ${JSON.stringify(answer.body)}`)
    this.keep(answer.headers)
    this.csrfToken = answer.body.csrfToken
  }

  /** Keeps the cookies that an answer sets, as a browser does. */
  keep(headers: Headers): void {
    const jar = new Map(
      (this.cookie ?? '')
        .split('; ')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair]),
    )
    for (const line of headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair)
    }
    this.cookie = [...jar.values()].filter((pair) => !pair.endsWith('=')).join('; ') || undefined
  }

  /** The value of a cookie that is kept. */
  cookieValue(name: string): string | undefined {
    return this.cookie
      ?.split('; ')
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  }

  get<T = ProblemBody>(path: string): Promise<Answer<T>> {
    return this.send<T>('GET', path)
  }

  post<T = ProblemBody>(path: string, body: unknown = {}): Promise<Answer<T>> {
    return this.send<T>('POST', path, body)
  }

  put<T = ProblemBody>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send<T>('PUT', path, body)
  }

  patch<T = ProblemBody>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send<T>('PATCH', path, body)
  }

  delete<T = ProblemBody>(path: string): Promise<Answer<T>> {
    return this.send<T>('DELETE', path)
  }

  async send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const answer = await this.fetch(path, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: (text === '' ? null : JSON.parse(text)) as T }
  }

  /** The bare request with this client's credentials, for streams and what is no JSON. */
  fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    return fetch(this.url + path, {
      redirect: 'manual',
      ...init,
      headers: {
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(this.csrfToken === undefined ? {} : { 'x-csrf-token': this.csrfToken }),
        ...(this.bearer === undefined ? {} : { authorization: `Bearer ${this.bearer}` }),
        ...init.headers,
      },
    })
  }
}
