import { VueNodeViewRenderer } from '@tiptap/vue-3'
import type { Views } from '../../plugins/tiptap/schema'
import AppEmbedView from './nodes/AppEmbedView.vue'
import ChartView from './nodes/ChartView.vue'
import ContentsView from './nodes/ContentsView.vue'
import FootnoteView from './nodes/FootnoteView.vue'
import FormulaView from './nodes/FormulaView.vue'
import ImageView from './nodes/ImageView.vue'
import VideoView from './nodes/VideoView.vue'

/** The components that draw the nodes of a text, for who reads it and for who writes it. */
export const views: Views = {
  appEmbed: VueNodeViewRenderer(AppEmbedView),
  blockMath: VueNodeViewRenderer(FormulaView),
  chart: VueNodeViewRenderer(ChartView),
  footnote: VueNodeViewRenderer(FootnoteView),
  image: VueNodeViewRenderer(ImageView),
  inlineMath: VueNodeViewRenderer(FormulaView),
  tableOfContents: VueNodeViewRenderer(ContentsView),
  video: VueNodeViewRenderer(VideoView),
}
