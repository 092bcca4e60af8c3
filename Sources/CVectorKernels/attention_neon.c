// Loci, Apache License 2.0.
//
// Attention kernels for AArch64, whose every processor can do what they use.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "attention.h"

/// Eight floats.
typedef struct {
    float32x4_t front, back;
} eight;

VK_INLINE eight zeros(void) {
    eight result = {vdupq_n_f32(0), vdupq_n_f32(0)};
    return result;
}

VK_INLINE eight add(eight a, eight b) {
    eight result = {vaddq_f32(a.front, b.front), vaddq_f32(a.back, b.back)};
    return result;
}

/// sum + a * b, of which the product is rounded by itself.
VK_INLINE eight add_product(eight sum, eight a, eight b) {
    eight result = {vaddq_f32(sum.front, vmulq_f32(a.front, b.front)), vaddq_f32(sum.back, vmulq_f32(a.back, b.back))};
    return result;
}

VK_INLINE eight load(const float *values) {
    eight result = {vld1q_f32(values), vld1q_f32(values + 4)};
    return result;
}

VK_INLINE void store(float *out, eight values) {
    vst1q_f32(out, values.front);
    vst1q_f32(out + 4, values.back);
}

/// `valid` (0 to 8) floats, and zeros.
VK_INLINE eight some_floats(const float *values, size_t valid) {
    float padded[8] = {0};
    if (valid == 8) return load(values);
    memcpy(padded, values, valid * sizeof *values);
    return load(padded);
}

/// Eight elements from `at` on, of halves or codes.
VK_INLINE eight eight_elements(const uint8_t *at, vk_attention_form form) {
    if (form == VK_HALVES) {
        float16x8_t halves = vreinterpretq_f16_u8(vld1q_u8(at));
        eight result = {vcvt_f32_f16(vget_low_f16(halves)), vcvt_high_f32_f16(halves)};
        return result;
    }
    uint16x8_t codes = vmovl_u8(vld1_u8(at));
    eight result = {vcvtq_f32_u32(vmovl_u16(vget_low_u16(codes))), vcvtq_f32_u32(vmovl_high_u16(codes))};
    return result;
}

/// The same of which `valid` (0 to 8) exist; the others are 0 and not read.
VK_INLINE eight some_elements(const uint8_t *at, size_t valid, vk_attention_form form) {
    uint8_t bytes[16] = {0};
    if (valid == 8) return eight_elements(at, form);
    memcpy(bytes, at, valid * (form == VK_HALVES ? 2 : 1));
    return eight_elements(bytes, form);
}

/// Of the 8 lanes from `index + 8 * v` on, how many are of dimensions.
VK_INLINE size_t valid_lanes(size_t dimension, size_t index, int v) {
    size_t at = index + 8 * (size_t)v;
    return at >= dimension ? 0 : dimension - at < 8 ? dimension - at : 8;
}

VK_INLINE float fold(const eight sums[4]) {
    eight both = add(add(sums[0], sums[2]), add(sums[1], sums[3]));
    float32x4_t four = vaddq_f32(both.front, both.back);
    float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

VK_INLINE float sum_of(const float *values, size_t count) {
    eight sums[4];
    for (int v = 0; v < 4; v++) sums[v] = zeros();
    for (size_t index = 0; index < count; index += VK_LANES) {
        VK_UNROLL for (int v = 0; v < 4; v++) {
            size_t valid = valid_lanes(count, index, v);
            if (valid > 0) sums[v] = add(sums[v], some_floats(values + index + 8 * (size_t)v, valid));
        }
    }
    return fold(sums);
}

// ---- Logits. ----

/// The sums of two rows' products with the query, which hide each other's latency.
VK_INLINE void dots_of_two(const float *query, size_t dimension, const uint8_t *first, const uint8_t *second,
                           vk_attention_form form, float out[2]) {
    const size_t size = form == VK_HALVES ? 2 : 1;
    eight sums[2][4];
    for (int v = 0; v < 4; v++) sums[0][v] = sums[1][v] = zeros();
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        VK_UNROLL for (int v = 0; v < 4; v++) {
            size_t at = index + 8 * (size_t)v;
            eight values = load(query + at);
            sums[0][v] = add_product(sums[0][v], values, eight_elements(first + size * at, form));
            sums[1][v] = add_product(sums[1][v], values, eight_elements(second + size * at, form));
        }
    }
    // Lanes past the end add +0, which changes no lane: none is ever -0, since each began as +0.
    if (index < dimension) {
        VK_UNROLL for (int v = 0; v < 4; v++) {
            size_t at = index + 8 * (size_t)v, valid = valid_lanes(dimension, index, v);
            if (valid == 0) continue;
            eight values = some_floats(query + at, valid);
            sums[0][v] = add_product(sums[0][v], values, some_elements(first + size * at, valid, form));
            sums[1][v] = add_product(sums[1][v], values, some_elements(second + size * at, valid, form));
        }
    }
    out[0] = fold(sums[0]);
    out[1] = fold(sums[1]);
}

