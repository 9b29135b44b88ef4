import { defineRouter } from '#q-app';
import { createRouter, createWebHistory } from 'vue-router';
export default defineRouter(() => createRouter({ history: createWebHistory(), routes: [{path:'/',component:()=>import('../pages/X.vue')}] }));
