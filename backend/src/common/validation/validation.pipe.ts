import { ValidationPipe } from '@nestjs/common'
import type { ValidationError } from 'class-validator'
import { DomainError, type FieldError } from '../problem/domain-error.js'

/** Checks every body, query and path parameter against its DTO: unknown keys are refused, nothing is converted silently, one mistake of each field is told, of all fields at once. */
export const createValidationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    // One mistake a field is what a form can show.
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new DomainError('validation-failed', {}, { errors: flatten(errors) }),
  })

/** The errors of class-validator's tree as a flat list with dotted paths. */
export function flatten(errors: ValidationError[], prefix = ''): FieldError[] {
  return errors.flatMap((error) => {
    const path = prefix + error.property
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      path,
      message: rule === 'whitelistValidation' ? 'is not a field that is known here' : message,
    }))
    return [...own, ...flatten(error.children ?? [], `${path}.`)]
  })
}