VK_INLINE void find_logits(const float *query, const vk_attention_group *group, vk_attention_form form, float scale,
                           float *logits) {
    const size_t header = form == VK_HALVES ? 0 : VK_ATTENTION_HEADER_BYTES;
    const float query_sum = form == VK_CODES ? sum_of(query, group->dimension) : 0.0f;
    for (size_t j = 0; j < group->count; j += 2) {
        const size_t rows = group->count - j < 2 ? 1 : 2;
        const uint8_t *first = group->keys + j * group->stride, *second = first + (rows - 1) * group->stride;
        vk_ask_ahead(group, j, rows);
        float products[2];
        dots_of_two(query, group->dimension, first + header, second + header, form, products);
        for (size_t row = 0; row < rows; row++) {
            float product = products[row];
            if (form == VK_CODES) {
                const uint8_t *key = row == 0 ? first : second;
                product = vk_load_f32(key) * query_sum + vk_load_f32(key + 4) * product;
            }
            logits[j + row] = scale * product;
        }
    }
}

// ---- Weights. ----

/// `vk_exponential` of four floats.
VK_INLINE float32x4_t exponentials(float32x4_t x) {
    const float32x4_t shift = vdupq_n_f32(VK_EXP_SHIFT), one = vdupq_n_f32(1.0f);
    float32x4_t shifted = vaddq_f32(vmulq_n_f32(x, VK_EXP_LOG2_E), shift);
    float32x4_t exponent = vsubq_f32(shifted, shift);
    float32x4_t r = vsubq_f32(x, vmulq_n_f32(exponent, VK_EXP_LN2_HIGH));
    r = vsubq_f32(r, vmulq_n_f32(exponent, VK_EXP_LN2_LOW));
    float32x4_t p = vdupq_n_f32(VK_EXP_C6);
    p = vaddq_f32(vmulq_f32(p, r), vdupq_n_f32(VK_EXP_C5));
    p = vaddq_f32(vmulq_f32(p, r), vdupq_n_f32(VK_EXP_C4));
    p = vaddq_f32(vmulq_f32(p, r), vdupq_n_f32(VK_EXP_C3));
    p = vaddq_f32(vmulq_f32(p, r), vdupq_n_f32(VK_EXP_C2));
    p = vaddq_f32(vmulq_f32(p, r), one);
    p = vaddq_f32(vmulq_f32(p, r), one);
    // The shift's own bits fall out at the top.
    uint32x4_t power = vaddq_u32(vreinterpretq_u32_f32(p), vshlq_n_u32(vreinterpretq_u32_f32(shifted), 23));
    return vreinterpretq_f32_u32(vandq_u32(power, vcgeq_f32(x, vdupq_n_f32(VK_EXP_LEAST))));
}

/// The largest of 32 logits, of each lane of four, and what came before. NaN is never larger.
VK_INLINE float32x4_t maxima_of(float32x4_t maxima, const float *logits) {
    VK_UNROLL for (int v = 0; v < 8; v++) {
        float32x4_t four = vld1q_f32(logits + 4 * v);
        maxima = vbslq_f32(vcgtq_f32(four, maxima), four, maxima);
    }
    return maxima;
}

/// The weights of 32 logits, in their place, which are added to the sums of the lanes.
VK_INLINE void weigh_lanes(float *logits, float32x4_t maximum, eight sums[4]) {
    VK_UNROLL for (int v = 0; v < 4; v++) {
        eight some = load(logits + 8 * v);
        some.front = exponentials(vsubq_f32(some.front, maximum));
        some.back = exponentials(vsubq_f32(some.back, maximum));
        store(logits + 8 * v, some);
        sums[v] = add(sums[v], some);
    }
}

