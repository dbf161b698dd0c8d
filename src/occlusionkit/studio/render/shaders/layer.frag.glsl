#version 330
// Of what stays put, at pixel centres: its labels, and its two lights, so that a shadow can be thrown on it later.
uniform sampler2DArray albedo_roots;
flat in vec4 v_id_bytes;
in vec3 v_texture_place;
in vec3 v_ambient;
in vec3 v_key;
layout(location = 0) out float depth_m;
layout(location = 1) out vec4 id_bytes;
layout(location = 2) out vec4 ambient;
layout(location = 3) out vec4 key;

void main() {
    vec3 root = texture(albedo_roots, v_texture_place).rgb;
    depth_m = 1.0 / gl_FragCoord.w;  // w in clip space is planar depth
    id_bytes = v_id_bytes;
    ambient = vec4(root * root * v_ambient, 1.0);
    key = vec4(root * root * v_key, 1.0);
}
