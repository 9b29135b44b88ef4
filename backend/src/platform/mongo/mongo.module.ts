import { Global, Module } from '@nestjs/common'
import { Mongo } from './mongo.js'

@Global()
@Module({ providers: [Mongo], exports: [Mongo] })
export class MongoModule {}
