// The full batch: position s shows sample s. One Philox block (purpose 1) serves four samples.
// uses: lib/philox.wgsl
// uses: draws/draw.wgsl
// slot: law

const FULL_BATCH_STREAM = 0x01000000u;

fn draw(seed: vec2u, step: u32, replica: u32, position: u32) -> Draw {
  let stream = FULL_BATCH_STREAM + position / 4u;
  let words = philox(vec4u(step, 0u, replica, stream), seed);
  return Draw(position, law_four(words)[position % 4u]);
}
