#version 330
uniform mat4 world_to_clip;
in vec3 position;
in vec3 normal;
out vec3 v_normal;

void main() {
    gl_Position = world_to_clip * vec4(position, 1.0);
    v_normal = normal;
}
