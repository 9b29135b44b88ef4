import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { RegistryDto, RegistryListDto, SetRegistryDto } from './registries.dto.js'
import { RegistriesService } from './registries.service.js'

@ApiTags('registries')
@Controller('projects/:id/registries')
export class RegistriesController {
  constructor(private readonly registries: RegistriesService) {}

  @Get()
  @Can('registry:manage')
  @ApiOperation({ summary: 'The registries that a project signs in to', operationId: 'listRegistries' })
  @ApiOkResponse({ type: RegistryListDto })
  list(@Auth() auth: AuthContext, @Param('id') id: string): Promise<RegistryListDto> {
    return this.registries.list(auth, id)
  }

  @Put(':registry')
  @HttpCode(200)
  @Can('registry:manage')
  @ApiOperation({
    summary: 'Say how a project signs in to a registry',
    description:
      'The images of its apps are pulled with this. `registry` is host[:port], as in a reference to an image; `docker.io` for Docker Hub.',
    operationId: 'setRegistry',
  })
  @Raises('too-many-registries')
  @ApiOkResponse({ type: RegistryDto })
  set(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('registry') registry: string,
    @Body() dto: SetRegistryDto,
  ): Promise<RegistryDto> {
    return this.registries.set(auth, id, registry, dto)
  }

  @Delete(':registry')
  @HttpCode(204)
  @Can('registry:manage')
  @ApiOperation({ summary: 'Forget how a project signs in to a registry', operationId: 'deleteRegistry' })
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string, @Param('registry') registry: string): Promise<void> {
    return this.registries.delete(auth, id, registry)
  }
}
