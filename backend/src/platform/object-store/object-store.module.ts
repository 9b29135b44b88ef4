import { Global, Module } from '@nestjs/common'
import { MinioObjectStore } from './minio-object-store.js'
import { ObjectStore } from './object-store.js'

@Global()
@Module({ providers: [{ provide: ObjectStore, useClass: MinioObjectStore }], exports: [ObjectStore] })
export class ObjectStoreModule {}
