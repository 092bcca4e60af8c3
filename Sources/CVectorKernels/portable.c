// Loci, Apache License 2.0.
//
// The reference kernels, for any processor. The other sets must give the same bits.
#include "internal.h"

static void portable_nibble_distances(const vk_nibble_query *query, const uint8_t *const *rows, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows[i], *codes = row + VK_CODE_HEADER_BYTES;
        int32_t sum = 0;
        for (size_t k = 0; k < query->code_bytes; k++) {
            sum += query->low_nibbles[k] * (codes[k] & 15) + query->high_nibbles[k] * (codes[k] >> 4);
        }
        out[i] = vk_distance(&query->affine, vk_load_f32(row + 4), vk_widen(vk_load_u16(row)),
                             vk_widen(vk_load_u16(row + 2)), (float)sum);
    }
}

/// The sum of 16-bit query values (256 * coarse + fine) times bytes.
VK_INLINE int64_t wide_byte_sum(const int8_t *coarse, const int8_t *fine, const uint8_t *codes, size_t bytes) {
    int32_t coarse_sum = 0, fine_sum = 0;
    for (size_t k = 0; k < bytes; k++) {
        coarse_sum += coarse[k] * codes[k];
        fine_sum += fine[k] * codes[k];
    }
    return 256 * (int64_t)coarse_sum + fine_sum;
}

/// The same with nibbles.
VK_INLINE int64_t wide_nibble_sum(const vk_two_level_query *query, const uint8_t *codes) {
    int32_t coarse_sum = 0, fine_sum = 0;
    for (size_t k = 0; k < query->code_bytes; k++) {
        int low = codes[k] & 15, high = codes[k] >> 4;
        coarse_sum += query->low_coarse[k] * low + query->high_coarse[k] * high;
        fine_sum += query->low_fine[k] * low + query->high_fine[k] * high;
    }
    return 256 * (int64_t)coarse_sum + fine_sum;
}

static void portable_byte_distances(const vk_byte_query *query, const uint8_t *const *rows, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows[i];
        int64_t sum = wide_byte_sum(query->coarse, query->fine, row + VK_CODE_HEADER_BYTES, query->code_bytes);
        out[i] = vk_distance(&query->affine, vk_load_f32(row + 4), vk_widen(vk_load_u16(row)),
                             vk_widen(vk_load_u16(row + 2)), (float)sum);
    }
}

VK_INLINE float two_level_distance(const vk_affine *affine, const uint8_t *row, int residual_bits, int64_t sum) {
    float low = vk_widen(vk_load_u16(row)), step = vk_widen(vk_load_u16(row + 2));
    return vk_distance(affine, vk_load_f32(row + 8), low + step * vk_low_shift(residual_bits),
                       step * vk_step_ratio(residual_bits), (float)sum);
}

static void portable_nibble_nibble_distances(const vk_two_level_query *query, const uint8_t *const *rows,
                                             const uint8_t *const *residuals, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        int64_t sum = 16 * wide_nibble_sum(query, rows[i] + VK_CODE_HEADER_BYTES) + wide_nibble_sum(query, residuals[i]);
        out[i] = two_level_distance(&query->affine, rows[i], 4, sum);
    }
}

static void portable_nibble_byte_distances(const vk_two_level_query *query, const uint8_t *const *rows,
                                           const uint8_t *const *residuals, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        int64_t sum = 256 * wide_nibble_sum(query, rows[i] + VK_CODE_HEADER_BYTES) +
                      wide_byte_sum(query->coarse, query->fine, residuals[i], query->dimension);
        out[i] = two_level_distance(&query->affine, rows[i], 8, sum);
    }
}

static void portable_byte_dots(const int8_t *query, size_t dimension, const uint8_t *const *rows, size_t count,
                               int32_t *out) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows[i];
        int32_t sum = 0;
        for (size_t j = 0; j < dimension; j++) sum += query[j] * row[j];
        out[i] = sum;
    }
}

static void portable_sketch_bounds(const vk_sketch_query *query, const uint8_t *const *rows, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows[i], *bits = row + VK_SKETCH_HEADER_BYTES;
        int32_t sum = 0;
        for (size_t j = 0; j < query->dimension; j++) sum += (bits[j / 8] >> (j % 8) & 1) * query->values[j];
        out[i] = vk_sketch_bound(query, vk_load_f32(row), vk_widen(vk_load_u16(row + 4)), vk_widen(vk_load_u16(row + 6)),
                                 (float)(2 * sum - query->sum));
    }
}

