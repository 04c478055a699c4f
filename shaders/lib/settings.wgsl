// What a replica has of its own in a run: factor = -2 eta (/ BATCH for the mean of a batch), noise = sigma, and the seed.

struct Settings { factor: f32, noise: f32, seed: vec2u }
