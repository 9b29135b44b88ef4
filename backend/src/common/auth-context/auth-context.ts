import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'

/** Who is asking. */
export interface AuthUser {
  id: string
  username: string
  displayName: string
  role: 'admin' | 'user'
}

/** Who is asking and by which means; the first argument of every use case. */
export interface AuthContext {
  user: AuthUser
  /** `session` for a browser's cookie, `token` for a bearer token. */
  via: 'session' | 'token'
  /** The id of the session or of the token. */
  credentialId: string
}

/** What someone may do. The verbs are those of the routes. */
export type Action =
  | 'self:read'
  | 'self:update'
  | 'project:create'
  | 'project:read'
  | 'project:update'
  | 'project:delete'
  | 'dataset:create'
  | 'dataset:read'
  | 'dataset:update'
  | 'dataset:delete'
  | 'engine:create'
  | 'engine:read'
  | 'engine:update'
  | 'engine:delete'
  | 'system:read'

export const ACTION_KEY = 'vitrine:action'
export const PUBLIC_KEY = 'vitrine:public'

/** Declares the action that a route carries out; a route with neither this nor {@link Public} stops the start. */
export const Can = (action: Action) => SetMetadata(ACTION_KEY, action)

/** Declares that a route needs no account. */
export const Public = () => SetMetadata(PUBLIC_KEY, true)

/** A request that has passed the guard carries who is asking. */
export type AuthenticatedRequest = FastifyRequest & { auth?: AuthContext }

/** The caller's {@link AuthContext}, as a parameter of a controller's method. */
export const Auth = createParamDecorator((_: unknown, context: ExecutionContext): AuthContext => {
  const { auth } = context.switchToHttp().getRequest<AuthenticatedRequest>()
  if (!auth) throw new Error('@Auth() on a route that does not ask for an account')
  return auth
})
