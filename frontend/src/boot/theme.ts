import { defineBoot } from '#q-app'; export default defineBoot(() => {});
