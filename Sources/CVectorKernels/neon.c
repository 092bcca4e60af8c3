// Loci, Apache License 2.0.
//
// Kernels for AArch64 with the dot-product extension: one `sdot` multiplies and adds 16 signed bytes by 16 signed bytes.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "internal.h"

// Clang adds one extension to what the processor of the build has; GCC's intrinsics want the architecture named as well.
#if defined(__clang__)
#define VK_NEON_TARGET __attribute__((target("dotprod")))
#else
#define VK_NEON_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif
#define VK_NEON_INLINE VK_NEON_TARGET VK_INLINE

/// [sum of v[0], sum of v[1], sum of v[2], sum of v[3]].
VK_NEON_INLINE int32x4_t sums_of_four(const int32x4_t v[4]) {
    return vpaddq_s32(vpaddq_s32(v[0], v[1]), vpaddq_s32(v[2], v[3]));
}

/// Four integers as exact doubles.
typedef struct {
    float64x2_t front, back;
} wide;

/// factor * high + low, exactly: the products and sums are integers below 2^53.
VK_NEON_INLINE wide scale_and_add(wide high, double factor, wide low) {
    wide result = {vaddq_f64(vmulq_n_f64(high.front, factor), low.front),
                   vaddq_f64(vmulq_n_f64(high.back, factor), low.back)};
    return result;
}

VK_NEON_INLINE wide widen_integers(int32x4_t values) {
    wide result = {vcvtq_f64_s64(vmovl_s32(vget_low_s32(values))), vcvtq_f64_s64(vmovl_high_s32(values))};
    return result;
}

VK_NEON_INLINE wide join(int32x4_t coarse, int32x4_t fine) {
    return scale_and_add(widen_integers(coarse), 256.0, widen_integers(fine));
}

VK_NEON_INLINE float32x4_t round_wide(wide values) {
    return vcvt_high_f32_f64(vcvt_f32_f64(values.front), values.back);
}

/// The distances of four rows with integer sums `sums`: by one level when `residual_bits` is 0, else by two.
VK_NEON_INLINE float32x4_t distances_of_four(const vk_affine *affine, const uint8_t *const headers[4], int residual_bits,
                                             float32x4_t sums) {
    uint32x4_t header0 = vreinterpretq_u32_u8(vld1q_u8(headers[0])), header1 = vreinterpretq_u32_u8(vld1q_u8(headers[1]));
    uint32x4_t header2 = vreinterpretq_u32_u8(vld1q_u8(headers[2])), header3 = vreinterpretq_u32_u8(vld1q_u8(headers[3]));
    uint32x4_t front01 = vzip1q_u32(header0, header1), front23 = vzip1q_u32(header2, header3);
    uint32x4_t pairs = vcombine_u32(vget_low_u32(front01), vget_low_u32(front23));
    float32x4_t low = vcvt_f32_f16(vreinterpret_f16_u16(vmovn_u32(pairs)));
    float32x4_t step = vcvt_f32_f16(vreinterpret_f16_u16(vshrn_n_u32(pairs, 16)));
    uint32x4_t norm_bits;
    if (residual_bits == 0) {
        norm_bits = vcombine_u32(vget_high_u32(front01), vget_high_u32(front23));
    } else {
        norm_bits = vcombine_u32(vget_low_u32(vzip2q_u32(header0, header1)), vget_low_u32(vzip2q_u32(header2, header3)));
        low = vaddq_f32(low, vmulq_n_f32(step, vk_low_shift(residual_bits)));
        step = vmulq_n_f32(step, vk_step_ratio(residual_bits));
    }
    float32x4_t norms = vreinterpretq_f32_u32(norm_bits);
    float32x4_t base = vaddq_f32(vdupq_n_f32(affine->base), vmulq_n_f32(norms, affine->norm_weight));
    base = vaddq_f32(base, vmulq_n_f32(low, affine->low_factor));
    return vaddq_f32(base, vmulq_f32(step, vmulq_n_f32(sums, affine->step_factor)));
}

