// draw_table: the generator's output for a list of counters and keys, for `verify`.
// requests[2 k] is a counter, requests[2 k + 1] a key (its first two words) and a bound n; words[2 k] is the Philox block,
// words[2 k + 1] = (mulhi(block.x, n), 0, 0, 0), normals[k] the four normals of the block. One invocation per request.
// uses: lib/grid.wgsl
// uses: lib/philox.wgsl
// uses: lib/normal.wgsl

struct Params { count: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> requests: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> words: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> normals: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn draw_table(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let k = workgroup_index(workgroup, groups) * 64u + local;
  if (k >= params.count) {
    return;
  }
  let key = requests[2u * k + 1u];
  let block = philox(requests[2u * k], key.xy);
  words[2u * k] = block;
  words[2u * k + 1u] = vec4u(mulhi(block.x, key.z), 0u, 0u, 0u);
  normals[k] = vec4f(normal_pair(block.x, block.y), normal_pair(block.z, block.w));
}
