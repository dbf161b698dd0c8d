#version 330
uniform mat4 world_to_clip;
uniform mat3x4 world_to_cover;  // rows: x, y and w of the place in the cover map, w being the depth seen from the light
in vec3 position;
in vec3 texture_place;
in vec3 ambient;
in vec3 key;
out vec3 v_texture_place;
out vec3 v_ambient;
out vec3 v_key;
out vec3 v_cover_place;

void main() {
    gl_Position = world_to_clip * vec4(position, 1.0);
    v_texture_place = texture_place;
    v_ambient = ambient;
    v_key = key;
    v_cover_place = vec4(position, 1.0) * world_to_cover;
}
