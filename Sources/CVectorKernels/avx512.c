// Loci, Apache License 2.0.
//
// Kernels for x86-64 with AVX-512 VNNI: one `vpdpbusd` multiplies and adds 64 unsigned codes by 64 signed query bytes.
// It does not saturate.
#if defined(__x86_64__)
#include "x86.h"

#define VK_AVX512_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,f16c")))
#define VK_AVX512_INLINE VK_AVX512_TARGET VK_INLINE
#define VK_VPOPCNTDQ_TARGET \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512vpopcntdq,avx2,f16c")))

VK_AVX512_INLINE __m128i sums_of_four(const __m512i v[4]) {
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[0], v[1]));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]), _mm512_unpackhi_epi32(v[2], v[3]));
    __m512i abcd = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(abcd), _mm512_extracti64x4_epi64(abcd, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/// The sums of the nibbles at `codes` times a query of one byte a dimension, for `count` rows at once. Four rows share the
/// loads of the query and the sums across lanes. Loads cross cache lines, as codes begin 16 bytes into a row: loads along
/// the lines, with the query shifted by 16, were no faster (Zen 5), and cost one more where the header adds a line.
VK_AVX512_INLINE __m128i nibble_sums(const int8_t *low_query, const int8_t *high_query, size_t bytes,
                                     const uint8_t *const codes[4], int count) {
    // The high nibbles are left where they are, sixteen times too large, and their sums divided at the end.
    const __m512i low_mask = _mm512_set1_epi8(0x0f), high_mask = _mm512_set1_epi8((char)0xf0);
    __m512i low_sums[4], high_sums[4];
    for (int i = 0; i < 4; i++) low_sums[i] = high_sums[i] = _mm512_setzero_si512();
    for (size_t k = 0; k < bytes; k += 64) {
        __m512i low = _mm512_loadu_si512(low_query + k), high = _mm512_loadu_si512(high_query + k);
        for (int i = 0; i < count; i++) {
            __m512i block = _mm512_loadu_si512(codes[i] + k);
            low_sums[i] = _mm512_dpbusd_epi32(low_sums[i], _mm512_and_si512(block, low_mask), low);
            high_sums[i] = _mm512_dpbusd_epi32(high_sums[i], _mm512_and_si512(block, high_mask), high);
        }
    }
    for (int i = 0; i < count; i++) low_sums[i] = _mm512_add_epi32(low_sums[i], _mm512_srai_epi32(high_sums[i], 4));
    return sums_of_four(low_sums);
}

/// The sums of bytes times a query of two bytes a dimension.
VK_AVX512_INLINE __m256d byte_sums(const int8_t *coarse, const int8_t *fine, size_t bytes, const uint8_t *const codes[4],
                                   int count) {
    __m512i coarse_sums[4], fine_sums[4];
    for (int i = 0; i < 4; i++) coarse_sums[i] = fine_sums[i] = _mm512_setzero_si512();
    for (size_t k = 0; k < bytes; k += 64) {
        __m512i coarse_block = _mm512_loadu_si512(coarse + k), fine_block = _mm512_loadu_si512(fine + k);
        for (int i = 0; i < count; i++) {
            __m512i block = _mm512_loadu_si512(codes[i] + k);
            coarse_sums[i] = _mm512_dpbusd_epi32(coarse_sums[i], block, coarse_block);
            fine_sums[i] = _mm512_dpbusd_epi32(fine_sums[i], block, fine_block);
        }
    }
    return vk_join(sums_of_four(coarse_sums), sums_of_four(fine_sums));
}

/// The sums of 16 * nibble + residual nibble, joined to bytes, times a query of two bytes a dimension.
VK_AVX512_INLINE __m256d joined_nibble_sums(const vk_two_level_query *query, const uint8_t *const codes[4],
                                            const uint8_t *const residuals[4], int count) {
    const __m512i high_mask = _mm512_set1_epi8((char)0xf0);
    __m512i coarse_sums[4], fine_sums[4];
    for (int i = 0; i < 4; i++) coarse_sums[i] = fine_sums[i] = _mm512_setzero_si512();
    for (size_t k = 0; k < query->code_bytes; k += 64) {
        __m512i low_coarse = _mm512_loadu_si512(query->low_coarse + k), low_fine = _mm512_loadu_si512(query->low_fine + k);
        __m512i high_coarse = _mm512_loadu_si512(query->high_coarse + k);
        __m512i high_fine = _mm512_loadu_si512(query->high_fine + k);
        for (int i = 0; i < count; i++) {
            __m512i code = _mm512_loadu_si512(codes[i] + k), residual = _mm512_loadu_si512(residuals[i] + k);
            // 0xca is "mask ? a : b": high nibbles of the first, low nibbles of the second. The shifts by 16-bit lanes
            // push bits of a neighbour only into nibbles that are not taken.
            __m512i low = _mm512_ternarylogic_epi64(high_mask, _mm512_slli_epi16(code, 4), residual, 0xca);
            __m512i high = _mm512_ternarylogic_epi64(high_mask, code, _mm512_srli_epi16(residual, 4), 0xca);
            coarse_sums[i] = _mm512_dpbusd_epi32(coarse_sums[i], low, low_coarse);
            fine_sums[i] = _mm512_dpbusd_epi32(fine_sums[i], low, low_fine);
            coarse_sums[i] = _mm512_dpbusd_epi32(coarse_sums[i], high, high_coarse);
            fine_sums[i] = _mm512_dpbusd_epi32(fine_sums[i], high, high_fine);
        }
    }
    return vk_join(sums_of_four(coarse_sums), sums_of_four(fine_sums));
}

/// The sums of the query's values where `bits` are 1: the bits are the mask of a load.
VK_AVX512_INLINE __m128i sketch_sums(const int8_t *values, size_t dimension, const uint8_t *const bits[4], int count) {
    const __m512i ones = _mm512_set1_epi8(1);
    __m512i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm512_setzero_si512();
    for (size_t k = 0; k < dimension; k += 64) {
        for (int i = 0; i < count; i++) {
            uint64_t mask;
            memcpy(&mask, bits[i] + k / 8, sizeof mask);
            sums[i] = _mm512_dpbusd_epi32(sums[i], ones, _mm512_maskz_loadu_epi8((__mmask64)mask, values + k));
        }
    }
    return sums_of_four(sums);
}

#define VK_X86_INLINE VK_AVX512_INLINE
#define VK_X86_TARGET VK_AVX512_TARGET
#define VK_X86_NAME(kernel) avx512_##kernel
#include "x86_code_kernels.h"

VK_AVX512_INLINE void byte_dot_group(const int8_t *query, size_t dimension, const uint8_t *const *rows, int count,
                                     int32_t *out) {
    __m512i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm512_setzero_si512();
    for (size_t k = 0; k < dimension; k += 64) {
        __m512i block = _mm512_loadu_si512(query + k);
        for (int i = 0; i < count; i++) {
            sums[i] = _mm512_dpbusd_epi32(sums[i], _mm512_loadu_si512(rows[i] + k), block);
        }
    }
    vk_store_integers(out, sums_of_four(sums), count);
}

VK_AVX512_TARGET static void avx512_byte_dots(const int8_t *query, size_t dimension, const uint8_t *const *rows,
                                              size_t count, int32_t *out) {
#define WORK(rows_at_once) byte_dot_group(query, dimension, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

// ---- Binary rows. ----

/// How many bits of each 64-bit lane are 1: a table of 16 counts, looked up by nibbles.
VK_AVX512_INLINE __m512i bit_counts(__m512i bits) {
    const __m512i counts = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m512i mask = _mm512_set1_epi8(15);
    __m512i low = _mm512_shuffle_epi8(counts, _mm512_and_si512(bits, mask));
    __m512i high = _mm512_shuffle_epi8(counts, _mm512_and_si512(_mm512_srli_epi16(bits, 4), mask));
    return _mm512_sad_epu8(_mm512_add_epi8(low, high), _mm512_setzero_si512());
}

/// Defines the kernel by what counts the bits of 64-bit lanes.
#define DEFINE_HAMMING_DISTANCES(name, target, bit_counts)                                                            \
    target VK_INLINE void name##_of_group(const vk_hamming_query *query, const uint8_t *const *rows, int count,       \
                                          float *out) {                                                               \
        const size_t last = (query->dimension - 1) / 512 * 64;                                                        \
        __m512i sums[4];                                                                                              \
        for (int i = 0; i < 4; i++) sums[i] = _mm512_setzero_si512();                                                 \
        for (size_t k = 0; k < last; k += 64) {                                                                       \
            __m512i block = _mm512_loadu_si512(query->bits + k);                                                      \
            for (int i = 0; i < count; i++) {                                                                         \
                __m512i differing = _mm512_xor_si512(block, _mm512_loadu_si512(rows[i] + k));                         \
                sums[i] = _mm512_add_epi64(sums[i], bit_counts(differing));                                           \
            }                                                                                                         \
        }                                                                                                             \
        __m512i block = _mm512_loadu_si512(query->bits + last), mask = _mm512_loadu_si512(query->last);               \
        for (int i = 0; i < count; i++) {                                                                             \
            __m512i differing = _mm512_xor_si512(block, _mm512_loadu_si512(rows[i] + last));                          \
            sums[i] = _mm512_add_epi64(sums[i], bit_counts(_mm512_and_si512(mask, differing)));                       \
        }                                                                                                             \
        vk_store_floats(out, vk_hamming_of_four(query->dimension, sums_of_four(sums)), count);                        \
    }                                                                                                                 \
    target static void name(const vk_hamming_query *query, const uint8_t *const *rows, size_t count, float *out) {    \
        VK_FOR_GROUPS_OF_FOUR(count, done, WORK_##name);                                                              \
    }
#define WORK_avx512_hamming_distances(n) avx512_hamming_distances_of_group(query, rows + done, n, out + done)
#define WORK_vpopcntdq_hamming_distances(n) vpopcntdq_hamming_distances_of_group(query, rows + done, n, out + done)
DEFINE_HAMMING_DISTANCES(avx512_hamming_distances, VK_AVX512_TARGET, bit_counts)
DEFINE_HAMMING_DISTANCES(vpopcntdq_hamming_distances, VK_VPOPCNTDQ_TARGET, _mm512_popcnt_epi64)

// ---- Tables of entry points: a register holds a line. ----

VK_AVX512_INLINE __m512i load_quad(const int8_t *values) {
    int32_t quad;
    memcpy(&quad, values, sizeof quad);
    return _mm512_set1_epi32(quad);
}

VK_AVX512_TARGET static void avx512_entry_minima(const vk_entry_query *query, const uint8_t *groups, size_t group_count,
                                                 float out_scores[VK_ENTRY_LANES],
                                                 uint32_t out_groups[VK_ENTRY_LANES]) {
    const __m512i low_mask = _mm512_set1_epi8(0x0f), high_mask = _mm512_set1_epi8((char)0xf0);
    const __m512 factor = _mm512_set1_ps(query->factor);
    __m512 least = _mm512_set1_ps(__builtin_inff());
    __m512i least_groups = _mm512_setzero_si512();
    const uint8_t *line = groups;
    for (size_t group = 0; group < group_count; group++) {
        __m512 biases = _mm512_loadu_ps(line);
        line += VK_ENTRY_LINE_BYTES;
        // The high nibbles are left where they are, as in nibble_sums.
        __m512i low_sums = _mm512_setzero_si512(), high_sums = low_sums;
        for (size_t j = 0; j < 8 * query->lines; j += 8, line += VK_ENTRY_LINE_BYTES) {
            __m512i codes = _mm512_loadu_si512(line);
            __m512i low = _mm512_and_si512(codes, low_mask), high = _mm512_and_si512(codes, high_mask);
            low_sums = _mm512_dpbusd_epi32(low_sums, low, load_quad(query->values + j));
            high_sums = _mm512_dpbusd_epi32(high_sums, high, load_quad(query->values + j + 4));
        }
        __m512i sums = _mm512_add_epi32(low_sums, _mm512_srai_epi32(high_sums, 4));
        __m512 scores = _mm512_add_ps(biases, _mm512_mul_ps(factor, _mm512_cvtepi32_ps(sums)));
        __mmask16 is_less = _mm512_cmp_ps_mask(scores, least, _CMP_LT_OQ);
        least = _mm512_mask_mov_ps(least, is_less, scores);
        least_groups = _mm512_mask_set1_epi32(least_groups, is_less, (int32_t)group);
    }
    _mm512_storeu_ps(out_scores, least);
    _mm512_storeu_si512(out_groups, least_groups);
}

// ---- Floats: 32 lanes are two registers. ----

/// Sixteen elements of a row from `index` on; those that the mask leaves out are 0 and not read.
VK_AVX512_INLINE __m512 row_elements(const uint8_t *row, size_t index, __mmask16 mask, int is_half) {
    if (is_half) return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, row + 2 * index));
    return _mm512_maskz_loadu_ps(mask, row + 4 * index);
}

