#version 330
uniform mat4 world_to_clip;
in vec3 position;
in vec4 shown;
out vec4 v_shown;

void main() {
    gl_Position = world_to_clip * vec4(position, 1.0);
    v_shown = shown;
}