/// Stores the first `count` (1 to 4, a constant) of four floats.
VK_NEON_INLINE void store_floats(float *out, float32x4_t values, int count) {
    if (count == 4) {
        vst1q_f32(out, values);
    } else {
        if (count >= 2) vst1_f32(out, vget_low_f32(values));
        if (count == 3) vst1q_lane_f32(out + 2, values, 2);
        if (count == 1) vst1q_lane_f32(out, values, 0);
    }
}

/// The sums of the nibbles at `codes` times a query of one byte a dimension, for `count` rows at once.
VK_NEON_INLINE int32x4_t nibble_sums(const int8_t *low_query, const int8_t *high_query, size_t bytes,
                                     const uint8_t *const codes[4], int count) {
    const uint8x16_t mask = vdupq_n_u8(15);
    int32x4_t low_sums[4], high_sums[4];
    for (int i = 0; i < 4; i++) low_sums[i] = high_sums[i] = vdupq_n_s32(0);
    for (size_t k = 0; k < bytes; k += 16) {
        int8x16_t low = vld1q_s8(low_query + k), high = vld1q_s8(high_query + k);
        VK_UNROLL for (int i = 0; i < count; i++) {
            uint8x16_t block = vld1q_u8(codes[i] + k);
            low_sums[i] = vdotq_s32(low_sums[i], vreinterpretq_s8_u8(vandq_u8(block, mask)), low);
            high_sums[i] = vdotq_s32(high_sums[i], vreinterpretq_s8_u8(vshrq_n_u8(block, 4)), high);
        }
    }
    for (int i = 0; i < 4; i++) low_sums[i] = vaddq_s32(low_sums[i], high_sums[i]);
    return sums_of_four(low_sums);
}

/// Bytes less 128, as signed ones. `offset_of` says what that takes from a sum.
VK_NEON_INLINE int8x16_t to_signed(uint8x16_t codes) { return vreinterpretq_s8_u8(veorq_u8(codes, vdupq_n_u8(128))); }

/// 128 times the sum of the query's values, in every lane. At 65,536 dimensions it is at most 2^30.
VK_NEON_INLINE int32x4_t offset_of(const int8_t *query, size_t bytes) {
    int32x4_t sum = vdupq_n_s32(0);
    for (size_t k = 0; k < bytes; k += 16) sum = vdotq_s32(sum, vld1q_s8(query + k), vdupq_n_s8(1));
    return vdupq_n_s32(128 * vaddvq_s32(sum));
}

/// The sums of bytes times a query of two bytes a dimension. The offsets are those of the two query arrays.
VK_NEON_INLINE wide byte_sums(const int8_t *coarse, const int8_t *fine, size_t bytes, int32x4_t coarse_offset,
                              int32x4_t fine_offset, const uint8_t *const codes[4], int count) {
    int32x4_t coarse_sums[4], fine_sums[4];
    for (int i = 0; i < 4; i++) coarse_sums[i] = fine_sums[i] = vdupq_n_s32(0);
    for (size_t k = 0; k < bytes; k += 16) {
        int8x16_t coarse_block = vld1q_s8(coarse + k), fine_block = vld1q_s8(fine + k);
        VK_UNROLL for (int i = 0; i < count; i++) {
            int8x16_t block = to_signed(vld1q_u8(codes[i] + k));
            coarse_sums[i] = vdotq_s32(coarse_sums[i], block, coarse_block);
            fine_sums[i] = vdotq_s32(fine_sums[i], block, fine_block);
        }
    }
    return join(vaddq_s32(sums_of_four(coarse_sums), coarse_offset), vaddq_s32(sums_of_four(fine_sums), fine_offset));
}

