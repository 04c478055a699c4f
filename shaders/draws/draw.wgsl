// What one position of a mini-batch is given: the sample it shows, and its standardised label noise.

struct Draw { sample: u32, noise: f32 }