VK_AVX512_INLINE __m512 add_term(__m512 sum, __m512 query, __m512 row, int is_l2) {
    __m512 difference = _mm512_sub_ps(query, row);
    return _mm512_add_ps(sum, is_l2 ? _mm512_mul_ps(difference, difference) : _mm512_mul_ps(query, row));
}

VK_AVX512_INLINE __m128 fold_to_four(__m512 low, __m512 high) {
    __m512 sixteen = _mm512_add_ps(low, high);
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}

VK_AVX512_INLINE __m128 float_sums(const float *query, size_t dimension, const uint8_t *const *rows, int count,
                                   int is_half, int is_l2) {
    __m512 low[4], high[4];
    for (int i = 0; i < 4; i++) low[i] = high[i] = _mm512_setzero_ps();
    size_t index = 0;
    for (; dimension - index >= VK_LANES; index += VK_LANES) {
        __m512 query_low = _mm512_loadu_ps(query + index), query_high = _mm512_loadu_ps(query + index + 16);
        for (int i = 0; i < count; i++) {
            low[i] = add_term(low[i], query_low, row_elements(rows[i], index, 0xffff, is_half), is_l2);
            high[i] = add_term(high[i], query_high, row_elements(rows[i], index + 16, 0xffff, is_half), is_l2);
        }
    }
    if (index < dimension) {
        // Lanes past the end add +0, which changes no lane: none is ever -0, since each began as +0.
        uint32_t mask = (1u << (dimension - index)) - 1;
        __mmask16 low_mask = (__mmask16)mask, high_mask = (__mmask16)(mask >> 16);
        __m512 query_low = _mm512_maskz_loadu_ps(low_mask, query + index);
        __m512 query_high = _mm512_maskz_loadu_ps(high_mask, query + index + 16);
        for (int i = 0; i < count; i++) {
            low[i] = add_term(low[i], query_low, row_elements(rows[i], index, low_mask, is_half), is_l2);
            high[i] = add_term(high[i], query_high, row_elements(rows[i], index + 16, high_mask, is_half), is_l2);
        }
    }
    return vk_fold_four(fold_to_four(low[0], high[0]), fold_to_four(low[1], high[1]), fold_to_four(low[2], high[2]),
                        fold_to_four(low[3], high[3]));
}

