// Loci, Apache License 2.0.
//
// What the AVX2 and AVX-512 attention kernels share: from four rows' sums to logits, and from a group's logits to weights.
// A group has some dozens of logits but thousands of elements, so that wider registers would gain nothing here.
#ifndef LOCI_VECTOR_KERNELS_ATTENTION_X86_H
#define LOCI_VECTOR_KERNELS_ATTENTION_X86_H

#include "x86.h"

#include "attention.h"

/// The logits of four rows of halves, or of codes, from the sums of their products with the query.
VK_AVX2_INLINE __m128 vk_logits_of_four(__m128 products, const uint8_t *const rows[4], vk_attention_form form,
                                        float query_sum, float scale) {
    if (form == VK_CODES) {
        __m128i header01 = _mm_unpacklo_epi32(_mm_loadl_epi64((const __m128i *)rows[0]),
                                              _mm_loadl_epi64((const __m128i *)rows[1]));
        __m128i header23 = _mm_unpacklo_epi32(_mm_loadl_epi64((const __m128i *)rows[2]),
                                              _mm_loadl_epi64((const __m128i *)rows[3]));
        __m128 lows = _mm_castsi128_ps(_mm_unpacklo_epi64(header01, header23));
        __m128 steps = _mm_castsi128_ps(_mm_unpackhi_epi64(header01, header23));
        products = _mm_add_ps(_mm_mul_ps(lows, _mm_set1_ps(query_sum)), _mm_mul_ps(steps, products));
    }
    return _mm_mul_ps(_mm_set1_ps(scale), products);
}

/// `vk_exponential` of eight floats.
VK_AVX2_INLINE __m256 vk_exponentials(__m256 x) {
    const __m256 shift = _mm256_set1_ps(VK_EXP_SHIFT), one = _mm256_set1_ps(1.0f);
    __m256 shifted = _mm256_add_ps(_mm256_mul_ps(x, _mm256_set1_ps(VK_EXP_LOG2_E)), shift);
    __m256 exponent = _mm256_sub_ps(shifted, shift);
    __m256 r = _mm256_sub_ps(x, _mm256_mul_ps(exponent, _mm256_set1_ps(VK_EXP_LN2_HIGH)));
    r = _mm256_sub_ps(r, _mm256_mul_ps(exponent, _mm256_set1_ps(VK_EXP_LN2_LOW)));
    __m256 p = _mm256_set1_ps(VK_EXP_C6);
    p = _mm256_add_ps(_mm256_mul_ps(p, r), _mm256_set1_ps(VK_EXP_C5));
    p = _mm256_add_ps(_mm256_mul_ps(p, r), _mm256_set1_ps(VK_EXP_C4));
    p = _mm256_add_ps(_mm256_mul_ps(p, r), _mm256_set1_ps(VK_EXP_C3));
    p = _mm256_add_ps(_mm256_mul_ps(p, r), _mm256_set1_ps(VK_EXP_C2));
    p = _mm256_add_ps(_mm256_mul_ps(p, r), one);
    p = _mm256_add_ps(_mm256_mul_ps(p, r), one);
    // The shift's own bits fall out at the top.
    __m256i power = _mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_castps_si256(shifted), 23));
    return _mm256_and_ps(_mm256_castsi256_ps(power), _mm256_cmp_ps(x, _mm256_set1_ps(VK_EXP_LEAST), _CMP_GE_OQ));
}

/// The largest of 32 logits, of each lane of eight, and what came before. NaN is never larger.
VK_AVX2_INLINE __m256 vk_maxima(__m256 maxima, const float *logits) {
    for (int v = 0; v < 4; v++) maxima = _mm256_max_ps(_mm256_loadu_ps(logits + 8 * v), maxima);
    return maxima;
}

/// The weights of 32 logits, in their place, which are added to the sums of the lanes.
VK_AVX2_INLINE void vk_weigh_lanes(float *logits, __m256 maximum, __m256 sums[4]) {
    for (int v = 0; v < 4; v++) {
        __m256 weights = vk_exponentials(_mm256_sub_ps(_mm256_loadu_ps(logits + 8 * v), maximum));
        _mm256_storeu_ps(logits + 8 * v, weights);
        sums[v] = _mm256_add_ps(sums[v], weights);
    }
}

/// 32 lanes folded to four.
VK_AVX2_INLINE __m128 vk_fold_to_four(const __m256 sums[4]) {
    __m256 eight = _mm256_add_ps(_mm256_add_ps(sums[0], sums[2]), _mm256_add_ps(sums[1], sums[3]));
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}

/// Turns logits into weights.
VK_AVX2_INLINE vk_attention_sums vk_weigh(float *logits, size_t count) {
    const size_t rest = count % VK_LANES, whole = count - rest;
    float block[VK_LANES];
    __m256 maxima = _mm256_set1_ps(-__builtin_inff());
    for (size_t j = 0; j < whole; j += VK_LANES) maxima = vk_maxima(maxima, logits + j);
    if (rest > 0) {
        vk_pad_logits(logits + whole, rest, block);
        maxima = vk_maxima(maxima, block);
    }
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(maxima), _mm256_extractf128_ps(maxima, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    four = _mm_max_ss(four, _mm_movehdup_ps(four));
    vk_attention_sums result = {_mm_cvtss_f32(four) + 0.0f, 0.0f};

    __m256 maximum = _mm256_set1_ps(result.maximum), sums[4];
    for (int v = 0; v < 4; v++) sums[v] = _mm256_setzero_ps();
    for (size_t j = 0; j < whole; j += VK_LANES) vk_weigh_lanes(logits + j, maximum, sums);
    if (rest > 0) {
        vk_weigh_lanes(block, maximum, sums);
        memcpy(logits + whole, block, rest * sizeof *block);
    }
    four = vk_fold_to_four(sums);
    result.sum = _mm_cvtss_f32(vk_fold_four(four, four, four, four));
    return result;
}

#endif
