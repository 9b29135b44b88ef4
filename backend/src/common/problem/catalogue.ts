/** One entry of the catalogue: what the client gets for a code, and what it may do about it. */
interface Entry {
  status: number
  title: string
  /** Says what happened and what to do. `{name}` is filled from the error's parameters. */
  detail: string
  /** Seconds after which a retry makes sense (sent as Retry-After). */
  retryAfter?: number
}

/**
 * Every error that the API answers with, by its code (RFC 9457, `application/problem+json`).
 * The code is the contract; title and detail are for people and may be reworded.
 */
export const CATALOGUE = {
  'validation-failed': {
    status: 400,
    title: 'Some fields are not valid',
    detail: 'Correct the fields listed in "errors" and send the request again.',
  },
  'rich-text-invalid': {
    status: 400,
    title: 'The text is not valid',
    detail: 'Correct what is listed in "errors" and send the text again. Nothing was stored.',
  },
  'malformed-request': {
    status: 400,
    title: 'The request could not be read',
    detail: '{reason} Check the syntax of the body and of the address.',
  },
  'invalid-cursor': {
    status: 400,
    title: 'The cursor is not valid',
    detail: 'Use the nextCursor of the previous page as it was given, or leave it out to start from the first page.',
  },
  'body-too-large': {
    status: 413,
    title: 'The request body is too large',
    detail: 'Send at most {limit} bytes. Files go to POST /api/uploads.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The address or a header is too long',
    detail: 'Together they may have 16 KiB. Shorten the query, or delete the cookies of this site.',
  },
  'request-too-slow': {
    status: 408,
    title: 'The request took too long to arrive',
    detail: 'The connection was closed before all of it was here. Send it again.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The content type is not supported',
    detail: 'Send JSON with the header "Content-Type: application/json".',
  },
  'route-not-found': {
    status: 404,
    title: 'There is nothing at this address',
    detail: 'The API has no {method} {path}. See /api/docs for what there is.',
  },
  'too-many-requests': { status: 429, title: 'Too many requests', detail: 'Wait {seconds} seconds and try again.' },
  'too-many-streams': {
    status: 429,
    title: 'Too many streams are open',
    detail: 'An account has at most {limit} open at once. Close some, for example other tabs, then try again.',
    retryAfter: 5,
  },
  'not-signed-in': {
    status: 401,
    title: 'You are not signed in',
    detail: 'Sign in, or send a valid API token as "Authorization: Bearer …".',
  },
  'session-stale': {
    status: 401,
    title: 'The session has to be refreshed',
    detail: "Send POST /api/auth/refresh with the session's cookies, then this request again.",
  },
  'session-reused': {
    status: 401,
    title: 'The session was ended for your safety',
    detail:
      'A cookie of this session was used a second time, so it may have been copied. Sign in again; if you see this often, tell an admin.',
  },
  'session-not-found': {
    status: 404,
    title: 'There is no such session',
    detail: 'It may have ended already. List your sessions with GET /api/iam/sessions.',
  },
  'password-change-required': {
    status: 403,
    title: 'Your password has to be changed first',
    detail: 'Send POST /api/auth/password with the current and a new password.',
  },
  'current-password-wrong': { status: 403, title: 'The current password is wrong', detail: 'Check it and try again.' },
  'user-revision-conflict': {
    status: 409,
    title: 'The account was changed in the meantime',
    detail: 'Read it again, apply your change to it and send that.',
  },
  'user-not-found': { status: 404, title: 'There is no such account', detail: 'It may have been deleted. List the accounts again.' },
  'user-name-taken': {
    status: 409,
    title: 'The name is taken',
    detail: 'There is an account named "{name}" already. Choose another name.',
  },
  'last-admin': {
    status: 409,
    title: 'There would be no admin left',
    detail: 'Nothing was changed. Give someone else the role admin first.',
  },
  'own-account': {
    status: 409,
    title: 'This is your own account',
    detail: 'You cannot disable or delete it or take its role away. Ask another admin.',
  },
  'user-owns-projects': {
    status: 409,
    title: 'The account owns projects',
    detail: 'It owns {count}, those included that are just being deleted. Transfer or delete them first, or disable the account instead.',
  },
  'password-from-provider': {
    status: 409,
    title: 'The password is kept by the identity provider',
    detail: 'This account signs in there. Reset the password there.',
  },
  'import-invalid': {
    status: 422,
    title: 'The file cannot be imported',
    detail: 'Nothing was changed. Correct what is listed in "errors" and try again.',
  },
  'group-name-taken': { status: 409, title: 'The name is taken', detail: 'There is a group named "{name}" already. Choose another name.' },
  'group-revision-conflict': {
    status: 409,
    title: 'The group was changed in the meantime',
    detail: 'Read it again, apply your change to it and send that.',
  },
  'membership-from-provider': {
    status: 409,
    title: 'The membership comes from the identity provider',
    detail: 'It comes and goes with each sign-in there. Change it there.',
  },
  'cross-site-request': {
    status: 403,
    title: 'The request comes from another site',
    detail: 'It was sent by a page of {origin}; only pages of {expected} may change something. Scripts send an API token and no Origin.',
  },
  'invalid-credentials': { status: 401, title: 'The name or the password is wrong', detail: 'Check both and try again.' },
  'identity-provider-not-configured': {
    status: 404,
    title: 'There is no identity provider',
    detail: 'This instance has none. See GET /api/auth/options for how one signs in here.',
  },
  'identity-provider-unavailable': {
    status: 503,
    title: 'The identity provider is not reachable',
    detail: 'Try again in a few seconds. If it stays so, tell an admin.',
    retryAfter: 5,
  },
  'sign-in-failed': {
    status: 401,
    title: 'The sign-in did not work',
    detail:
      'It took too long, was tried twice, or the identity provider refused it. Start again; if it fails again, tell an admin the time.',
  },
  'account-disabled': { status: 403, title: 'The account is disabled', detail: 'Ask an admin to enable it.' },
  'sign-in-not-permitted': {
    status: 403,
    title: 'You may not sign in here',
    detail: 'You are in none of the groups that may use this instance. Ask an admin to be added to one.',
  },
  'csrf-token-invalid': {
    status: 403,
    title: 'The CSRF token is missing or wrong',
    detail: 'Send the csrfToken of GET /api/auth/me in the header X-CSRF-Token.',
  },
  'not-allowed': { status: 403, title: 'You may not do this', detail: 'This needs the right "{action}". Ask the owner or an admin.' },
  'database-unavailable': {
    status: 503,
    title: 'The database is not reachable',
    detail: 'Nothing was changed. Try again in a few seconds; the portal reconnects by itself.',
    retryAfter: 5,
  },
  'object-store-unavailable': {
    status: 503,
    title: 'The object store is not reachable',
    detail: 'Try again in a few seconds; the portal reconnects by itself.',
    retryAfter: 5,
  },
  'object-store-full': {
    status: 507,
    title: 'The object store is full',
    detail: 'Free some space or ask an admin to add some, then try again.',
  },
  'token-not-found': {
    status: 404,
    title: 'There is no such API token',
    detail: 'It may have been revoked already. List your tokens with GET /api/iam/tokens.',
  },
  'project-not-found': { status: 404, title: 'There is no such project', detail: 'It may have been deleted, or you may not see it.' },
  'member-not-found': {
    status: 404,
    title: 'There is no such member',
    detail: 'It may have been removed already, or there is no such person or group. Read the members again.',
  },
  'too-many-members': {
    status: 422,
    title: 'There are too many members',
    detail: 'A project has at most {limit}. Put people into a group and give the group a role.',
  },
  'group-not-found': { status: 404, title: 'There is no such group', detail: 'It may have been deleted, or you may not see it.' },
  'owner-is-member': {
    status: 409,
    title: 'The owner needs no role',
    detail: 'The owner of a project may do everything in it. To change the owner, transfer the project.',
  },
  'project-revision-conflict': {
    status: 409,
    title: 'The project was changed in the meantime',
    detail: 'You sent revision {sent}, it is now at {current}. Read it again, apply your change to it and send that.',
  },
  'dataset-not-found': { status: 404, title: 'There is no such data set', detail: 'It may have been deleted, or you may not see it.' },
  'dataset-name-taken': {
    status: 409,
    title: 'The name is taken',
    detail: 'This project already has a data set named "{name}". Choose another name.',
  },
  'file-not-found': {
    status: 404,
    title: 'There is no such file',
    detail: 'It may have been deleted. List the files of the data set again.',
  },
  'file-name-taken': {
    status: 409,
    title: 'The name is taken',
    detail: 'This data set already has a file named "{name}". Delete that one first, or upload under another name.',
  },
  'upload-not-found': {
    status: 404,
    title: 'There is no such upload',
    detail: 'It was aborted or has expired. Start a new one with POST /api/uploads.',
  },
  'upload-part-missing': {
    status: 409,
    title: 'The upload is not complete',
    detail: 'Missing parts: {parts}. GET /api/uploads/{id} gives their addresses; send them, then complete again.',
  },
  'upload-part-mismatch': {
    status: 409,
    title: 'A part is not what was sent',
    detail: 'The stored parts {parts} have another ETag or size than said. Send them again, then complete.',
  },
  'upload-size-mismatch': {
    status: 409,
    title: 'The size differs',
    detail: '{expected} bytes were announced, {actual} arrived. Abort this upload and start a new one with the right size.',
  },
  'upload-not-pending': { status: 409, title: 'The upload has ended', detail: 'It is {status}. Start a new one with POST /api/uploads.' },
  'upload-completing': {
    status: 409,
    title: 'The upload is being completed',
    detail: 'All parts are there and are being put together. Wait for the file, then delete it if you do not want it.',
  },
  'upload-too-large': { status: 422, title: 'The file is too large', detail: 'At most {limit} bytes can be stored as one file.' },
  'asset-not-found': {
    status: 404,
    title: 'There is no such picture, film or captions file',
    detail: 'It may have been deleted, or you may not see it.',
  },
  'asset-type-unknown': {
    status: 422,
    title: 'This kind of file cannot be shown',
    detail: 'Use PNG, JPEG, GIF, WebP or AVIF for a picture, MP4 or WebM for a film, WebVTT for captions.',
  },
  'asset-too-large': { status: 422, title: 'The file is too large', detail: 'A file of the type {type} may have at most {limit} bytes.' },
  'assets-full': {
    status: 409,
    title: 'The project has no room for this file',
    detail:
      'Its pictures and films may be {files} files of {bytes} bytes together. Delete some that no text uses, or ask an admin for more.',
  },
  'asset-not-arrived': {
    status: 409,
    title: 'The file has not arrived',
    detail: 'PUT its bytes to the address that you were given, then complete again.',
  },
  'asset-mismatch': {
    status: 409,
    title: 'What arrived is not what was announced',
    detail: '{expected} bytes were announced, {actual} arrived, or their ETag is another one. Send the file again, then complete.',
  },
  'asset-invalid': {
    status: 422,
    title: 'The file is not what it says',
    detail: 'Its bytes are no sound {type}. Save it again in the program that it comes from, and upload that.',
  },
  'asset-in-use': {
    status: 409,
    title: 'The file is used',
    detail: 'A text of the project, an earlier state of one or a published version shows it. It goes by itself a day after nothing does.',
  },
  'report-not-found': { status: 404, title: 'There is no such report', detail: 'It may have been deleted, or you may not see it.' },
  'report-revision-not-found': {
    status: 404,
    title: 'That state of the report is not kept',
    detail: 'List those that are with GET /api/reports/{id}/revisions.',
  },
  'report-revision-conflict': {
    status: 409,
    title: 'The report was changed in the meantime',
    detail: 'You sent revision {sent}, it is now at {current}. Read it again, put both texts together and send that.',
  },
  'too-many-reports': { status: 422, title: 'There are too many reports', detail: 'A project has at most {limit}. Delete one first.' },
  'figure-not-found': { status: 404, title: 'There is no such figure', detail: 'It may have been deleted, or you may not see it.' },
  'figure-invalid': {
    status: 400,
    title: 'The figure is not valid',
    detail: 'Correct what is listed in "errors" and push it again. Nothing was stored.',
  },
  'too-many-figures': { status: 422, title: 'There are too many figures', detail: 'A project has at most {limit}. Delete one first.' },
  'card-revision-conflict': {
    status: 409,
    title: 'The card was changed in the meantime',
    detail: 'You sent revision {sent}, it is now at {current}. Read it again, put both texts together and send that.',
  },
  'engine-not-found': { status: 404, title: 'There is no such app', detail: 'It may have been deleted, or you may not see it.' },
  'engine-name-taken': {
    status: 409,
    title: 'The name is taken',
    detail: 'This project already has an app named "{name}". Choose another name.',
  },
  'engine-revision-conflict': {
    status: 409,
    title: 'The app was changed in the meantime',
    detail: 'You sent revision {sent}, it is now at {current}. Read it again, apply your change to it and send that.',
  },
  'engine-generation-not-found': {
    status: 404,
    title: 'There is no such generation',
    detail: 'Generation {generation} of the app is not kept, or never was. List those that are with GET /api/engines/…/revisions.',
  },
  'engine-not-preview': {
    status: 409,
    title: 'The app is no preview',
    detail: 'It stays until someone deletes it: there is nothing to extend or promote.',
  },
  'engine-digest-unknown': {
    status: 409,
    title: 'The preview has not started yet',
    detail: 'What its image is, is known once the cluster has fetched it. Wait until it runs, then promote it.',
  },
  'engine-deleting': {
    status: 409,
    title: 'The app is being deleted',
    detail: 'Wait until it is gone, then deploy again under the same name or choose another one.',
  },
  'size-not-found': {
    status: 404,
    title: 'There is no such size',
    detail: 'It may have been deleted. List the sizes with GET /api/sizes.',
  },
  'size-id-taken': {
    status: 409,
    title: 'The id is taken',
    detail: 'There is a size "{id}" already. Choose another id, or change that one.',
  },
  'size-is-default': {
    status: 409,
    title: 'This size is the default',
    detail: 'An app that names no size gets it. Make another one the default first.',
  },
  'size-revision-conflict': {
    status: 409,
    title: 'The size was changed in the meantime',
    detail: 'You sent revision {sent}, it is now at {current}. Read it again, apply your change to it and send that.',
  },
  'too-many-sizes': {
    status: 422,
    title: 'There are too many sizes',
    detail: 'There are at most {limit}. Delete one that nobody needs first.',
  },
  'registry-not-found': {
    status: 404,
    title: 'The project does not sign in to that registry',
    detail: 'It may have been removed already. List the registries of the project again.',
  },
  'too-many-registries': {
    status: 422,
    title: 'There are too many registries',
    detail: 'A project can sign in to {limit}. Remove one that it does not need any more.',
  },
  'quota-apps-exceeded': {
    status: 409,
    title: 'The project has all the apps that it may have',
    detail: 'It has {used} of {limit} apps. Delete one that nobody needs, or ask an admin for more.',
  },
  'publication-blocked': {
    status: 409,
    title: 'The project cannot become public yet',
    detail: 'An admin asks for more before everyone may read a project. Do what is listed in "errors", then publish it.',
  },
  'publication-in-progress': {
    status: 409,
    title: 'A version is just being published',
    detail: 'Someone else publishes this project at the same moment. Read its versions again; try again in a minute if there is none.',
  },
  'publication-too-large': {
    status: 422,
    title: 'The project is too large for a version',
    detail: 'Its card and reports have {size} bytes together, {limit} are possible. Remove a report, or draw charts from fewer points.',
  },
  'publication-policy-conflict': {
    status: 409,
    title: 'The rules were changed in the meantime',
    detail: 'You sent revision {sent}, they are now at {current}. Read them again, apply your change to them and send that.',
  },
  'version-not-found': {
    status: 404,
    title: 'There is no such version',
    detail: 'The project has no version {number}. List those that it has.',
  },
  'version-withdrawn': {
    status: 410,
    title: 'The version was withdrawn',
    detail: 'Version {number} is not shown any more: {reason}. Use another one.',
  },
  'export-unavailable': {
    status: 409,
    title: 'There is no PDF here',
    detail:
      'An operator sets VITRINE_CHROMIUM to the path of a Chromium, or VITRINE_GOTENBERG_URL to a Gotenberg. Until then export HTML and print that in a browser.',
  },
  'export-too-large': {
    status: 422,
    title: 'The text is too large for one file',
    detail: 'As one file it has {size} bytes, {limit} are possible. Split it into several reports, or use smaller pictures.',
  },
  'export-busy': {
    status: 503,
    title: 'Too many exports are under way',
    detail: 'Others come first. Try again in a moment.',
    retryAfter: 15,
  },
  'export-failed': {
    status: 503,
    title: 'The PDF could not be made',
    detail: '{reason} Export HTML instead and print that in a browser, or tell an admin.',
  },
  'task-not-found': {
    status: 404,
    title: 'There is no such task',
    detail: 'It may have been deleted, or have expired. List the tasks again.',
  },
  'task-running': {
    status: 409,
    title: 'One of your tasks does this already',
    detail: 'Wait until the task {id} has ended, or cancel it.',
  },
  'task-not-ended': {
    status: 409,
    title: 'The task has not ended',
    detail: 'Cancel it first, or wait until it has ended.',
  },
  'task-without-result': {
    status: 409,
    title: 'The task has nothing to download',
    detail: 'It has not succeeded, or what it made has expired. Begin it again.',
  },
  'task-without-failures': {
    status: 409,
    title: 'There is nothing to try again',
    detail: 'Nothing of the task failed, or its files have expired. Begin a new one.',
  },
  'task-owner-not-allowed': {
    status: 403,
    title: 'Who began the task may not do this any more',
    detail: 'The account is gone, disabled or not an admin any more. Another admin can begin a new task.',
  },
  'disk-full': {
    status: 507,
    title: 'The disk of the portal is full',
    detail: 'An operator frees some space where the portal keeps its temporary files; then try again.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    detail: 'It was recorded. If it happens again, tell an admin the request id {requestId}.',
  },
} as const satisfies Record<string, Entry>

/** A code of the catalogue. */
export type ProblemCode = keyof typeof CATALOGUE

/** What the catalogue says of a code. */
export const problemOf = (code: ProblemCode): Entry => CATALOGUE[code]
