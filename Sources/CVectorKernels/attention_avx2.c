// Loci, Apache License 2.0.
//
// Attention kernels for x86-64 with AVX2. FMA is not asked for, so that nothing can be fused.
#if defined(__x86_64__)
#include "attention_x86.h"

/// Eight elements from `at` on, of halves or codes.
VK_AVX2_INLINE __m256 eight_elements(const uint8_t *at, vk_attention_form form) {
    if (form == VK_HALVES) return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)at));
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)at)));
}

/// The same of which `valid` (0 to 8) exist; the others are 0 and not read.
VK_AVX2_INLINE __m256 some_elements(const uint8_t *at, size_t valid, vk_attention_form form) {
    uint8_t bytes[16] = {0};
    if (valid == 8) return eight_elements(at, form);
    memcpy(bytes, at, valid * (form == VK_HALVES ? 2 : 1));
    return eight_elements(bytes, form);
}

/// `valid` (0 to 8) floats, and zeros.
VK_AVX2_INLINE __m256 some_floats(const float *values, size_t valid) {
    float padded[8] = {0};
    if (valid == 8) return _mm256_loadu_ps(values);
    memcpy(padded, values, valid * sizeof *values);
    return _mm256_loadu_ps(padded);
}

/// Of the 8 lanes from `index + 8 * v` on, how many are of dimensions.
VK_AVX2_INLINE size_t valid_lanes(size_t dimension, size_t index, int v) {
    size_t at = index + 8 * (size_t)v;
    return at >= dimension ? 0 : dimension - at < 8 ? dimension - at : 8;
}

VK_AVX2_INLINE __m256 add_product(__m256 sum, __m256 a, __m256 b) { return _mm256_add_ps(sum, _mm256_mul_ps(a, b)); }

/// The sums of two rows' products with the query, which hide each other's latency; the 32 lanes of each folded to four.
VK_AVX2_INLINE void dots_of_two(const float *query, size_t dimension, const uint8_t *const rows[2],
                                vk_attention_form form, __m128 out[2]) {
    const size_t header = form == VK_HALVES ? 0 : VK_ATTENTION_HEADER_BYTES, size = form == VK_HALVES ? 2 : 1;
    const uint8_t *first = rows[0] + header, *second = rows[1] + header;
    __m256 sums[2][4];
    for (int v = 0; v < 4; v++) sums[0][v] = sums[1][v] = _mm256_setzero_ps();
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        VK_UNROLL for (int v = 0; v < 4; v++) {
            size_t at = index + 8 * (size_t)v;
            __m256 values = _mm256_loadu_ps(query + at);
            sums[0][v] = add_product(sums[0][v], values, eight_elements(first + size * at, form));
            sums[1][v] = add_product(sums[1][v], values, eight_elements(second + size * at, form));
        }
    }
    // Lanes past the end add +0, which changes no lane: none is ever -0, since each began as +0.
    if (index < dimension) {
        VK_UNROLL for (int v = 0; v < 4; v++) {
            size_t at = index + 8 * (size_t)v, valid = valid_lanes(dimension, index, v);
            if (valid == 0) continue;
            __m256 values = some_floats(query + at, valid);
            sums[0][v] = add_product(sums[0][v], values, some_elements(first + size * at, valid, form));
            sums[1][v] = add_product(sums[1][v], values, some_elements(second + size * at, valid, form));
        }
    }
    for (int row = 0; row < 2; row++) out[row] = vk_fold_to_four(sums[row]);
}

VK_AVX2_INLINE float sum_of(const float *values, size_t count) {
    __m256 sums[4];
    for (int v = 0; v < 4; v++) sums[v] = _mm256_setzero_ps();
    for (size_t index = 0; index < count; index += VK_LANES) {
        for (int v = 0; v < 4; v++) {
            size_t valid = valid_lanes(count, index, v);
            if (valid > 0) sums[v] = _mm256_add_ps(sums[v], some_floats(values + index + 8 * (size_t)v, valid));
        }
    }
    __m128 four = vk_fold_to_four(sums);
    return _mm_cvtss_f32(vk_fold_four(four, four, four, four));
}