/// The sums of 16 * nibble + residual nibble, joined to bytes, times a query of two bytes a dimension.
VK_NEON_INLINE wide joined_nibble_sums(const vk_two_level_query *query, int32x4_t coarse_offset, int32x4_t fine_offset,
                                       const uint8_t *const codes[4], const uint8_t *const residuals[4], int count) {
    int32x4_t coarse_sums[4], fine_sums[4];
    for (int i = 0; i < 4; i++) coarse_sums[i] = fine_sums[i] = vdupq_n_s32(0);
    for (size_t k = 0; k < query->code_bytes; k += 16) {
        int8x16_t low_coarse = vld1q_s8(query->low_coarse + k), low_fine = vld1q_s8(query->low_fine + k);
        int8x16_t high_coarse = vld1q_s8(query->high_coarse + k), high_fine = vld1q_s8(query->high_fine + k);
        VK_UNROLL for (int i = 0; i < count; i++) {
            uint8x16_t code = vld1q_u8(codes[i] + k), residual = vld1q_u8(residuals[i] + k);
            // Shift and insert: one instruction puts a nibble of the first beside a nibble of the second.
            int8x16_t low = to_signed(vsliq_n_u8(residual, code, 4)), high = to_signed(vsriq_n_u8(code, residual, 4));
            coarse_sums[i] = vdotq_s32(vdotq_s32(coarse_sums[i], low, low_coarse), high, high_coarse);
            fine_sums[i] = vdotq_s32(vdotq_s32(fine_sums[i], low, low_fine), high, high_fine);
        }
    }
    return join(vaddq_s32(sums_of_four(coarse_sums), coarse_offset), vaddq_s32(sums_of_four(fine_sums), fine_offset));
}

