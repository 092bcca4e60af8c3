// Loci, Apache License 2.0.
//
// Kernels for x86-64 with AVX2. FMA is not asked for, so that nothing can be fused.
#if defined(__x86_64__)
#include "x86.h"

/// 32 bytes at `address`.
VK_AVX2_INLINE __m256i load(const void *address) { return _mm256_loadu_si256((const __m256i *)address); }

/// The sums of the nibbles at `codes` times a query of one byte a dimension, for `count` rows at once.
VK_AVX2_INLINE __m128i nibble_sums(const int8_t *low_query, const int8_t *high_query, size_t bytes,
                                   const uint8_t *const codes[4], int count) {
    const __m256i mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
    __m256i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm256_setzero_si256();
    for (size_t k = 0; k < bytes; k += 64) {
        __m256i low0 = load(low_query + k), low1 = load(low_query + k + 32);
        __m256i high0 = load(high_query + k), high1 = load(high_query + k + 32);
        for (int i = 0; i < count; i++) {
            __m256i block0 = load(codes[i] + k), block1 = load(codes[i] + k + 32);
            // A 16-bit lane gets four pairs of products: at most 4 * 2 * 15 * 128 = 15,360, so nothing saturates.
            __m256i pairs = _mm256_maddubs_epi16(_mm256_and_si256(block0, mask), low0);
            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(_mm256_and_si256(block1, mask), low1));
            block0 = _mm256_and_si256(_mm256_srli_epi16(block0, 4), mask);
            block1 = _mm256_and_si256(_mm256_srli_epi16(block1, 4), mask);
            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(block0, high0));
            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(block1, high1));
            sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs, ones));
        }
    }
    return vk_sums_of_four(sums[0], sums[1], sums[2], sums[3]);
}

/// Adds 16 unsigned bytes times 16 signed ones, both widened to 16 bits: of bytes, pairs of products can saturate.
VK_AVX2_INLINE __m256i add_byte_products(__m256i sum, __m256i codes, __m128i query) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(codes, _mm256_cvtepi8_epi16(query)));
}

VK_AVX2_INLINE __m128i load_sixteen(const void *address) { return _mm_loadu_si128((const __m128i *)address); }

/// The sums of bytes times a query of two bytes a dimension.
VK_AVX2_INLINE __m256d byte_sums(const int8_t *coarse, const int8_t *fine, size_t bytes, const uint8_t *const codes[4],
                                 int count) {
    __m256i coarse_sums[4], fine_sums[4];
    for (int i = 0; i < 4; i++) coarse_sums[i] = fine_sums[i] = _mm256_setzero_si256();
    // Whole steps of 16 stay inside the 64 that may be read.
    for (size_t k = 0; k < bytes; k += 16) {
        __m128i coarse_block = load_sixteen(coarse + k), fine_block = load_sixteen(fine + k);
        for (int i = 0; i < count; i++) {
            __m256i block = _mm256_cvtepu8_epi16(load_sixteen(codes[i] + k));
            coarse_sums[i] = add_byte_products(coarse_sums[i], block, coarse_block);
            fine_sums[i] = add_byte_products(fine_sums[i], block, fine_block);
        }
    }
    return vk_join(vk_sums_of_four(coarse_sums[0], coarse_sums[1], coarse_sums[2], coarse_sums[3]),
                   vk_sums_of_four(fine_sums[0], fine_sums[1], fine_sums[2], fine_sums[3]));
}

