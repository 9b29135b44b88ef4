import { expect, it } from 'vitest'
import { lineOf, wordsOf } from './words'

it.each<[string, string[]]>([
  ['', []],
  ['  \n ', []],
  ['python app.py', ['python', 'app.py']],
  ['  python\n  app.py --port=7860 ', ['python', 'app.py', '--port=7860']],
  [`sh -c 'echo "$HOME"; sleep 1'`, ['sh', '-c', 'echo "$HOME"; sleep 1']],
  [`--title "A \\"model\\" of \\irises" ''`, ['--title', 'A "model" of \\irises', '']],
  [`a\\ b it\\'s`, ['a b', "it's"]],
  [`--a='x y'"z"`, ['--a=x yz']],
  [`one \\\n two`, ['one', 'two']],
  [`'a\nb'`, ['a\nb']],
])('takes %j apart', (line, words) => {
  expect(wordsOf(line)).toEqual({ words, problem: null })
})

it.each([
  [`sh -c 'echo`, 'open-quote'],
  ['say "hello', 'open-quote'],
  ['say "hello\\', 'open-quote'],
  ['say \\', 'open-escape'],
])('says that %j is not finished', (line, problem) => {
  expect(wordsOf(line)).toEqual({ words: [], problem })
})

it.each([[['python', '-m', 'app']], [['sh', '-c', `it's "$HOME" \\ `, '']], [['a\nb', '*', '#x', '--x=$(Y)']]])(
  'writes %j so that it reads the same',
  (words) => {
    expect(wordsOf(lineOf(words)).words).toEqual(words)
  },
)