VK_NEON_INLINE void nibble_group(const vk_nibble_query *query, const uint8_t *const *rows, int count, float *out) {
    const uint8_t *headers[4], *codes[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    int32x4_t sums = nibble_sums(query->low_nibbles, query->high_nibbles, query->code_bytes, codes, count);
    store_floats(out, distances_of_four(&query->affine, headers, 0, vcvtq_f32_s32(sums)), count);
}

VK_NEON_TARGET static void neon_nibble_distances(const vk_nibble_query *query, const uint8_t *const *rows, size_t count,
                                                 float *out) {
#define WORK(rows_at_once) nibble_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_NEON_INLINE void byte_group(const vk_byte_query *query, int32x4_t coarse_offset, int32x4_t fine_offset,
                               const uint8_t *const *rows, int count, float *out) {
    const uint8_t *headers[4], *codes[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    wide sums = byte_sums(query->coarse, query->fine, query->code_bytes, coarse_offset, fine_offset, codes, count);
    store_floats(out, distances_of_four(&query->affine, headers, 0, round_wide(sums)), count);
}

VK_NEON_TARGET static void neon_byte_distances(const vk_byte_query *query, const uint8_t *const *rows, size_t count,
                                               float *out) {
    int32x4_t coarse_offset = offset_of(query->coarse, query->code_bytes);
    int32x4_t fine_offset = offset_of(query->fine, query->code_bytes);
#define WORK(rows_at_once) byte_group(query, coarse_offset, fine_offset, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_NEON_INLINE void nibble_nibble_group(const vk_two_level_query *query, int32x4_t coarse_offset, int32x4_t fine_offset,
                                        const uint8_t *const *rows, const uint8_t *const *residuals, int count,
                                        float *out) {
    const uint8_t *headers[4], *codes[4], *seconds[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    vk_group_of_four(residuals, count, 0, seconds);
    wide sums = joined_nibble_sums(query, coarse_offset, fine_offset, codes, seconds, count);
    store_floats(out, distances_of_four(&query->affine, headers, 4, round_wide(sums)), count);
}

VK_NEON_TARGET static void neon_nibble_nibble_distances(const vk_two_level_query *query, const uint8_t *const *rows,
                                                        const uint8_t *const *residuals, size_t count, float *out) {
    size_t bytes = query->code_bytes;
    int32x4_t coarse_offset = vaddq_s32(offset_of(query->low_coarse, bytes), offset_of(query->high_coarse, bytes));
    int32x4_t fine_offset = vaddq_s32(offset_of(query->low_fine, bytes), offset_of(query->high_fine, bytes));
#define WORK(rows_at_once) \
    nibble_nibble_group(query, coarse_offset, fine_offset, rows + done, residuals + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_NEON_INLINE void nibble_byte_group(const vk_two_level_query *query, int32x4_t coarse_offset, int32x4_t fine_offset,
                                      const uint8_t *const *rows, const uint8_t *const *residuals, int count, float *out) {
    const uint8_t *headers[4], *codes[4], *seconds[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    vk_group_of_four(residuals, count, 0, seconds);
    wide first = join(nibble_sums(query->low_coarse, query->high_coarse, query->code_bytes, codes, count),
                      nibble_sums(query->low_fine, query->high_fine, query->code_bytes, codes, count));
    wide second =
        byte_sums(query->coarse, query->fine, query->dimension, coarse_offset, fine_offset, seconds, count);
    wide sums = scale_and_add(first, 256.0, second);
    store_floats(out, distances_of_four(&query->affine, headers, 8, round_wide(sums)), count);
}

VK_NEON_TARGET static void neon_nibble_byte_distances(const vk_two_level_query *query, const uint8_t *const *rows,
                                                      const uint8_t *const *residuals, size_t count, float *out) {
    int32x4_t coarse_offset = offset_of(query->coarse, query->dimension);
    int32x4_t fine_offset = offset_of(query->fine, query->dimension);
#define WORK(rows_at_once) \
    nibble_byte_group(query, coarse_offset, fine_offset, rows + done, residuals + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_NEON_INLINE void byte_dot_group(const int8_t *query, size_t dimension, int32x4_t offset, const uint8_t *const *rows,
                                   int count, int32_t *out) {
    int32x4_t sums[4];
    for (int i = 0; i < 4; i++) sums[i] = vdupq_n_s32(0);
    for (size_t k = 0; k < dimension; k += 16) {
        int8x16_t block = vld1q_s8(query + k);
        VK_UNROLL for (int i = 0; i < count; i++) {
            sums[i] = vdotq_s32(sums[i], to_signed(vld1q_u8(rows[i] + k)), block);
        }
    }
    int32x4_t dots = vaddq_s32(sums_of_four(sums), offset);
    if (count == 4) vst1q_s32(out, dots);
    if (count == 2 || count == 3) vst1_s32(out, vget_low_s32(dots));
    if (count == 3) vst1q_lane_s32(out + 2, dots, 2);
    if (count == 1) vst1q_lane_s32(out, dots, 0);
}

VK_NEON_TARGET static void neon_byte_dots(const int8_t *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                          int32_t *out) {
    int32x4_t offset = offset_of(query, dimension);
#define WORK(rows_at_once) byte_dot_group(query, dimension, offset, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

// ---- Sketches. ----

/// The sums of the query's values where `bits` are 1.
VK_NEON_INLINE int32x4_t sketch_sums(const int8_t *values, size_t dimension, const uint8_t *const bits[4], int count) {
    const uint8x16_t bit_of_lane = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
    const uint8x16_t byte_of_lane = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
    int32x4_t sums[4];
    for (int i = 0; i < 4; i++) sums[i] = vdupq_n_s32(0);
    for (size_t k = 0; k < dimension; k += 64) {
        VK_UNROLL for (int i = 0; i < count; i++) {
            uint8x8_t half = vld1_u8(bits[i] + k / 8);
            uint8x16_t block = vcombine_u8(half, half);
            VK_UNROLL for (int part = 0; part < 4; part++) {
                uint8x16_t spread = vqtbl1q_u8(block, vaddq_u8(byte_of_lane, vdupq_n_u8((uint8_t)(2 * part))));
                // -1 where the bit is 1.
                int8x16_t chosen = vreinterpretq_s8_u8(vtstq_u8(spread, bit_of_lane));
                sums[i] = vdotq_s32(sums[i], chosen, vld1q_s8(values + k + 16 * part));
            }
        }
    }
    return vnegq_s32(sums_of_four(sums));
}

/// The bounds of four rows with products `products`.
VK_NEON_INLINE float32x4_t bounds_of_four(const vk_sketch_query *query, const uint8_t *const headers[4],
                                          float32x4_t products) {
    uint8x16_t header01 = vcombine_u8(vld1_u8(headers[0]), vld1_u8(headers[1]));
    uint8x16_t header23 = vcombine_u8(vld1_u8(headers[2]), vld1_u8(headers[3]));
    uint32x4_t first = vreinterpretq_u32_u8(header01), second = vreinterpretq_u32_u8(header23);
    float32x4_t norms = vreinterpretq_f32_u32(vuzp1q_u32(first, second));
    uint32x4_t pairs = vuzp2q_u32(first, second);
    float32x4_t factors = vcvt_f32_f16(vreinterpret_f16_u16(vmovn_u32(pairs)));
    float32x4_t errors = vcvt_f32_f16(vreinterpret_f16_u16(vshrn_n_u32(pairs, 16)));
    float32x4_t bounds = vaddq_f32(vdupq_n_f32(query->base), vmulq_n_f32(norms, query->norm_weight));
    bounds = vaddq_f32(bounds, vmulq_f32(vmulq_n_f32(factors, query->product_factor), products));
    return vaddq_f32(bounds, vmulq_n_f32(errors, query->error_factor));
}

VK_NEON_INLINE void sketch_group(const vk_sketch_query *query, const uint8_t *const *rows, int count, float *out) {
    const uint8_t *headers[4], *bits[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_SKETCH_HEADER_BYTES, bits);
    int32x4_t sums = sketch_sums(query->values, query->dimension, bits, count);
    int32x4_t products = vsubq_s32(vaddq_s32(sums, sums), vdupq_n_s32(query->sum));
    store_floats(out, bounds_of_four(query, headers, vcvtq_f32_s32(products)), count);
}

VK_NEON_TARGET static void neon_sketch_bounds(const vk_sketch_query *query, const uint8_t *const *rows, size_t count,
                                              float *out) {
#define WORK(rows_at_once) sketch_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

// ---- Binary rows. ----

/// Adds how many of 64 bytes' bits are not the query's; with a mask, of those that it has.
VK_NEON_INLINE uint32x4_t add_differing(uint32x4_t sums, const uint8_t *bits, const uint8_t *row, const uint8_t *mask) {
    uint8x16_t counts = vdupq_n_u8(0);
    VK_UNROLL for (int part = 0; part < 4; part++) {
        uint8x16_t differing = veorq_u8(vld1q_u8(bits + 16 * part), vld1q_u8(row + 16 * part));
        if (mask != NULL) differing = vandq_u8(differing, vld1q_u8(mask + 16 * part));
        counts = vaddq_u8(counts, vcntq_u8(differing));
    }
    return vpadalq_u16(sums, vpaddlq_u8(counts));
}

VK_NEON_INLINE void hamming_group(const vk_hamming_query *query, const uint8_t *const *rows, int count, float *out) {
    const size_t last = (query->dimension - 1) / 512 * 64;
    uint32x4_t sums[4];
    for (int i = 0; i < 4; i++) sums[i] = vdupq_n_u32(0);
    for (size_t k = 0; k < last; k += 64) {
        VK_UNROLL for (int i = 0; i < count; i++) sums[i] = add_differing(sums[i], query->bits + k, rows[i] + k, NULL);
    }
    VK_UNROLL for (int i = 0; i < count; i++) {
        sums[i] = add_differing(sums[i], query->bits + last, rows[i] + last, query->last);
    }
    uint32x4_t differing = vpaddq_u32(vpaddq_u32(sums[0], sums[1]), vpaddq_u32(sums[2], sums[3]));
    float32x4_t twice = vcvtq_f32_u32(vaddq_u32(differing, differing));
    store_floats(out, vdivq_f32(twice, vdupq_n_f32((float)query->dimension)), count);
}

VK_NEON_TARGET static void neon_hamming_distances(const vk_hamming_query *query, const uint8_t *const *rows,
                                                  size_t count, float *out) {
#define WORK(rows_at_once) hamming_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

// ---- Tables of entry points: four entries in a register, four bytes each. ----

VK_NEON_INLINE int8x16_t load_quad(const int8_t *values) {
    int32_t quad;
    memcpy(&quad, values, sizeof quad);
    return vreinterpretq_s8_s32(vdupq_n_s32(quad));
}

VK_NEON_TARGET static void neon_entry_minima(const vk_entry_query *query, const uint8_t *groups, size_t group_count,
                                             float out_scores[VK_ENTRY_LANES], uint32_t out_groups[VK_ENTRY_LANES]) {
    const uint8x16_t mask = vdupq_n_u8(15);
    float32x4_t least[4];
    uint32x4_t least_groups[4];
    VK_UNROLL for (int part = 0; part < 4; part++) {
        least[part] = vdupq_n_f32(__builtin_inff());
        least_groups[part] = vdupq_n_u32(0);
    }
    const uint8_t *line = groups;
    for (size_t group = 0; group < group_count; group++) {
        const uint8_t *biases = line;
        line += VK_ENTRY_LINE_BYTES;
        int32x4_t sums[4];
        VK_UNROLL for (int part = 0; part < 4; part++) sums[part] = vdupq_n_s32(0);
        for (size_t j = 0; j < 8 * query->lines; j += 8, line += VK_ENTRY_LINE_BYTES) {
            int8x16_t low = load_quad(query->values + j), high = load_quad(query->values + j + 4);
            VK_UNROLL for (int part = 0; part < 4; part++) {
                uint8x16_t codes = vld1q_u8(line + 16 * part);
                sums[part] = vdotq_s32(sums[part], vreinterpretq_s8_u8(vandq_u8(codes, mask)), low);
                sums[part] = vdotq_s32(sums[part], vreinterpretq_s8_u8(vshrq_n_u8(codes, 4)), high);
            }
        }
        VK_UNROLL for (int part = 0; part < 4; part++) {
            float32x4_t scores = vmulq_n_f32(vcvtq_f32_s32(sums[part]), query->factor);
            scores = vaddq_f32(vreinterpretq_f32_u8(vld1q_u8(biases + 16 * part)), scores);
            uint32x4_t is_less = vcltq_f32(scores, least[part]);
            least[part] = vbslq_f32(is_less, scores, least[part]);
            least_groups[part] = vbslq_u32(is_less, vdupq_n_u32((uint32_t)group), least_groups[part]);
        }
    }
    VK_UNROLL for (int part = 0; part < 4; part++) {
        vst1q_f32(out_scores + 4 * part, least[part]);
        vst1q_u32(out_groups + 4 * part, least_groups[part]);
    }
}

// ---- Floats: 32 lanes are eight registers. ----

/// Four elements of a row from `index` on, of which `valid` (1 to 4) exist; the others are 0 and not read.
VK_NEON_INLINE float32x4_t row_elements(const uint8_t *row, size_t index, size_t valid, int is_half) {
    uint8_t bytes[16] = {0};
    if (is_half) {
        if (valid == 4) return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(row + 2 * index)));
        memcpy(bytes, row + 2 * index, 2 * valid);
        return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(bytes)));
    }
    if (valid == 4) return vreinterpretq_f32_u8(vld1q_u8(row + 4 * index));
    memcpy(bytes, row + 4 * index, 4 * valid);
    return vreinterpretq_f32_u8(vld1q_u8(bytes));
}

VK_NEON_INLINE float32x4_t add_term(float32x4_t sum, float32x4_t query, float32x4_t row, int is_l2) {
    float32x4_t difference = vsubq_f32(query, row);
    return vaddq_f32(sum, is_l2 ? vmulq_f32(difference, difference) : vmulq_f32(query, row));
}

VK_NEON_INLINE float float_sum(const float *query, size_t dimension, const uint8_t *row, int is_half, int is_l2) {
    float32x4_t sums[8];
    for (int v = 0; v < 8; v++) sums[v] = vdupq_n_f32(0);
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        VK_UNROLL for (int v = 0; v < 8; v++) {
            size_t at = index + 4 * (size_t)v;
            sums[v] = add_term(sums[v], vld1q_f32(query + at), row_elements(row, at, 4, is_half), is_l2);
        }
    }
    // Lanes past the end add +0, which changes no lane: none is ever -0, since each began as +0.
    VK_UNROLL for (int v = 0; v < 8; v++) {
        size_t at = index + 4 * (size_t)v;
        if (at >= dimension) continue;
        size_t valid = dimension - at < 4 ? dimension - at : 4;
        float32x4_t values = row_elements((const uint8_t *)query, at, valid, 0);
        sums[v] = add_term(sums[v], values, row_elements(row, at, valid, is_half), is_l2);
    }
    float32x4_t even = vaddq_f32(vaddq_f32(sums[0], sums[4]), vaddq_f32(sums[2], sums[6]));
    float32x4_t odd = vaddq_f32(vaddq_f32(sums[1], sums[5]), vaddq_f32(sums[3], sums[7]));
    float32x4_t four = vaddq_f32(even, odd);
    float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

VK_NEON_TARGET static void neon_float32_l2_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = float_sum(query, dimension, rows[i], 0, 1);
}

VK_NEON_TARGET static void neon_float32_ip_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = -float_sum(query, dimension, rows[i], 0, 0);
}

VK_NEON_TARGET static void neon_float16_l2_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = float_sum(query, dimension, rows[i], 1, 1);
}

VK_NEON_TARGET static void neon_float16_ip_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = -float_sum(query, dimension, rows[i], 1, 0);
}

VK_NEON_TARGET static float neon_dot(const float *a, const float *b, size_t count) {
    return float_sum(a, count, (const uint8_t *)b, 0, 0);
}

VK_NEON_TARGET static float neon_sum_of_squares(const float *values, size_t count) {
    return neon_dot(values, values, count);
}

VK_NEON_TARGET static void neon_widen_float16(const uint16_t *values, size_t count, float *out) {
    size_t i = 0;
    for (; count - i >= 4; i += 4) vst1q_f32(out + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(values + i))));
    for (; i < count; i++) out[i] = vk_widen(values[i]);
}

VK_NEON_TARGET static void neon_narrow_float32(const float *values, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; count - i >= 4; i += 4) vst1_u16(out + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(values + i))));
    for (; i < count; i++) out[i] = vk_narrow(values[i]);
}