/// The sums of 16 * nibble + residual nibble, joined to bytes, times a query of two bytes a dimension.
VK_AVX2_INLINE __m256d joined_nibble_sums(const vk_two_level_query *query, const uint8_t *const codes[4],
                                          const uint8_t *const residuals[4], int count) {
    const __m128i mask = _mm_set1_epi8(15);
    __m256i coarse_sums[4], fine_sums[4];
    for (int i = 0; i < 4; i++) coarse_sums[i] = fine_sums[i] = _mm256_setzero_si256();
    for (size_t k = 0; k < query->code_bytes; k += 16) {
        __m128i low_coarse = load_sixteen(query->low_coarse + k), low_fine = load_sixteen(query->low_fine + k);
        __m128i high_coarse = load_sixteen(query->high_coarse + k), high_fine = load_sixteen(query->high_fine + k);
        for (int i = 0; i < count; i++) {
            __m128i code = load_sixteen(codes[i] + k), residual = load_sixteen(residuals[i] + k);
            __m128i low_code = _mm_slli_epi16(_mm_and_si128(code, mask), 4);
            __m128i high_residual = _mm_and_si128(_mm_srli_epi16(residual, 4), mask);
            __m256i low = _mm256_cvtepu8_epi16(_mm_or_si128(low_code, _mm_and_si128(residual, mask)));
            __m256i high = _mm256_cvtepu8_epi16(_mm_or_si128(_mm_andnot_si128(mask, code), high_residual));
            coarse_sums[i] = add_byte_products(coarse_sums[i], low, low_coarse);
            fine_sums[i] = add_byte_products(fine_sums[i], low, low_fine);
            coarse_sums[i] = add_byte_products(coarse_sums[i], high, high_coarse);
            fine_sums[i] = add_byte_products(fine_sums[i], high, high_fine);
        }
    }
    return vk_join(vk_sums_of_four(coarse_sums[0], coarse_sums[1], coarse_sums[2], coarse_sums[3]),
                   vk_sums_of_four(fine_sums[0], fine_sums[1], fine_sums[2], fine_sums[3]));
}

/// The sums of the query's values where `bits` are 1.
VK_AVX2_INLINE __m128i sketch_sums(const int8_t *values, size_t dimension, const uint8_t *const bits[4], int count) {
    const __m256i byte_of_lane = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,  //
                                                  2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i bit_of_lane = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    const __m256i byte_ones = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1);
    __m256i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm256_setzero_si256();
    // Sums of pairs stay in 16 bits for 4,096 dimensions: 4,096 / 32 * 2 * -128 is -2^15, the least that fits.
    for (size_t start = 0; start < dimension; start += 4096) {
        size_t end = dimension - start < 4096 ? dimension : start + 4096;
        __m256i pairs[4];
        for (int i = 0; i < 4; i++) pairs[i] = _mm256_setzero_si256();
        for (size_t k = start; k < end; k += 32) {
            __m256i block = load(values + k);
            for (int i = 0; i < count; i++) {
                int32_t word;
                memcpy(&word, bits[i] + k / 8, sizeof word);
                __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32(word), byte_of_lane);
                __m256i chosen = _mm256_min_epu8(_mm256_and_si256(spread, bit_of_lane), byte_ones);
                pairs[i] = _mm256_add_epi16(pairs[i], _mm256_maddubs_epi16(chosen, block));
            }
        }
        for (int i = 0; i < count; i++) sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs[i], ones));
    }
    return vk_sums_of_four(sums[0], sums[1], sums[2], sums[3]);
}

#define VK_X86_INLINE VK_AVX2_INLINE
#define VK_X86_TARGET VK_AVX2_TARGET
#define VK_X86_NAME(kernel) avx2_##kernel
#include "x86_code_kernels.h"

VK_AVX2_INLINE void byte_dot_group(const int8_t *query, size_t dimension, const uint8_t *const *rows, int count,
                                   int32_t *out) {
    __m256i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm256_setzero_si256();
    for (size_t k = 0; k < dimension; k += 16) {
        __m128i block = load_sixteen(query + k);
        for (int i = 0; i < count; i++) {
            sums[i] = add_byte_products(sums[i], _mm256_cvtepu8_epi16(load_sixteen(rows[i] + k)), block);
        }
    }
    vk_store_integers(out, vk_sums_of_four(sums[0], sums[1], sums[2], sums[3]), count);
}

