// Loci, Apache License 2.0.
//
// The ends of the AVX2 and AVX-512 kernels: four rows' sums become four distances in one register. All of it needs only
// AVX2 and F16C.
#ifndef LOCI_VECTOR_KERNELS_X86_H
#define LOCI_VECTOR_KERNELS_X86_H

#include <immintrin.h>

#include "internal.h"

#define VK_AVX2_TARGET __attribute__((target("avx2,f16c")))
#define VK_AVX2_INLINE VK_AVX2_TARGET VK_INLINE

/// [sum of a, sum of b, sum of c, sum of d].
VK_AVX2_INLINE __m128i vk_sums_of_four(__m256i a, __m256i b, __m256i c, __m256i d) {
    __m256i ab = _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    __m256i cd = _mm256_add_epi32(_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    __m256i abcd = _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
    return _mm_add_epi32(_mm256_castsi256_si128(abcd), _mm256_extracti128_si256(abcd, 1));
}

/// The last steps of four float sums: lanes i + 2, then i + 1.
VK_AVX2_INLINE __m128 vk_fold_four(__m128 a, __m128 b, __m128 c, __m128 d) {
    _MM_TRANSPOSE4_PS(a, b, c, d);
    return _mm_add_ps(_mm_add_ps(a, c), _mm_add_ps(b, d));
}

/// 256 * coarse + fine, exactly.
VK_AVX2_INLINE __m256d vk_join(__m128i coarse, __m128i fine) {
    return _mm256_add_pd(_mm256_mul_pd(_mm256_cvtepi32_pd(coarse), _mm256_set1_pd(256.0)), _mm256_cvtepi32_pd(fine));
}

/// The distances of four rows with integer sums `sums`: by one level when `residual_bits` is 0, else by two.
VK_AVX2_INLINE __m128 vk_distances_of_four(const vk_affine *affine, const uint8_t *const headers[4], int residual_bits,
                                           __m128 sums) {
    __m128i header0 = _mm_loadu_si128((const __m128i *)headers[0]);
    __m128i header1 = _mm_loadu_si128((const __m128i *)headers[1]);
    __m128i header2 = _mm_loadu_si128((const __m128i *)headers[2]);
    __m128i header3 = _mm_loadu_si128((const __m128i *)headers[3]);
    __m128i front01 = _mm_unpacklo_epi32(header0, header1), front23 = _mm_unpacklo_epi32(header2, header3);

    // The lows of four rows, then their steps, as eight float16.
    __m128i pairs = _mm_unpacklo_epi64(front01, front23);
    __m128i halves = _mm_packus_epi32(_mm_and_si128(pairs, _mm_set1_epi32(0xffff)), _mm_srli_epi32(pairs, 16));
    __m256 widened = _mm256_cvtph_ps(halves);
    __m128 low = _mm256_castps256_ps128(widened), step = _mm256_extractf128_ps(widened, 1);
    __m128i norm_bits;
    if (residual_bits == 0) {
        norm_bits = _mm_unpackhi_epi64(front01, front23);
    } else {
        norm_bits = _mm_unpacklo_epi64(_mm_unpackhi_epi32(header0, header1), _mm_unpackhi_epi32(header2, header3));
        low = _mm_add_ps(low, _mm_mul_ps(step, _mm_set1_ps(vk_low_shift(residual_bits))));
        step = _mm_mul_ps(step, _mm_set1_ps(vk_step_ratio(residual_bits)));
    }
    __m128 base = _mm_add_ps(_mm_set1_ps(affine->base),
                             _mm_mul_ps(_mm_set1_ps(affine->norm_weight), _mm_castsi128_ps(norm_bits)));
    base = _mm_add_ps(base, _mm_mul_ps(low, _mm_set1_ps(affine->low_factor)));
    return _mm_add_ps(base, _mm_mul_ps(step, _mm_mul_ps(_mm_set1_ps(affine->step_factor), sums)));
}

/// The bounds of four rows with products `products`.
VK_AVX2_INLINE __m128 vk_bounds_of_four(const vk_sketch_query *query, const uint8_t *const headers[4], __m128 products) {
    __m128i header01 = _mm_unpacklo_epi32(_mm_loadl_epi64((const __m128i *)headers[0]),
                                          _mm_loadl_epi64((const __m128i *)headers[1]));
    __m128i header23 = _mm_unpacklo_epi32(_mm_loadl_epi64((const __m128i *)headers[2]),
                                          _mm_loadl_epi64((const __m128i *)headers[3]));
    __m128 norms = _mm_castsi128_ps(_mm_unpacklo_epi64(header01, header23));

    // The factors of four rows, then their errors, as eight float16.
    __m128i pairs = _mm_unpackhi_epi64(header01, header23);
    __m128i halves = _mm_packus_epi32(_mm_and_si128(pairs, _mm_set1_epi32(0xffff)), _mm_srli_epi32(pairs, 16));
    __m256 widened = _mm256_cvtph_ps(halves);
    __m128 factors = _mm256_castps256_ps128(widened), errors = _mm256_extractf128_ps(widened, 1);
    __m128 bounds = _mm_add_ps(_mm_set1_ps(query->base), _mm_mul_ps(_mm_set1_ps(query->norm_weight), norms));
    bounds = _mm_add_ps(bounds, _mm_mul_ps(_mm_mul_ps(_mm_set1_ps(query->product_factor), factors), products));
    return _mm_add_ps(bounds, _mm_mul_ps(_mm_set1_ps(query->error_factor), errors));
}

/// The distances of four binary rows of which so many bits are not the query's.
VK_AVX2_INLINE __m128 vk_hamming_of_four(size_t dimension, __m128i differing) {
    __m128 twice = _mm_cvtepi32_ps(_mm_add_epi32(differing, differing));
    return _mm_div_ps(twice, _mm_set1_ps((float)dimension));
}

/// Stores the first `count` (1 to 4, a constant) of four floats.
VK_AVX2_INLINE void vk_store_floats(float *out, __m128 values, int count) {
    if (count == 4) {
        _mm_storeu_ps(out, values);
    } else {
        if (count >= 2) _mm_storel_epi64((__m128i *)out, _mm_castps_si128(values));
        if (count == 3) _mm_store_ss(out + 2, _mm_movehl_ps(values, values));
        if (count == 1) _mm_store_ss(out, values);
    }
}

/// The same for integers.
VK_AVX2_INLINE void vk_store_integers(int32_t *out, __m128i values, int count) {
    vk_store_floats((float *)out, _mm_castsi128_ps(values), count);
}

#endif
