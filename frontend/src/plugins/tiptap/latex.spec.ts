import { expect, it } from 'vitest'
import { HOSTILE_LATEX } from '../../../../backend/src/modules/richtext/fixtures/hostile'
import { latexFault } from '../../../../backend/src/modules/richtext/latex'
import { definesCommands } from './latex'

it('tells a formula that defines commands as the portal does', () => {
  const formulas = [...HOSTILE_LATEX, 'x^2', '\\\\def', '\\frac{a}{b}', '\\let\\a=b', '\\a@b', '\\gdef\\a{}', '\\deff']
  for (const latex of formulas) expect([latex, definesCommands(latex)]).toEqual([latex, latexFault(latex) !== null])
  expect(formulas.some(definesCommands)).toBe(true)
})
