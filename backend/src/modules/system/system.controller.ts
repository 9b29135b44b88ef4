import { Controller, Get, Res } from '@nestjs/common'
import { ApiExcludeController, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Can, Public } from '../../common/auth-context/auth-context.js'
import type { PartHealth } from '../../common/health.js'
import { CapabilitiesDto, VersionDto } from './system.dto.js'
import { SystemService } from './system.service.js'

@ApiTags('system')
@Controller()
export class SystemController {
  constructor(private readonly system: SystemService) {}

  @Get('version')
  @Public()
  @ApiOperation({ summary: 'Which program and version this is', operationId: 'getVersion' })
  @ApiOkResponse({ type: VersionDto })
  version(): VersionDto {
    return this.system.version()
  }

  @Get('system/capabilities')
  @Can('system:read')
  @ApiOperation({ summary: 'What this instance has and can do right now', operationId: 'getCapabilities' })
  @ApiOkResponse({ type: CapabilitiesDto })
  capabilities(): Promise<CapabilitiesDto> {
    return this.system.capabilities()
  }
}

/** Probes, outside of the API's prefix and its document. */
@ApiExcludeController()
@Controller()
export class ProbesController {
  constructor(private readonly system: SystemService) {}

  /** The process answers. Says nothing of the parts around it, so that their outage never restarts the portal. */
  @Get('livez')
  @Public()
  livez(): { status: 'ok' } {
    return { status: 'ok' }
  }

  /** Every part was asked in the last 2 s; 503 while a required one is away. */
  @Get('readyz')
  @Public()
  async readyz(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: 'ok' | 'unavailable'; parts: Record<string, PartHealth> }> {
    const { ready, parts } = await this.system.readiness()
    void reply.status(ready ? 200 : 503).header('cache-control', 'no-store')
    return { status: ready ? 'ok' : 'unavailable', parts }
  }
}
