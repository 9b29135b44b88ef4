declare module 'plotly.js-strict-dist-min' {
  const plotly: import('./plotly').PlotlyApi
  export default plotly
}
