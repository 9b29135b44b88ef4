import { Module } from '@nestjs/common'
import { DirectoryController } from './directory/directory.controller.js'
import { Directory } from './directory/directory.js'
import { MongoGroupRepository } from './groups/group.mongo.js'
import { GroupRepository } from './groups/group.repository.js'
import { GroupsController } from './groups/groups.controller.js'
import { GroupsService } from './groups/groups.service.js'
import { PasswordHasher } from './passwords/password-hasher.js'
import { ApiTokenRepository } from './tokens/token.js'
import { MongoApiTokenRepository } from './tokens/token.mongo.js'
import { TokensController } from './tokens/tokens.controller.js'
import { TokensService } from './tokens/tokens.service.js'
import { FirstAdmin } from './users/first-admin.js'
import { SignInLocks } from './users/sign-in-locks.js'
import { UserDeletion } from './users/user-deletion.js'
import { UserTransferService } from './users/user-transfer.service.js'
import { MongoUserRepository } from './users/user.mongo.js'
import { UserRepository } from './users/user.repository.js'
import { UsersController } from './users/users.controller.js'
import { UsersService } from './users/users.service.js'

@Module({
  controllers: [TokensController, UsersController, GroupsController, DirectoryController],
  providers: [
    { provide: UserRepository, useClass: MongoUserRepository },
    { provide: ApiTokenRepository, useClass: MongoApiTokenRepository },
    { provide: GroupRepository, useClass: MongoGroupRepository },
    Directory,
    PasswordHasher,
    FirstAdmin,
    TokensService,
    SignInLocks,
    UserDeletion,
    UsersService,
    UserTransferService,
    GroupsService,
  ],
  exports: [UserRepository, GroupRepository, Directory, PasswordHasher, TokensService, SignInLocks, UserDeletion],
})
export class IamModule {}
