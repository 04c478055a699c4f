// Mini-batches drawn with replacement: every step, replica and position has a Philox block of its own (purpose 0).
// The counter holds the step's number, so the draws do not depend on how a run is cut into dispatches.
// uses: lib/philox.wgsl
// uses: draws/draw.wgsl
// slot: law

fn draw(seed: vec2u, step: u32, replica: u32, position: u32) -> Draw {
  let words = philox(vec4u(step, 0u, replica, position), seed);
  return Draw(mulhi(words.x, SAMPLES), law_first(words));
}
