import type { Capabilities } from '../components/models';
import { api } from './client';

export const getCapabilities = (): Promise<Capabilities> => api.get('/system/capabilities');
