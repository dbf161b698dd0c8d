#version 330
flat in vec4 v_id_bytes;
layout(location = 0) out float depth_m;
layout(location = 1) out vec4 id_bytes;

void main() {
    depth_m = 1.0 / gl_FragCoord.w;  // w in clip space is planar depth
    id_bytes = v_id_bytes;
}
