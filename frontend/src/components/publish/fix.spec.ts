import { expect, it } from 'vitest'
import { placeOf } from './fix'

it.each([
  ['licence', { step: 'attributes', focus: 'licence' }],
  ['card.limitations', { step: 'card', focus: 'limitations' }],
  ['limitations', { step: 'card', focus: 'limitations' }],
  ['card.performance', { step: 'performance', focus: 'performance' }],
  ['performance', { step: 'performance', focus: 'performance' }],
  ['card.something-new', { step: 'card', focus: 'something-new' }],
  ['contacts.0.email', { step: 'people', focus: 'contacts' }],
  ['env.TOKEN', { step: 'app', focus: 'env' }],
  ['something-new', null],
  [null, null],
])('knows where %s is entered', (field, place) => {
  expect(placeOf(field)).toEqual(place)
})
