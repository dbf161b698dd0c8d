#version 330
flat in vec4 v_id_bytes;
in vec3 v_normal;
layout(location = 0) out float depth_m;
layout(location = 1) out vec4 id_bytes;
layout(location = 2) out vec4 normal;

void main() {
    depth_m = 1.0 / gl_FragCoord.w;  // w in clip space is planar depth
    id_bytes = v_id_bytes;
    normal = vec4(normalize(v_normal), 0.0);
}