VK_AVX512_INLINE void float_group(const float *query, size_t dimension, const uint8_t *const *rows, int count,
                                  int is_half, int is_l2, float *out) {
    __m128 sums = float_sums(query, dimension, rows, count, is_half, is_l2);
    vk_store_floats(out, is_l2 ? sums : _mm_xor_ps(sums, _mm_set1_ps(-0.0f)), count);
}

#define DEFINE_FLOAT_DISTANCES(name, is_half, is_l2)                                                            \
    VK_AVX512_TARGET static void name(const float *query, size_t dimension, const uint8_t *const *rows,         \
                                      size_t count, float *out) {                                               \
        VK_FOR_GROUPS_OF_FOUR(count, done, WORK_##is_half##is_l2);                                              \
    }
#define WORK_01(n) float_group(query, dimension, rows + done, n, 0, 1, out + done)
#define WORK_00(n) float_group(query, dimension, rows + done, n, 0, 0, out + done)
#define WORK_11(n) float_group(query, dimension, rows + done, n, 1, 1, out + done)
#define WORK_10(n) float_group(query, dimension, rows + done, n, 1, 0, out + done)
DEFINE_FLOAT_DISTANCES(avx512_float32_l2_distances, 0, 1)
DEFINE_FLOAT_DISTANCES(avx512_float32_ip_distances, 0, 0)
DEFINE_FLOAT_DISTANCES(avx512_float16_l2_distances, 1, 1)
DEFINE_FLOAT_DISTANCES(avx512_float16_ip_distances, 1, 0)

VK_AVX512_TARGET static float avx512_dot(const float *a, const float *b, size_t count) {
    const uint8_t *row = (const uint8_t *)b;
    return _mm_cvtss_f32(float_sums(a, count, &row, 1, 0, 0));
}

VK_AVX512_TARGET static float avx512_sum_of_squares(const float *values, size_t count) {
    return avx512_dot(values, values, count);
}

VK_AVX512_TARGET static void avx512_widen_float16(const uint16_t *values, size_t count, float *out) {
    for (size_t i = 0; i < count; i += 16) {
        __mmask16 mask = count - i >= 16 ? 0xffff : (__mmask16)((1u << (count - i)) - 1);
        _mm512_mask_storeu_ps(out + i, mask, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, values + i)));
    }
}