VK_AVX2_TARGET static void avx2_byte_dots(const int8_t *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                          int32_t *out) {
#define WORK(rows_at_once) byte_dot_group(query, dimension, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

// ---- Binary rows. ----

/// How many bits of each 64-bit lane are 1, of two registers together: a table of 16 counts, looked up by nibbles.
VK_AVX2_INLINE __m256i bit_counts(__m256i first, __m256i second) {
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i mask = _mm256_set1_epi8(15);
    __m256i low = _mm256_add_epi8(_mm256_shuffle_epi8(counts, _mm256_and_si256(first, mask)),
                                  _mm256_shuffle_epi8(counts, _mm256_and_si256(second, mask)));
    __m256i first_high = _mm256_and_si256(_mm256_srli_epi16(first, 4), mask);
    __m256i second_high = _mm256_and_si256(_mm256_srli_epi16(second, 4), mask);
    __m256i high =
        _mm256_add_epi8(_mm256_shuffle_epi8(counts, first_high), _mm256_shuffle_epi8(counts, second_high));
    return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

VK_AVX2_INLINE void hamming_group(const vk_hamming_query *query, const uint8_t *const *rows, int count, float *out) {
    const size_t last = (query->dimension - 1) / 512 * 64;
    __m256i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm256_setzero_si256();
    for (size_t k = 0; k < last; k += 64) {
        __m256i block0 = load(query->bits + k), block1 = load(query->bits + k + 32);
        for (int i = 0; i < count; i++) {
            __m256i differing0 = _mm256_xor_si256(block0, load(rows[i] + k));
            __m256i differing1 = _mm256_xor_si256(block1, load(rows[i] + k + 32));
            sums[i] = _mm256_add_epi64(sums[i], bit_counts(differing0, differing1));
        }
    }
    __m256i block0 = load(query->bits + last), block1 = load(query->bits + last + 32);
    __m256i mask0 = load(query->last), mask1 = load(query->last + 32);
    for (int i = 0; i < count; i++) {
        __m256i differing0 = _mm256_and_si256(mask0, _mm256_xor_si256(block0, load(rows[i] + last)));
        __m256i differing1 = _mm256_and_si256(mask1, _mm256_xor_si256(block1, load(rows[i] + last + 32)));
        sums[i] = _mm256_add_epi64(sums[i], bit_counts(differing0, differing1));
    }
    vk_store_floats(out, vk_hamming_of_four(query->dimension, vk_sums_of_four(sums[0], sums[1], sums[2], sums[3])),
                    count);
}

VK_AVX2_TARGET static void avx2_hamming_distances(const vk_hamming_query *query, const uint8_t *const *rows,
                                                  size_t count, float *out) {
#define WORK(rows_at_once) hamming_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

// ---- Tables of entry points: eight entries in a register, four bytes each. ----

/// The products of a quad of the query's values with eight entries' codes, as 16-bit sums of pairs.
VK_AVX2_INLINE __m256i quad_products(__m256i codes, const int8_t *values) {
    int32_t quad;
    memcpy(&quad, values, sizeof quad);
    return _mm256_maddubs_epi16(codes, _mm256_set1_epi32(quad));
}

/// The scores of eight entries, whose biases are at `biases`.
VK_AVX2_INLINE __m256 entry_scores(const vk_entry_query *query, const uint8_t *biases) {
    const __m256i mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
    __m256i sums = _mm256_setzero_si256();
    // A 16-bit lane gets two pairs of products a line, at most 2 * 2 * 15 * 128 = 7,680: it holds those of four lines.
    for (size_t start = 0; start < query->lines; start += 4) {
        size_t end = query->lines - start < 4 ? query->lines : start + 4;
        __m256i pairs = _mm256_setzero_si256();
        for (size_t line = start; line < end; line++) {
            __m256i codes = load(biases + VK_ENTRY_LINE_BYTES * (1 + line));
            const int8_t *values = query->values + 8 * line;
            pairs = _mm256_add_epi16(pairs, quad_products(_mm256_and_si256(codes, mask), values));
            codes = _mm256_and_si256(_mm256_srli_epi16(codes, 4), mask);
            pairs = _mm256_add_epi16(pairs, quad_products(codes, values + 4));
        }
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, ones));
    }
    __m256 products = _mm256_mul_ps(_mm256_set1_ps(query->factor), _mm256_cvtepi32_ps(sums));
    return _mm256_add_ps(_mm256_castsi256_ps(load(biases)), products);
}

VK_AVX2_TARGET static void avx2_entry_minima(const vk_entry_query *query, const uint8_t *groups, size_t group_count,
                                             float out_scores[VK_ENTRY_LANES], uint32_t out_groups[VK_ENTRY_LANES]) {
    const size_t group_bytes = VK_ENTRY_LINE_BYTES * (1 + query->lines);
    __m256 least[2];
    __m256i least_groups[2];
    for (int half = 0; half < 2; half++) {
        least[half] = _mm256_set1_ps(__builtin_inff());
        least_groups[half] = _mm256_setzero_si256();
    }
    for (size_t group = 0; group < group_count; group++) {
        __m256i number = _mm256_set1_epi32((int32_t)group);
        for (int half = 0; half < 2; half++) {
            __m256 scores = entry_scores(query, groups + group * group_bytes + 32 * half);
            __m256 is_less = _mm256_cmp_ps(scores, least[half], _CMP_LT_OQ);
            least[half] = _mm256_blendv_ps(least[half], scores, is_less);
            least_groups[half] = _mm256_blendv_epi8(least_groups[half], number, _mm256_castps_si256(is_less));
        }
    }
    for (int half = 0; half < 2; half++) {
        _mm256_storeu_ps(out_scores + 8 * half, least[half]);
        _mm256_storeu_si256((__m256i *)(void *)(out_groups + 8 * half), least_groups[half]);
    }
}

// ---- Floats: 32 lanes are four registers. ----

/// Eight elements of a row from `index` on, of which `valid` (1 to 8) exist; the others are 0 and not read.
VK_AVX2_INLINE __m256 row_elements(const uint8_t *row, size_t index, size_t valid, int is_half) {
    if (is_half) {
        uint16_t halves[8] = {0};
        if (valid == 8) return _mm256_cvtph_ps(load_sixteen(row + 2 * index));
        memcpy(halves, row + 2 * index, 2 * valid);
        return _mm256_cvtph_ps(load_sixteen(halves));
    }
    const float *elements = (const float *)(const void *)(row + 4 * index);
    if (valid == 8) return _mm256_loadu_ps(elements);
    __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps(elements, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)valid), lanes));
}

