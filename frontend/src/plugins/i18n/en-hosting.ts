/** English texts of the frame of an app. */
export const frame = {
  heading: 'App',
  title: 'The app {name}, running',
  reload: 'Reload the app',
  starting: { title: 'Not there yet', text: 'The app appears here when it is ready.' },
  asleep: {
    title: 'The app is asleep',
    text: 'Nobody has used it for a while, so it takes no resources. Waking it takes a few seconds.',
  },
  wake: 'Wake it',
  paused: { title: 'The app is paused', text: 'It takes no resources until someone of this project resumes it.' },
  off: { title: 'The app does not run', text: 'What is known of the reason is said above.' },
  opening: 'Letting you in',
  refused: 'You could not be let into this app',
  waking: 'Waking up',
  loading: 'Waiting for the app',
  elapsed: 'for {time}',
  slow: 'The app has not answered yet. Its log below may say what it is doing.',
  degraded: 'The app is in trouble, so what you see here may not work.',
  steps: {
    asked: 'Asking the cluster for a copy of the app',
    starting: 'Starting the copy',
    part: {
      scheduling: 'finding a machine',
      pulling: 'fetching the image',
      starting: 'the program starts',
      ready: 'waiting until it is ready',
    },
    answering: 'Waiting for its first answer',
    state: { done: 'done', active: 'under way', waiting: 'waiting' },
  },
}

/** English texts of quotas. */
export const quota = {
  resource: { apps: 'Apps', cpu: 'CPU', memory: 'Memory', gpus: 'GPUs' },
  of: '{used} of {limit}',
  noneAllowed: 'none allowed',
  takes: 'This takes {takes}; {left} stays free.',
  takesOver: 'This takes {takes}: {over} too much.',
  over: '{over} over the limit.',
}
