const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** An id that is unique within a text: 12 random letters and digits. */
export const newLocalId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => alphabet[byte % 36]).join('')
