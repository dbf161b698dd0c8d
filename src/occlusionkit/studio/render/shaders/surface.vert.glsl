#version 330
uniform mat4 world_to_clip;
in vec3 position;
in vec4 id_bytes;
in vec3 texture_place;
in vec3 ambient;
in vec3 key;
flat out vec4 v_id_bytes;
out vec3 v_texture_place;
out vec3 v_ambient;
out vec3 v_key;

void main() {
    gl_Position = world_to_clip * vec4(position, 1.0);
    v_id_bytes = id_bytes;
    v_texture_place = texture_place;
    v_ambient = ambient;
    v_key = key;
}