VK_AVX2_INLINE void find_logits(const float *query, const vk_attention_group *group, vk_attention_form form,
                                float scale, float *logits) {
    const float query_sum = form == VK_CODES ? sum_of(query, group->dimension) : 0.0f;
    for (size_t j = 0; j < group->count; j += 4) {
        const size_t rest = group->count - j;
        const uint8_t *rows[4];
        for (size_t row = 0; row < 4; row++) rows[row] = group->keys + (j + (row < rest ? row : 0)) * group->stride;
        vk_ask_ahead(group, j, rest < 4 ? rest : 4);
        __m128 sums[4];
        dots_of_two(query, group->dimension, rows, form, sums);
        dots_of_two(query, group->dimension, rows + 2, form, sums + 2);
        __m128 four = vk_logits_of_four(vk_fold_four(sums[0], sums[1], sums[2], sums[3]), rows, form, query_sum, scale);
        if (rest >= 4) {
            _mm_storeu_ps(logits + j, four);
        } else {
            float padded[4];
            _mm_storeu_ps(padded, four);
            memcpy(logits + j, padded, rest * sizeof *padded);
        }
    }
}

/// The output of `registers` * 8 dimensions from `index` on. Of eight, `valid` exist, where it is less.
VK_AVX2_INLINE void add_slice(const float *weights, const vk_attention_group *group, vk_attention_form form,
                              size_t index, int registers, size_t valid, float *output) {
    const size_t header = form == VK_HALVES ? 0 : VK_ATTENTION_HEADER_BYTES, size = form == VK_HALVES ? 2 : 1;
    __m256 sums[8], lows = _mm256_setzero_ps();
    VK_UNROLL for (int v = 0; v < registers; v++) sums[v] = _mm256_setzero_ps();
    const uint8_t *row = group->values;
    for (size_t j = 0; j < group->count; j++, row += group->stride) {
        __m256 weight = _mm256_broadcast_ss(weights + j);
        if (form == VK_CODES) {
            lows = add_product(lows, weight, _mm256_set1_ps(vk_load_f32(row)));
            weight = _mm256_mul_ps(weight, _mm256_set1_ps(vk_load_f32(row + 4)));
        }
        const uint8_t *elements = row + header + size * index;
        VK_UNROLL for (int v = 0; v < registers; v++) {
            const uint8_t *at = elements + 8 * size * (size_t)v;
            sums[v] = add_product(sums[v], weight, valid < 8 ? some_elements(at, valid, form) : eight_elements(at, form));
        }
    }
    VK_UNROLL for (int v = 0; v < registers; v++) {
        if (form == VK_CODES) sums[v] = _mm256_add_ps(sums[v], lows);
        if (valid == 8) _mm256_storeu_ps(output + index + 8 * v, sums[v]);
    }
    if (valid == 8) return;
    float padded[8];
    _mm256_storeu_ps(padded, sums[0]);
    memcpy(output + index, padded, valid * sizeof *padded);
}

VK_AVX2_INLINE void attend(const float *query, const vk_attention_group *group, vk_attention_form form, float scale,
                           float *weights, float *output, vk_attention_sums *sums) {
    find_logits(query, group, form, scale, weights);
    *sums = vk_weigh(weights, group->count);
    const size_t dimension = group->dimension;
    size_t index = 0;
    for (; dimension - index >= 64; index += 64) add_slice(weights, group, form, index, 8, 8, output);
    for (; dimension - index >= 32; index += 32) add_slice(weights, group, form, index, 4, 8, output);
    for (; dimension - index >= 8; index += 8) add_slice(weights, group, form, index, 1, 8, output);
    if (index < dimension) add_slice(weights, group, form, index, 1, dimension - index, output);
}

VK_AVX2_TARGET void vk_avx2_attend_halves(const float *query, size_t dimension, const void *keys, const void *values,
                                          size_t count, float scale, float *weights, float *output,
                                          vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_HALVES);
    attend(query, &group, VK_HALVES, scale, weights, output, sums);
}

VK_AVX2_TARGET void vk_avx2_attend_codes(const float *query, size_t dimension, const void *keys, const void *values,
                                         size_t count, float scale, float *weights, float *output,
                                         vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_CODES);
    attend(query, &group, VK_CODES, scale, weights, output, sums);
}
#else
typedef int vk_attention_avx2_is_for_x86_64;
#endif
