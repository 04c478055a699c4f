// copy_buffer: to = from, 16 bytes an invocation: how fast memory is read and written.

@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;

@compute @workgroup_size(64)
fn copy_buffer(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k = (group.y * groups.x + group.x) * 64u + lane;
  if (k < arrayLength(&copied)) {
    copied[k] = source[k];
  }
}
