import type { Plugin } from 'vite';

export function stripWgsl(text: string): string;
export function fingerprint(): string;
export function stripShaders(): Plugin;
