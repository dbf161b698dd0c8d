#version 330
in vec3 v_normal;
out vec4 normal;

void main() {
    normal = vec4(normalize(v_normal), 0.0);
}
