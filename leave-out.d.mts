import type { Plugin } from 'vite';

export function leaveOut(): Plugin;
