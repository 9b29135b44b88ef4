import { Module } from '@nestjs/common'
import { FirstAdmin } from './first-admin.js'
import { IamController } from './iam.controller.js'
import { PasswordHasher } from './password-hasher.js'
import { TokensService } from './tokens.service.js'
import { MongoApiTokenRepository, MongoUserRepository } from './user.mongo.js'
import { ApiTokenRepository, UserRepository } from './user.repository.js'

@Module({
  controllers: [IamController],
  providers: [
    { provide: UserRepository, useClass: MongoUserRepository },
    { provide: ApiTokenRepository, useClass: MongoApiTokenRepository },
    PasswordHasher,
    FirstAdmin,
    TokensService,
  ],
  exports: [UserRepository, PasswordHasher, TokensService],
})
export class IamModule {}
