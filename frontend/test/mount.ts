import { mount, type VueWrapper } from '@vue/test-utils'
import { ClosePopup, QBtn, QCard, QDialog, QIcon, QInput, QSkeleton, QTooltip, Quasar } from 'quasar'
import type { Component } from 'vue'
import { i18n } from '../src/plugins/i18n'

// The test DOM has no screen orientation, which Quasar asks for.
Object.defineProperty(globalThis.screen, 'orientation', {
  configurable: true,
  value: Object.assign(new EventTarget(), { type: 'landscape-primary' }),
})

/** Mounts a component with Quasar and the English texts, as the app does. */
export function mountWithApp(component: Component, props: Record<string, unknown>): VueWrapper {
  return mount(component, {
    props,
    attachTo: document.body,
    global: {
      plugins: [[Quasar, { components: { QBtn, QCard, QDialog, QIcon, QInput, QSkeleton, QTooltip }, directives: { ClosePopup } }], i18n],
      stubs: { RouterLink: true },
    },
  }) as VueWrapper
}
