import type { Plugin } from 'vite';

export function stripWgsl(text: string): string;
export function stripShaders(): Plugin;
