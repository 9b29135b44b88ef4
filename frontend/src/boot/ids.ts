import { defineBoot } from '#q-app'

/**
 * Makes every id of `useId` its own. To Vue each node of a text is a tree by itself, in which it begins to count anew: labels and groups of
 * two nodes would have the same ids, so that the label of one would name the field of the other.
 */
export default defineBoot(({ app }) => {
  let count = 0
  Object.defineProperty(app.config, 'idPrefix', { get: () => `v${(count += 1)}` })
})
