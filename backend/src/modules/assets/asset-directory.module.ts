import { Module } from '@nestjs/common'
import { AssetDirectory } from './asset-directory.js'
import { AssetUse } from './asset-use.js'
import { MongoAssetRepository } from './asset.mongo.js'
import { AssetRepository } from './asset.repository.js'

/** What is known of assets and of who uses them, without anything that acts on them; it needs no other module, so that every one can use it. */
@Module({
  providers: [{ provide: AssetRepository, useClass: MongoAssetRepository }, AssetUse, AssetDirectory],
  exports: [AssetRepository, AssetUse, AssetDirectory],
})
export class AssetDirectoryModule {}
