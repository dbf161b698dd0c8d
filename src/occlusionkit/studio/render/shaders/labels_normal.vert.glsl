#version 330
uniform mat4 world_to_clip;
in vec3 position;
in vec4 id_bytes;
in vec3 normal;
flat out vec4 v_id_bytes;
out vec3 v_normal;

void main() {
    gl_Position = world_to_clip * vec4(position, 1.0);
    v_id_bytes = id_bytes;
    v_normal = normal;
}
