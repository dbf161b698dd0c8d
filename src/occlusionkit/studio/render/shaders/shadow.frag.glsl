#version 330
// The factor, for what is shown already, that the shadow of what moves makes (light.py, shadow.py).
uniform sampler2D depth_m;
uniform sampler2D ambient;
uniform sampler2D key;
uniform sampler2D cover;         // see ShadowMap.cover
uniform vec2 cover_depth;        // nearest depth in the map and the range from there, m
uniform mat3 pixel_to_cover;     // a pixel's ray, with camera z = 1, in the map's (x w, y w, w)
uniform vec3 camera_in_cover;
uniform sampler2D contact;       // see ContactMap
uniform vec3 contact_low;        // m
uniform vec2 contact_size;       // side and height, m
uniform mat3 pixel_to_world;     // a pixel's ray, with camera z = 1
uniform vec3 camera_center;
out vec4 factor;

vec3 shown(vec3 linear) {
    vec3 x = sqrt(linear);
    return x * (N1 + N2 * x) / (1.0 + x * (D1 + D2 * x));
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float z = texelFetch(depth_m, pixel, 0).r;
    vec3 place = camera_in_cover + z * (pixel_to_cover * vec3(gl_FragCoord.xy, 1.0));
    vec3 edge = texture(cover, place.xy / place.z).rgb;
    float below = place.z - (cover_depth.x + cover_depth.y * edge.b);
    float away = clamp(below / SOFT_AT_M, 0.0, 1.0);
    float covered = mix(edge.r, edge.g, away);
    covered *= clamp(below / CONTACT_M, 0.0, 1.0) * step(1e-3, place.z) * step(1e-3, z);
    vec3 point = camera_center + z * (pixel_to_world * vec3(gl_FragCoord.xy, 1.0));
    vec2 touch = texture(contact, (point.xy - contact_low.xy) / contact_size.x).rg;
    float above = contact_low.z + touch.g * contact_size.y - point.z;
    float taken = touch.r * clamp(1.0 - above / REACH_M, 0.0, 1.0) * clamp((above + SINK_M) / SINK_M, 0.0, 1.0);
    taken *= step(1e-3, z);
    if (covered + taken == 0.0) discard;
    factor = vec4(1.0);
    // A loop of one turn, or none: unlike an `if`, llvmpipe really skips it where no pixel of a block is covered.
    for (int turn = covered + taken > 0.0 ? 0 : 1; turn < 1; ++turn) {
        vec3 a = texelFetch(ambient, pixel, 0).rgb, k = texelFetch(key, pixel, 0).rgb;
        vec3 dimmed = a * (1.0 - mix(CONTACT_DIMMING, FAR_DIMMING, away) * covered) * (1.0 - AMBIENT_TAKEN * taken);
        dimmed += k * (1.0 - covered) * (1.0 - KEY_TAKEN * taken);
        factor.rgb = shown(dimmed) / max(shown(a + k), vec3(1e-4));
    }
}
