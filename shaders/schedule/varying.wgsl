// Step size and noise change from step to step, by factors that are the same for all replicas. They lie behind the
// settings of the replicas, each step at its number modulo SCHEDULED, for the steps of this dispatch and others around them:
// made in float64 and rounded once, so that they depend on nothing but the step.
// uses: lib/settings.wgsl

fn at_step(own: Settings, step: u32) -> Settings {
  let now = settings[params.replicas + step % SCHEDULED];
  return Settings(own.factor * now.factor, own.noise * now.noise, own.seed);
}
