import { RouteConfig } from '@nestjs/platform-fastify'

/** How much the body of a route may hold where that is more than usual. */
export interface BodyLimits {
  bytes: number
  /** Levels of nesting. */
  depth: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    body?: BodyLimits
  }
}

/** Lets a route take a larger and deeper body than others: what a person wrote, rather than the fields of a form. */
export const LargeBody = (body: BodyLimits): MethodDecorator => RouteConfig({ body })
