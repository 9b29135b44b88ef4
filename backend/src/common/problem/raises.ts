import { ApiExtension } from '@nestjs/swagger'
import type { ProblemCode } from './catalogue.js'

/** Where {@link Raises} leaves the codes for the OpenAPI document, which turns them into responses. */
export const RAISES_KEY = 'x-raises'

/**
 * Declares the problems that an operation answers with beyond what its kind implies: 400, 413 and 415 of a request that is read, 401 and 403 of one that
 * is not public, 404 of an id in the address, 429, 503. A status that is declared by neither is one that the API must not answer.
 */
export const Raises = (...codes: ProblemCode[]): MethodDecorator => ApiExtension(RAISES_KEY, codes)