VK_AVX512_TARGET static void avx512_narrow_float32(const float *values, size_t count, uint16_t *out) {
    for (size_t i = 0; i < count; i += 16) {
        __mmask16 mask = count - i >= 16 ? 0xffff : (__mmask16)((1u << (count - i)) - 1);
        __m512 block = _mm512_maskz_loadu_ps(mask, values + i);
        _mm256_mask_storeu_epi16(out + i, mask, _mm512_cvtps_ph(block, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
}

// ---- The Hadamard transform. ----

/// One level inside a register: each lane becomes its partner plus itself, or its partner minus itself. `partners` is the
/// register with the lanes of each pair exchanged, `signs` the lanes that are subtracted.
VK_AVX512_INLINE __m512 level_inside(__m512 values, __m512 partners, __mmask16 signs) {
    return _mm512_mask_sub_ps(_mm512_add_ps(partners, values), signs, partners, values);
}

/// All levels among `registers` * 16 floats.
VK_AVX512_INLINE void hadamard_tile(float *values, int registers) {
    __m512 v[16];
    VK_UNROLL for (int i = 0; i < registers; i++) {
        __m512 x = _mm512_loadu_ps(values + 16 * i);
        x = level_inside(x, _mm512_permute_ps(x, 0xb1), 0xaaaa);
        x = level_inside(x, _mm512_permute_ps(x, 0x4e), 0xcccc);
        x = level_inside(x, _mm512_shuffle_f32x4(x, x, 0xb1), 0xf0f0);
        v[i] = level_inside(x, _mm512_shuffle_f32x4(x, x, 0x4e), 0xff00);
    }
    VK_UNROLL for (int half = 1; half < registers; half *= 2) {
        VK_UNROLL for (int i = 0; i < registers; i++) {
            if (i & half) continue;
            __m512 a = v[i], b = v[i + half];
            v[i] = _mm512_add_ps(a, b);
            v[i + half] = _mm512_sub_ps(a, b);
        }
    }
    VK_UNROLL for (int i = 0; i < registers; i++) _mm512_storeu_ps(values + 16 * i, v[i]);
}

VK_AVX512_TARGET static void avx512_hadamard(float *values, size_t count) {
    switch (count) {
        case 16: hadamard_tile(values, 1); return;
        case 32: hadamard_tile(values, 2); return;
        case 64: hadamard_tile(values, 4); return;
        case 128: hadamard_tile(values, 8); return;
        default: break;
    }
    if (count < 16) {
        vk_hadamard_from(values, count, 1);
        return;
    }
    for (size_t i = 0; i < count; i += 256) hadamard_tile(values + i, 16);
    vk_hadamard_from(values, count, 256);
}

VK_DEFINE_PLAIN_LOOPS(avx512, VK_AVX512_TARGET)

// ---- The search buffer. ----

/// A search buffer of up to 8 * `blocks` keys in registers: a candidate moves the keys above it by one register lane,
/// new[i] = min(old[i], max(old[i - 1], candidate)), whatever its place, so that nothing branches and no load waits for a
/// store. Places that are not taken hold the largest key.
VK_AVX512_INLINE void insert_in_registers(const float *distances, const uint32_t *slots, size_t candidates,
                                          uint64_t *keys, size_t capacity, size_t *count, size_t *cursor, int blocks) {
    const __m512i largest = _mm512_set1_epi64(-1), one = _mm512_set1_epi64(1);
    size_t held = *count;
    __m512i v[24];
    VK_UNROLL for (int b = 0; b < blocks; b++) {
        size_t left = held > 8 * (size_t)b ? held - 8 * (size_t)b : 0;
        v[b] = _mm512_mask_loadu_epi64(largest, left >= 8 ? 0xff : (__mmask8)((1u << left) - 1), keys + 8 * b);
    }
    for (size_t i = 0; i < candidates; i++) {
        __m512i key = _mm512_set1_epi64((long long)vk_key(distances[i], slots[i]));
        __m512i difference = largest;
        VK_UNROLL for (int b = 0; b < blocks; b++) {
            difference = _mm512_min_epu64(difference, _mm512_xor_si512(v[b], key));
        }
        if (_mm512_cmple_epu64_mask(difference, one)) continue;
        __m512i before = _mm512_setzero_si512();
        VK_UNROLL for (int b = 0; b < blocks; b++) {
            __m512i old = v[b];
            v[b] = _mm512_min_epu64(old, _mm512_max_epu64(_mm512_alignr_epi64(old, before, 7), key));
            before = old;
        }
        held += held < capacity;
    }
    *count = held;
    size_t first = held;
    VK_UNROLL for (int b = blocks - 1; b >= 0; b--) {
        size_t left = held > 8 * (size_t)b ? held - 8 * (size_t)b : 0;
        __mmask8 taken = left >= 8 ? 0xff : (__mmask8)((1u << left) - 1);
        _mm512_mask_storeu_epi64(keys + 8 * b, taken, v[b]);
        unsigned free = _mm512_mask_testn_epi64_mask(taken, v[b], one);
        if (free) first = 8 * (size_t)b + (size_t)__builtin_ctz(free);
    }
    *cursor = first;
}

VK_AVX512_TARGET static void avx512_insert_candidates(const float *distances, const uint32_t *slots, size_t candidates,
                                                      uint64_t *keys, size_t capacity, size_t *count, size_t *cursor) {
#define INSERT(blocks) insert_in_registers(distances, slots, candidates, keys, capacity, count, cursor, blocks)
    size_t most = *count + candidates < capacity ? *count + candidates : capacity;
    if (most <= 32) {
        INSERT(4);
    } else if (most <= 64) {
        INSERT(8);
    } else if (most <= 128) {
        INSERT(16);
    } else if (most <= 192) {
        INSERT(24);
    } else {
        vk_insert_candidates(distances, slots, candidates, keys, capacity, count, cursor);
    }
#undef INSERT
}

const vk_kernels vk_avx512_kernels = VK_KERNEL_TABLE(avx512, VK_AVX512, "avx512");
const vk_kernels vk_avx512_vpopcntdq_kernels =
    VK_KERNEL_TABLE_WITH(avx512, VK_AVX512_VPOPCNTDQ, "avx512-vpopcntdq", vpopcntdq_hamming_distances);
#else
typedef int vk_avx512_is_for_x86_64;
#endif
