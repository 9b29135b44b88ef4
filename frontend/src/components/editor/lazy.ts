import { defineAsyncComponent } from 'vue'
import TextSkeleton from './TextSkeleton.vue'

// Editor, charts and formulas are large: only the pages that show a text load them.
const meanwhile = { loadingComponent: TextSkeleton, delay: 0 }

/** `RichTextView`, loaded when it is first shown. */
export const RichTextView = defineAsyncComponent({ loader: () => import('./RichTextView.vue'), ...meanwhile })

/** `RichTextEditor`, loaded when it is first shown. */
export const RichTextEditor = defineAsyncComponent({ loader: () => import('./RichTextEditor.vue'), ...meanwhile })