VK_AVX2_INLINE __m256 add_term(__m256 sum, __m256 query, __m256 row, int is_l2) {
    __m256 difference = _mm256_sub_ps(query, row);
    return _mm256_add_ps(sum, is_l2 ? _mm256_mul_ps(difference, difference) : _mm256_mul_ps(query, row));
}

/// The 32 lanes of one row's sum folded to four.
VK_AVX2_INLINE __m128 float_sum(const float *query, size_t dimension, const uint8_t *row, int is_half, int is_l2) {
    __m256 sums[4];
    for (int v = 0; v < 4; v++) sums[v] = _mm256_setzero_ps();
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        for (int v = 0; v < 4; v++) {
            size_t at = index + 8 * (size_t)v;
            sums[v] = add_term(sums[v], _mm256_loadu_ps(query + at), row_elements(row, at, 8, is_half), is_l2);
        }
    }
    // Lanes past the end add +0, which changes no lane: none is ever -0, since each began as +0.
    for (int v = 0; v < 4; v++) {
        size_t at = index + 8 * (size_t)v;
        if (at >= dimension) continue;
        size_t valid = dimension - at < 8 ? dimension - at : 8;
        __m256 values = row_elements((const uint8_t *)query, at, valid, 0);
        sums[v] = add_term(sums[v], values, row_elements(row, at, valid, is_half), is_l2);
    }
    __m256 eight = _mm256_add_ps(_mm256_add_ps(sums[0], sums[2]), _mm256_add_ps(sums[1], sums[3]));
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}

VK_AVX2_INLINE void float_distances(const float *query, size_t dimension, const uint8_t *const *rows, size_t count,
                                    int is_half, int is_l2, float *out) {
    for (size_t i = 0; i < count; i++) {
        __m128 four = float_sum(query, dimension, rows[i], is_half, is_l2);
        float sum = _mm_cvtss_f32(vk_fold_four(four, four, four, four));
        out[i] = is_l2 ? sum : -sum;
    }
}

VK_AVX2_TARGET static void avx2_float32_l2_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    float_distances(query, dimension, rows, count, 0, 1, out);
}

VK_AVX2_TARGET static void avx2_float32_ip_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    float_distances(query, dimension, rows, count, 0, 0, out);
}

