import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common'
import { ApiExtension } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Action, Scope } from '../policy/actions.js'
import type { AuditTrail } from './audit-trail.js'

/** The role that someone has on the whole instance. */
export const GLOBAL_ROLES = ['admin', 'user'] as const
export type GlobalRole = (typeof GLOBAL_ROLES)[number]

/** Who is asking. */
export interface AuthUser {
  /** Empty for an anonymous caller. */
  id: string
  username: string
  displayName: string
  role: GlobalRole | 'anonymous'
  groupIds: string[]
}

/** What a token is limited to. */
export interface TokenScope {
  scopes: Scope[]
  /** The only project that it can be used on; null for all of its owner's. */
  projectId: string | null
}

/** Where a request came from. */
export interface Origin {
  address: string
  userAgent: string
}

/** Who is asking and by which means; the first argument of every use case. */
export interface AuthContext {
  user: AuthUser
  /** `session` for a browser's cookie, `token` for a bearer token, `anonymous` for neither. */
  via: 'session' | 'token' | 'anonymous'
  /** The id of the session or of the token; empty for neither. */
  credentialId: string
  /** What the token is limited to; null for a session. */
  scope: TokenScope | null
  /** A first or reset password: nothing but changing it is allowed. */
  mustChangePassword: boolean
  origin: Origin
  trail: AuditTrail
}

export const ACTION_KEY = 'vitrine:action'
export const PUBLIC_KEY = 'vitrine:public'
/** Tells the OpenAPI document that an operation is public. */
export const PUBLIC_EXTENSION = 'x-public'

/** Declares the action that a route carries out; a route with neither this nor {@link Public} stops the start. */
export const Can = (action: Action) => SetMetadata(ACTION_KEY, action)

/** Declares that a route needs neither an account nor a permission. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC_KEY, true), ApiExtension(PUBLIC_EXTENSION, true))

/** A request that has passed the guard carries who is asking; every request of the API carries its trail. */
export type AuthenticatedRequest = FastifyRequest & { auth?: AuthContext; trail?: AuditTrail }

/** The caller's {@link AuthContext}, as a parameter of a controller's method. */
export const Auth = createParamDecorator((_: unknown, context: ExecutionContext): AuthContext => {
  const { auth } = context.switchToHttp().getRequest<AuthenticatedRequest>()
  if (!auth) throw new Error('@Auth() on a route that does not ask who is there')
  return auth
})

/** The request's {@link AuditTrail}, as a parameter of a controller's method on a public route. */
export const Trail = createParamDecorator((_: unknown, context: ExecutionContext): AuditTrail => {
  const { trail } = context.switchToHttp().getRequest<AuthenticatedRequest>()
  if (!trail) throw new Error('a request of the API without a trail')
  return trail
})
