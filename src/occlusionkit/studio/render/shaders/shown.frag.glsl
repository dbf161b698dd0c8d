#version 330
in vec4 v_shown;
out vec4 color;

void main() {
    color = v_shown;
}