/// Turns logits into weights.
VK_INLINE vk_attention_sums weigh(float *logits, size_t count) {
    const size_t rest = count % VK_LANES, whole = count - rest;
    float block[VK_LANES];
    float32x4_t maxima = vdupq_n_f32(-__builtin_inff());
    for (size_t j = 0; j < whole; j += VK_LANES) maxima = maxima_of(maxima, logits + j);
    if (rest > 0) {
        vk_pad_logits(logits + whole, rest, block);
        maxima = maxima_of(maxima, block);
    }
    vk_attention_sums result = {vmaxvq_f32(maxima) + 0.0f, 0.0f};

    eight sums[4];
    for (int v = 0; v < 4; v++) sums[v] = zeros();
    float32x4_t maximum = vdupq_n_f32(result.maximum);
    for (size_t j = 0; j < whole; j += VK_LANES) weigh_lanes(logits + j, maximum, sums);
    if (rest > 0) {
        weigh_lanes(block, maximum, sums);
        memcpy(logits + whole, block, rest * sizeof *block);
    }
    result.sum = fold(sums);
    return result;
}

// ---- Values. ----

/// The output of `registers` * 8 dimensions from `index` on. Of eight, `valid` exist, where it is less.
VK_INLINE void add_slice(const float *weights, const vk_attention_group *group, vk_attention_form form, size_t index,
                         int registers, size_t valid, float *output) {
    const size_t header = form == VK_HALVES ? 0 : VK_ATTENTION_HEADER_BYTES, size = form == VK_HALVES ? 2 : 1;
    eight sums[8];
    VK_UNROLL for (int v = 0; v < registers; v++) sums[v] = zeros();
    float lows = 0.0f;
    const uint8_t *row = group->values;
    for (size_t j = 0; j < group->count; j++, row += group->stride) {
        float factor = weights[j];
        if (form == VK_CODES) {
            lows += factor * vk_load_f32(row);
            factor *= vk_load_f32(row + 4);
        }
        eight weight = {vdupq_n_f32(factor), vdupq_n_f32(factor)};
        const uint8_t *elements = row + header + size * index;
        VK_UNROLL for (int v = 0; v < registers; v++) {
            const uint8_t *at = elements + 8 * size * (size_t)v;
            sums[v] = add_product(sums[v], weight, valid < 8 ? some_elements(at, valid, form) : eight_elements(at, form));
        }
    }
    eight all_lows = {vdupq_n_f32(lows), vdupq_n_f32(lows)};
    VK_UNROLL for (int v = 0; v < registers; v++) {
        if (form == VK_CODES) sums[v] = add(sums[v], all_lows);
        if (valid == 8) store(output + index + 8 * v, sums[v]);
    }
    if (valid == 8) return;
    float padded[8];
    store(padded, sums[0]);
    memcpy(output + index, padded, valid * sizeof *padded);
}

VK_INLINE void attend(const float *query, const vk_attention_group *group, vk_attention_form form, float scale,
                      float *weights, float *output, vk_attention_sums *sums) {
    find_logits(query, group, form, scale, weights);
    *sums = weigh(weights, group->count);
    const size_t dimension = group->dimension;
    size_t index = 0;
    for (; dimension - index >= 64; index += 64) add_slice(weights, group, form, index, 8, 8, output);
    for (; dimension - index >= 32; index += 32) add_slice(weights, group, form, index, 4, 8, output);
    for (; dimension - index >= 8; index += 8) add_slice(weights, group, form, index, 1, 8, output);
    if (index < dimension) add_slice(weights, group, form, index, 1, dimension - index, output);
}

void vk_neon_attend_halves(const float *query, size_t dimension, const void *keys, const void *values, size_t count,
                           float scale, float *weights, float *output, vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_HALVES);
    attend(query, &group, VK_HALVES, scale, weights, output, sums);
}

void vk_neon_attend_codes(const float *query, size_t dimension, const void *keys, const void *values, size_t count,
                          float scale, float *weights, float *output, vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_CODES);
    attend(query, &group, VK_CODES, scale, weights, output, sums);
}
#else
typedef int vk_attention_neon_is_for_aarch64;
#endif
