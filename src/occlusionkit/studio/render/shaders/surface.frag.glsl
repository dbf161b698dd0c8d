#version 330
uniform sampler2DArray albedo_roots;  // square roots of linear albedo: 8 bits go further
in vec3 v_texture_place;
in vec3 v_ambient;
in vec3 v_key;
out vec4 color;

vec3 tone_map(vec3 x) {
    return min(x * (1.0 + x * (1.0 / 9.0)) / (1.0 + x), vec3(1.0));
}

// sRGB within 0.6 of a level of 255, from square roots: a power per channel is the dearest thing a CPU could do here.
vec3 srgb(vec3 x) {
    vec3 a = sqrt(x), b = sqrt(a), c = sqrt(b);
    return max(0.662002687 * a + 0.684122060 * b - 0.323583601 * c - 0.0225411470 * x, 0.0);
}

void main() {
    vec3 root = texture(albedo_roots, v_texture_place).rgb;
    color = vec4(srgb(tone_map(root * root * (v_ambient + v_key))), 1.0);
}
