/** The steps of the wizard, in their order. */
export const wizardSteps = ['basics', 'links', 'people', 'attributes', 'card', 'performance', 'app', 'publish'] as const
export type WizardStep = (typeof wizardSteps)[number]

/** Whether the wizard has a step of that name. */
export const isWizardStep = (name: unknown): name is WizardStep => wizardSteps.some((step) => step === name)

const steps: Record<string, WizardStep> = {
  title: 'basics',
  summary: 'basics',
  links: 'links',
  datasets: 'links',
  dataset: 'links',
  contacts: 'people',
  task: 'attributes',
  tags: 'attributes',
  frameworks: 'attributes',
  licence: 'attributes',
  cover: 'attributes',
  card: 'card',
  description: 'card',
  explanation: 'card',
  usage: 'card',
  limitations: 'card',
  performance: 'performance',
  figures: 'performance',
  app: 'app',
  apps: 'app',
  engine: 'app',
  engines: 'app',
  env: 'app',
}

/**
 * Where what a checklist asks for can be entered.
 * @param field as the portal names it, such as `licence` or `card.limitations`; null when nothing of the form mends it
 * @returns the step, and the field of it to begin at
 */
export function placeOf(field: string | null): { step: WizardStep; focus: string } | null {
  if (field === null) return null
  const [first = '', second = ''] = field.split('.')
  // A part of the card may have a step of its own.
  const focus = first === 'card' && second !== '' ? second : first
  const step = steps[focus] ?? steps[first]
  if (!step || step === 'publish') return null
  return { step, focus }
}
