import { Global, Module } from '@nestjs/common'
import { HttpImageRegistry } from './http-image-registry.js'
import { ImageRegistry } from './image-registry.js'

@Global()
@Module({ providers: [{ provide: ImageRegistry, useClass: HttpImageRegistry }], exports: [ImageRegistry] })
export class RegistryModule {}