VK_AVX2_TARGET static void avx2_float16_l2_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    float_distances(query, dimension, rows, count, 1, 1, out);
}

VK_AVX2_TARGET static void avx2_float16_ip_distances(const float *query, size_t dimension, const uint8_t *const *rows,
                                                     size_t count, float *out) {
    float_distances(query, dimension, rows, count, 1, 0, out);
}

VK_AVX2_TARGET static float avx2_dot(const float *a, const float *b, size_t count) {
    __m128 four = float_sum(a, count, (const uint8_t *)b, 0, 0);
    return _mm_cvtss_f32(vk_fold_four(four, four, four, four));
}

VK_AVX2_TARGET static float avx2_sum_of_squares(const float *values, size_t count) {
    return avx2_dot(values, values, count);
}

VK_AVX2_TARGET static void avx2_widen_float16(const uint16_t *values, size_t count, float *out) {
    size_t i = 0;
    for (; count - i >= 8; i += 8) _mm256_storeu_ps(out + i, _mm256_cvtph_ps(load_sixteen(values + i)));
    for (; i < count; i++) out[i] = vk_widen(values[i]);
}

VK_AVX2_TARGET static void avx2_narrow_float32(const float *values, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; count - i >= 8; i += 8) {
        __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm_storeu_si128((__m128i *)(void *)(out + i), halves);
    }
    for (; i < count; i++) out[i] = vk_narrow(values[i]);
}

// ---- The Hadamard transform. ----

/// One level inside a register: each lane becomes its partner plus itself, or, where `signs` has -0, its partner minus
/// itself. `partners` is the register with the lanes of each pair exchanged.
VK_AVX2_INLINE __m256 level_inside(__m256 values, __m256 partners, __m256 signs) {
    return _mm256_add_ps(partners, _mm256_xor_ps(values, signs));
}

/// All levels among `registers` * 8 floats.
VK_AVX2_INLINE void hadamard_tile(float *values, int registers) {
    const __m256 signs1 = _mm256_setr_ps(0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f);
    const __m256 signs2 = _mm256_setr_ps(0.0f, 0.0f, -0.0f, -0.0f, 0.0f, 0.0f, -0.0f, -0.0f);
    const __m256 signs4 = _mm256_setr_ps(0.0f, 0.0f, 0.0f, 0.0f, -0.0f, -0.0f, -0.0f, -0.0f);
    __m256 v[8];
    VK_UNROLL for (int i = 0; i < registers; i++) {
        __m256 x = _mm256_loadu_ps(values + 8 * i);
        x = level_inside(x, _mm256_permute_ps(x, 0xb1), signs1);
        x = level_inside(x, _mm256_permute_ps(x, 0x4e), signs2);
        v[i] = level_inside(x, _mm256_permute2f128_ps(x, x, 0x01), signs4);
    }
    VK_UNROLL for (int half = 1; half < registers; half *= 2) {
        VK_UNROLL for (int i = 0; i < registers; i++) {
            if (i & half) continue;
            __m256 a = v[i], b = v[i + half];
            v[i] = _mm256_add_ps(a, b);
            v[i + half] = _mm256_sub_ps(a, b);
        }
    }
    VK_UNROLL for (int i = 0; i < registers; i++) _mm256_storeu_ps(values + 8 * i, v[i]);
}

VK_AVX2_TARGET static void avx2_hadamard(float *values, size_t count) {
    switch (count) {
        case 8: hadamard_tile(values, 1); return;
        case 16: hadamard_tile(values, 2); return;
        case 32: hadamard_tile(values, 4); return;
        default: break;
    }
    if (count < 8) {
        vk_hadamard_from(values, count, 1);
        return;
    }
    for (size_t i = 0; i < count; i += 64) hadamard_tile(values + i, 8);
    vk_hadamard_from(values, count, 64);
}

VK_DEFINE_PLAIN_LOOPS(avx2, VK_AVX2_TARGET)
VK_DEFINE_INSERT_CANDIDATES(avx2, VK_AVX2_TARGET)

const vk_kernels vk_avx2_kernels = VK_KERNEL_TABLE(avx2, VK_AVX2, "avx2");
#else
typedef int vk_avx2_is_for_x86_64;
#endif
