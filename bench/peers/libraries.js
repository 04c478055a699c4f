/** The peers' libraries in a page. In Node: node.ts. */
export const loadJax = () => import('@jax-js/jax');

export async function loadTensorflow() {
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-webgpu');
  return tf;
}
