/** English texts of quotas. */
export const quota = {
  resource: { apps: 'Apps', cpu: 'CPU', memory: 'Memory', gpus: 'GPUs' },
  of: '{used} of {limit}',
  noneAllowed: 'none allowed',
  takes: 'This takes {takes}; {left} stays free.',
  takesOver: 'This takes {takes}: {over} too much.',
  over: '{over} over the limit.',
}
