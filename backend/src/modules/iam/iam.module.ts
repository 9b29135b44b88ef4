import { Module } from '@nestjs/common'
import { Directory } from './directory/directory.js'
import { MongoGroupRepository } from './groups/group.mongo.js'
import { GroupRepository } from './groups/group.repository.js'
import { PasswordHasher } from './passwords/password-hasher.js'
import { ApiTokenRepository } from './tokens/token.js'
import { MongoApiTokenRepository } from './tokens/token.mongo.js'
import { TokensController } from './tokens/tokens.controller.js'
import { TokensService } from './tokens/tokens.service.js'
import { FirstAdmin } from './users/first-admin.js'
import { MongoUserRepository } from './users/user.mongo.js'
import { UserRepository } from './users/user.repository.js'

@Module({
  controllers: [TokensController],
  providers: [
    { provide: UserRepository, useClass: MongoUserRepository },
    { provide: ApiTokenRepository, useClass: MongoApiTokenRepository },
    { provide: GroupRepository, useClass: MongoGroupRepository },
    Directory,
    PasswordHasher,
    FirstAdmin,
    TokensService,
  ],
  exports: [UserRepository, GroupRepository, Directory, PasswordHasher, TokensService],
})
export class IamModule {}
