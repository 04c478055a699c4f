// Step size and noise are the same at every step.
// uses: lib/settings.wgsl

fn at_step(own: Settings, step: u32) -> Settings {
  return own;
}
