import { Injectable, RequestMethod, type OnApplicationBootstrap } from '@nestjs/common'
import { METHOD_METADATA } from '@nestjs/common/constants.js'
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core'
import { ACTION_KEY, PUBLIC_KEY } from '../../common/auth-context/auth-context.js'

/** Stops the start when a route declares neither an action nor that it is public. */
@Injectable()
export class RouteCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const bare = this.undeclared()
    if (bare.length > 0) throw new Error(`These routes declare no action: ${bare.join(', ')}. Give each @Can('…') or @Public().`)
  }

  /** Routes without a declaration, as `Controller.method (VERB)`. */
  undeclared(): string[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      if (!instance || !metatype) return []
      const prototype = Object.getPrototypeOf(instance) as Record<string, (...args: unknown[]) => unknown>
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name]
        const verb = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined)
        if (!handler || verb === undefined) return []
        const targets = [handler, metatype]
        const declared =
          this.reflector.getAllAndOverride<unknown>(ACTION_KEY, targets) ?? this.reflector.getAllAndOverride<unknown>(PUBLIC_KEY, targets)
        return declared === undefined ? [`${metatype.name}.${name} (${RequestMethod[verb]})`] : []
      })
    })
  }
}
