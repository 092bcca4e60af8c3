// Loci, Apache License 2.0.
//
// Attention kernels for x86-64 with AVX-512. Its target has FMA, but nothing is fused: see internal.h.
#if defined(__x86_64__)
#include "attention_x86.h"

#define VK_AVX512_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,f16c")))
#define VK_AVX512_INLINE VK_AVX512_TARGET VK_INLINE

/// The lanes of a register that are of dimensions, where `left` are left.
VK_AVX512_INLINE __mmask16 lanes_left(size_t left) { return left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1); }

/// Sixteen elements from `at` on, of halves or codes; those that the mask leaves out are 0 and not read.
VK_AVX512_INLINE __m512 elements(const uint8_t *at, __mmask16 mask, vk_attention_form form) {
    if (form == VK_HALVES) return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, at));
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, at)));
}

VK_AVX512_INLINE __m512 add_product(__m512 sum, __m512 a, __m512 b) { return _mm512_add_ps(sum, _mm512_mul_ps(a, b)); }

VK_AVX512_INLINE __m128 fold_to_four(__m512 low, __m512 high) {
    __m512 sixteen = _mm512_add_ps(low, high);
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}

/// The sums of four rows' products with the query.
VK_AVX512_INLINE __m128 dots_of_four(const float *query, size_t dimension, const uint8_t *const rows[4],
                                     vk_attention_form form) {
    const size_t header = form == VK_HALVES ? 0 : VK_ATTENTION_HEADER_BYTES, size = form == VK_HALVES ? 2 : 1;
    __m512 low[4], high[4];
    for (int i = 0; i < 4; i++) low[i] = high[i] = _mm512_setzero_ps();
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        __m512 query_low = _mm512_loadu_ps(query + index), query_high = _mm512_loadu_ps(query + index + 16);
        VK_UNROLL for (int i = 0; i < 4; i++) {
            const uint8_t *at = rows[i] + header + size * index;
            low[i] = add_product(low[i], query_low, elements(at, 0xffff, form));
            high[i] = add_product(high[i], query_high, elements(at + 16 * size, 0xffff, form));
        }
    }
    if (index < dimension) {
        // Lanes past the end add +0, which changes no lane: none is ever -0, since each began as +0.
        uint32_t mask = (1u << (dimension - index)) - 1;
        __mmask16 low_mask = (__mmask16)mask, high_mask = (__mmask16)(mask >> 16);
        __m512 query_low = _mm512_maskz_loadu_ps(low_mask, query + index);
        __m512 query_high = _mm512_maskz_loadu_ps(high_mask, query + index + 16);
        VK_UNROLL for (int i = 0; i < 4; i++) {
            const uint8_t *at = rows[i] + header + size * index;
            low[i] = add_product(low[i], query_low, elements(at, low_mask, form));
            high[i] = add_product(high[i], query_high, elements(at + 16 * size, high_mask, form));
        }
    }
    return vk_fold_four(fold_to_four(low[0], high[0]), fold_to_four(low[1], high[1]), fold_to_four(low[2], high[2]),
                        fold_to_four(low[3], high[3]));
}

VK_AVX512_INLINE float sum_of(const float *values, size_t count) {
    __m512 low = _mm512_setzero_ps(), high = low;
    for (size_t index = 0; index < count; index += VK_LANES) {
        size_t left = count - index;
        low = _mm512_add_ps(low, _mm512_maskz_loadu_ps(lanes_left(left), values + index));
        if (left > 16) high = _mm512_add_ps(high, _mm512_maskz_loadu_ps(lanes_left(left - 16), values + index + 16));
    }
    __m128 four = fold_to_four(low, high);
    return _mm_cvtss_f32(vk_fold_four(four, four, four, four));
}

VK_AVX512_INLINE void find_logits(const float *query, const vk_attention_group *group, vk_attention_form form,
                                  float scale, float *logits) {
    const float query_sum = form == VK_CODES ? sum_of(query, group->dimension) : 0.0f;
    for (size_t j = 0; j < group->count; j += 4) {
        const size_t rest = group->count - j;
        const uint8_t *rows[4];
        for (size_t row = 0; row < 4; row++) rows[row] = group->keys + (j + (row < rest ? row : 0)) * group->stride;
        vk_ask_ahead(group, j, rest < 4 ? rest : 4);
        __m128 products = dots_of_four(query, group->dimension, rows, form);
        __m128 four = vk_logits_of_four(products, rows, form, query_sum, scale);
        _mm_mask_storeu_ps(logits + j, (__mmask8)lanes_left(rest < 4 ? rest : 4), four);
    }
}

/// The output of `registers` * 16 dimensions from `index` on, of which the last sixteen are those of the mask.
VK_AVX512_INLINE void add_slice(const float *weights, const vk_attention_group *group, vk_attention_form form,
                                size_t index, int registers, __mmask16 mask, float *output) {
    const size_t header = form == VK_HALVES ? 0 : VK_ATTENTION_HEADER_BYTES, size = form == VK_HALVES ? 2 : 1;
    __m512 sums[8], lows = _mm512_setzero_ps();
    VK_UNROLL for (int v = 0; v < registers; v++) sums[v] = _mm512_setzero_ps();
    const uint8_t *row = group->values;
    for (size_t j = 0; j < group->count; j++, row += group->stride) {
        __m512 weight = _mm512_set1_ps(weights[j]);
        if (form == VK_CODES) {
            lows = add_product(lows, weight, _mm512_set1_ps(vk_load_f32(row)));
            weight = _mm512_mul_ps(weight, _mm512_set1_ps(vk_load_f32(row + 4)));
        }
        const uint8_t *at = row + header + size * index;
        VK_UNROLL for (int v = 0; v < registers; v++) {
            __mmask16 exist = v == registers - 1 ? mask : 0xffff;
            sums[v] = add_product(sums[v], weight, elements(at + 16 * size * (size_t)v, exist, form));
        }
    }
    VK_UNROLL for (int v = 0; v < registers; v++) {
        if (form == VK_CODES) sums[v] = _mm512_add_ps(sums[v], lows);
        _mm512_mask_storeu_ps(output + index + 16 * v, v == registers - 1 ? mask : 0xffff, sums[v]);
    }
}

VK_AVX512_INLINE void attend(const float *query, const vk_attention_group *group, vk_attention_form form, float scale,
                             float *weights, float *output, vk_attention_sums *sums) {
    find_logits(query, group, form, scale, weights);
    *sums = vk_weigh(weights, group->count);
    const size_t dimension = group->dimension;
    size_t index = 0;
    for (; dimension - index >= 128; index += 128) add_slice(weights, group, form, index, 8, 0xffff, output);
    for (; dimension - index >= 64; index += 64) add_slice(weights, group, form, index, 4, 0xffff, output);
    for (; index < dimension; index += 16) {
        add_slice(weights, group, form, index, 1, lanes_left(dimension - index), output);
    }
}

VK_AVX512_TARGET void vk_avx512_attend_halves(const float *query, size_t dimension, const void *keys,
                                              const void *values, size_t count, float scale, float *weights,
                                              float *output, vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_HALVES);
    attend(query, &group, VK_HALVES, scale, weights, output, sums);
}

VK_AVX512_TARGET void vk_avx512_attend_codes(const float *query, size_t dimension, const void *keys,
                                             const void *values, size_t count, float scale, float *weights,
                                             float *output, vk_attention_sums *sums) {
    vk_attention_group group = vk_group_of(keys, values, dimension, count, VK_CODES);
    attend(query, &group, VK_CODES, scale, weights, output, sums);
}
#else
typedef int vk_attention_avx512_is_for_x86_64;
#endif