static void portable_hamming_distances(const vk_hamming_query *query, const uint8_t *const *rows, size_t count,
                                       float *out) {
    size_t whole = query->dimension / 8, rest = query->dimension % 8;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows[i];
        uint32_t differing = 0;
        size_t k = 0;
        for (; whole - k >= 8; k += 8) {
            uint64_t bits, others;
            memcpy(&bits, query->bits + k, sizeof bits);
            memcpy(&others, row + k, sizeof others);
            differing += (uint32_t)__builtin_popcountll(bits ^ others);
        }
        for (; k < whole; k++) differing += (uint32_t)__builtin_popcount(query->bits[k] ^ row[k]);
        if (rest > 0) {
            differing += (uint32_t)__builtin_popcount((query->bits[k] ^ row[k]) & ((1u << rest) - 1));
        }
        out[i] = vk_hamming_distance(differing, query->dimension);
    }
}

static void portable_entry_minima(const vk_entry_query *query, const uint8_t *groups, size_t group_count,
                                  float out_scores[VK_ENTRY_LANES], uint32_t out_groups[VK_ENTRY_LANES]) {
    for (size_t lane = 0; lane < VK_ENTRY_LANES; lane++) {
        out_scores[lane] = __builtin_inff();
        out_groups[lane] = 0;
    }
    for (size_t group = 0; group < group_count; group++) {
        const uint8_t *biases = groups + group * VK_ENTRY_LINE_BYTES * (1 + query->lines);
        for (size_t lane = 0; lane < VK_ENTRY_LANES; lane++) {
            const uint8_t *codes = biases + VK_ENTRY_LINE_BYTES + 4 * lane;
            const int8_t *values = query->values;
            int32_t sum = 0;
            for (size_t line = 0; line < query->lines; line++, codes += VK_ENTRY_LINE_BYTES, values += 8) {
                for (size_t b = 0; b < 4; b++) sum += values[b] * (codes[b] & 15) + values[4 + b] * (codes[b] >> 4);
            }
            float score = vk_load_f32(biases + 4 * lane) + query->factor * (float)sum;
            if (score < out_scores[lane]) {
                out_scores[lane] = score;
                out_groups[lane] = (uint32_t)group;
            }
        }
    }
}

VK_INLINE float row_element(const uint8_t *row, size_t index, int is_half) {
    return is_half ? vk_widen(vk_load_u16(row + 2 * index)) : vk_load_f32(row + 4 * index);
}

VK_INLINE float term(float query, float element, int is_l2) {
    float difference = query - element;
    return is_l2 ? difference * difference : query * element;
}

/// A float sum in 32 lanes, as the header defines it.
VK_INLINE float float_sum(const float *query, const uint8_t *row, size_t dimension, int is_half, int is_l2) {
    float lanes[VK_LANES] = {0};
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        for (size_t lane = 0; lane < VK_LANES; lane++) {
            lanes[lane] += term(query[index + lane], row_element(row, index + lane, is_half), is_l2);
        }
    }
    for (size_t lane = 0; index + lane < dimension; lane++) {
        lanes[lane] += term(query[index + lane], row_element(row, index + lane, is_half), is_l2);
    }
    for (size_t half = VK_LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
    }
    return lanes[0];
}

static void portable_float32_l2_distances(const float *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                          float *out) {
    for (size_t i = 0; i < count; i++) out[i] = float_sum(query, rows[i], dimension, 0, 1);
}

static void portable_float32_ip_distances(const float *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                          float *out) {
    for (size_t i = 0; i < count; i++) out[i] = -float_sum(query, rows[i], dimension, 0, 0);
}

static void portable_float16_l2_distances(const float *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                          float *out) {
    for (size_t i = 0; i < count; i++) out[i] = float_sum(query, rows[i], dimension, 1, 1);
}

static void portable_float16_ip_distances(const float *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                          float *out) {
    for (size_t i = 0; i < count; i++) out[i] = -float_sum(query, rows[i], dimension, 1, 0);
}

static float portable_sum_of_squares(const float *values, size_t count) {
    return float_sum(values, (const uint8_t *)values, count, 0, 0);
}

static float portable_dot(const float *a, const float *b, size_t count) {
    return float_sum(a, (const uint8_t *)b, count, 0, 0);
}

static void portable_hadamard(float *values, size_t count) { vk_hadamard_from(values, count, 1); }

static void portable_widen_float16(const uint16_t *values, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = vk_widen(values[i]);
}

static void portable_narrow_float32(const float *values, size_t count, uint16_t *out) {
    for (size_t i = 0; i < count; i++) out[i] = vk_narrow(values[i]);
}

VK_DEFINE_PLAIN_LOOPS(portable, )
VK_DEFINE_INSERT_CANDIDATES(portable, )

const vk_kernels vk_portable_kernels = VK_KERNEL_TABLE(portable, VK_PORTABLE, "portable");
