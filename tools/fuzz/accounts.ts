import { randomBytes } from 'node:crypto'

/** How a request shows who it is from. */
export type Credentials = Record<string, string>

/** The scopes that a token can have, as the OpenAPI document lists them. */
export interface AccountsOptions {
  url: string
  admin: { username: string; password: string }
  scopes: string[]
}

const PASSWORD = `Fuzz-${randomBytes(12).toString('base64url')}`

/**
 * Makes accounts through the API as the first admin, the keeper. What the fuzzer is given may be ended by what it sends (a sign-out, another password, a
 * deleted account); it then gets a new one.
 */
export class Accounts {
  readonly password = PASSWORD
  /** The keeper's id: the gate does not let it be named, for without it nobody could be made any more. */
  keeperId = ''
  private readonly options: AccountsOptions
  private keeper: Credentials | null = null
  private count = 0

  constructor(options: AccountsOptions) {
    this.options = options
  }

  /** A new account with a token of every scope, or with a session. */
  async make(role: 'user' | 'admin', via: 'token' | 'session'): Promise<Credentials> {
    const username = `fuzz-${role}-${++this.count}-${randomBytes(3).toString('hex')}`
    const { temporaryPassword } = await this.asKeeper<{ temporaryPassword: string }>('POST', '/api/iam/users', { username, role })
    let session = await this.signIn(username, temporaryPassword)
    const answer = await this.ask('POST', '/api/auth/password', { currentPassword: temporaryPassword, newPassword: this.password }, session)
    session = sessionOf(answer.headers.getSetCookie(), ((await answer.json()) as SignedIn).csrfToken)
    if (via === 'session') return session
    const made = await this.ask('POST', '/api/iam/tokens', { name: 'fuzz', scopes: this.options.scopes }, session)
    const { token } = (await made.json()) as { token: string }
    return { authorization: `Bearer ${token}` }
  }

  /** Sends a request as the keeper. @returns the parsed body */
  async asKeeper<T>(method: string, path: string, body?: unknown): Promise<T> {
    this.keeper ??= await this.signInKeeper()
    let answer = await this.send(method, path, body, this.keeper)
    if (answer.status === 401) {
      this.keeper = await this.signInKeeper()
      answer = await this.send(method, path, body, this.keeper)
    }
    return (await accepted(answer, method, path).then((good) => good.json())) as T
  }

  /** Sends a request with some credentials. @throws when it is refused */
  async ask(method: string, path: string, body: unknown, credentials: Credentials): Promise<Response> {
    return accepted(await this.send(method, path, body, credentials), method, path)
  }

  private async signInKeeper(): Promise<Credentials> {
    const { username, password } = this.options.admin
    const session = await this.signIn(username, password)
    const me = await this.ask('GET', '/api/auth/me', undefined, session)
    this.keeperId = ((await me.json()) as { user: { id: string } }).user.id
    return session
  }

  private async signIn(username: string, password: string): Promise<Credentials> {
    const answer = await this.ask('POST', '/api/auth/login', { username, password }, {})
    return sessionOf(answer.headers.getSetCookie(), ((await answer.json()) as SignedIn).csrfToken)
  }

  private send(method: string, path: string, body: unknown, credentials: Credentials): Promise<Response> {
    return fetch(this.options.url + path, {
      method,
      headers: {
        ...credentials,
        'x-forwarded-for': freshAddress(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}

interface SignedIn {
  csrfToken: string
}

let addresses = 0
/** Another client address each time: what guards against guessing must not keep the fuzzer from being answered. */
export const freshAddress = (): string => {
  addresses++
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`
}

/** The cookies that an answer set, with the token that goes with them. */
export function sessionOf(setCookies: string[], csrfToken: string): Credentials {
  return { cookie: setCookies.map((line) => line.split(';')[0] ?? '').join('; '), 'x-csrf-token': csrfToken }
}

async function accepted(answer: Response, method: string, path: string): Promise<Response> {
  if (answer.ok) return answer
  throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
}
