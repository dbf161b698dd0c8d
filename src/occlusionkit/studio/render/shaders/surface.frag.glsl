#version 330
uniform sampler2DArray albedo_roots;  // square roots of linear albedo: 8 bits go further
in vec3 v_texture_place;
in vec3 v_ambient;
in vec3 v_key;
out vec4 color;

void main() {
    vec3 x = texture(albedo_roots, v_texture_place).rgb * sqrt(v_ambient + v_key);
    color = vec4(x * (N1 + N2 * x) / (1.0 + x * (D1 + D2 * x)), 1.0);
}
