#version 330
uniform sampler2DArray albedo_roots;  // square roots of linear albedo: 8 bits go further
uniform sampler2D cover;              // see ShadowMap.cover
uniform vec2 cover_depth;             // nearest depth in the map and the range from there, m
in vec3 v_texture_place;
in vec3 v_ambient;
in vec3 v_key;
in vec3 v_cover_place;
out vec4 color;

void main() {
    vec3 root = texture(albedo_roots, v_texture_place).rgb;
    vec3 edge = texture(cover, v_cover_place.xy / v_cover_place.z).rgb;
    float below = v_cover_place.z - (cover_depth.x + cover_depth.y * edge.b);
    float covered = mix(edge.r, edge.g, clamp(below / SOFT_AT_M, 0.0, 1.0));
    covered *= clamp(below * 40.0, 0.0, 1.0) * step(0.0, v_cover_place.z);
    vec3 light = v_ambient * (1.0 - AMBIENT_DIMMING * covered) + v_key * (1.0 - covered);
    vec3 x = root * sqrt(light);
    color = vec4(x * (N1 + N2 * x) / (1.0 + x * (D1 + D2 * x)), 1.0);
}