// ---- The Hadamard transform. ----

/// One level inside a register: each lane becomes its partner plus itself, or, where `signs` has a sign bit, its partner
/// minus itself. `partners` is the register with the lanes of each pair exchanged.
VK_NEON_INLINE float32x4_t level_inside(float32x4_t values, float32x4_t partners, uint32x4_t signs) {
    return vaddq_f32(partners, vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(values), signs)));
}

/// All levels among `registers` * 4 floats.
VK_NEON_INLINE void hadamard_tile(float *values, int registers) {
    const uint32_t sign = 0x80000000u;
    const uint32x4_t signs1 = {0, sign, 0, sign}, signs2 = {0, 0, sign, sign};
    float32x4_t v[16];
    VK_UNROLL for (int i = 0; i < registers; i++) {
        float32x4_t x = vld1q_f32(values + 4 * i);
        x = level_inside(x, vrev64q_f32(x), signs1);
        v[i] = level_inside(x, vextq_f32(x, x, 2), signs2);
    }
    VK_UNROLL for (int half = 1; half < registers; half *= 2) {
        VK_UNROLL for (int i = 0; i < registers; i++) {
            if (i & half) continue;
            float32x4_t a = v[i], b = v[i + half];
            v[i] = vaddq_f32(a, b);
            v[i + half] = vsubq_f32(a, b);
        }
    }
    VK_UNROLL for (int i = 0; i < registers; i++) vst1q_f32(values + 4 * i, v[i]);
}

VK_NEON_TARGET static void neon_hadamard(float *values, size_t count) {
    switch (count) {
        case 4: hadamard_tile(values, 1); return;
        case 8: hadamard_tile(values, 2); return;
        case 16: hadamard_tile(values, 4); return;
        case 32: hadamard_tile(values, 8); return;
        default: break;
    }
    if (count < 4) {
        vk_hadamard_from(values, count, 1);
        return;
    }
    for (size_t i = 0; i < count; i += 64) hadamard_tile(values + i, 16);
    vk_hadamard_from(values, count, 64);
}

VK_DEFINE_PLAIN_LOOPS(neon, VK_NEON_TARGET)
VK_DEFINE_INSERT_CANDIDATES(neon, VK_NEON_TARGET)

const vk_kernels vk_neon_kernels = VK_KERNEL_TABLE(neon, VK_NEON, "neon");
#else
typedef int vk_neon_is_for_aarch64;
#endif
