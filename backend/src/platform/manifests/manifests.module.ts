import { Global, Module } from '@nestjs/common'
import { Manifests } from './manifests.js'

@Global()
@Module({ providers: [Manifests], exports: [Manifests] })
export class ManifestsModule {}
