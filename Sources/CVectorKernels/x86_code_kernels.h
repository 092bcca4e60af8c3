// Loci, Apache License 2.0.
//
// The code kernels of AVX2 and AVX-512, which differ only in how sums are taken. A file that includes this has defined
// VK_X86_INLINE, VK_X86_TARGET and VK_X86_NAME for its instruction set, and nibble_sums, byte_sums,
// joined_nibble_sums and sketch_sums.

VK_X86_INLINE void nibble_group(const vk_nibble_query *query, const uint8_t *const *rows, int count, float *out) {
    const uint8_t *headers[4], *codes[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    __m128i sums = nibble_sums(query->low_nibbles, query->high_nibbles, query->code_bytes, codes, count);
    vk_store_floats(out, vk_distances_of_four(&query->affine, headers, 0, _mm_cvtepi32_ps(sums)), count);
}

VK_X86_TARGET static void VK_X86_NAME(nibble_distances)(const vk_nibble_query *query, const uint8_t *const *rows,
                                                        size_t count, float *out) {
#define WORK(rows_at_once) nibble_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_X86_INLINE void byte_group(const vk_byte_query *query, const uint8_t *const *rows, int count, float *out) {
    const uint8_t *headers[4], *codes[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    __m256d sums = byte_sums(query->coarse, query->fine, query->code_bytes, codes, count);
    vk_store_floats(out, vk_distances_of_four(&query->affine, headers, 0, _mm256_cvtpd_ps(sums)), count);
}

VK_X86_TARGET static void VK_X86_NAME(byte_distances)(const vk_byte_query *query, const uint8_t *const *rows,
                                                      size_t count, float *out) {
#define WORK(rows_at_once) byte_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_X86_INLINE void nibble_nibble_group(const vk_two_level_query *query, const uint8_t *const *rows,
                                       const uint8_t *const *residuals, int count, float *out) {
    const uint8_t *headers[4], *codes[4], *seconds[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    vk_group_of_four(residuals, count, 0, seconds);
    __m256d sums = joined_nibble_sums(query, codes, seconds, count);
    vk_store_floats(out, vk_distances_of_four(&query->affine, headers, 4, _mm256_cvtpd_ps(sums)), count);
}

VK_X86_TARGET static void VK_X86_NAME(nibble_nibble_distances)(const vk_two_level_query *query,
                                                               const uint8_t *const *rows,
                                                               const uint8_t *const *residuals, size_t count,
                                                               float *out) {
#define WORK(rows_at_once) nibble_nibble_group(query, rows + done, residuals + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_X86_INLINE void nibble_byte_group(const vk_two_level_query *query, const uint8_t *const *rows,
                                     const uint8_t *const *residuals, int count, float *out) {
    const uint8_t *headers[4], *codes[4], *seconds[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_CODE_HEADER_BYTES, codes);
    vk_group_of_four(residuals, count, 0, seconds);
    __m256d first = vk_join(nibble_sums(query->low_coarse, query->high_coarse, query->code_bytes, codes, count),
                            nibble_sums(query->low_fine, query->high_fine, query->code_bytes, codes, count));
    __m256d second = byte_sums(query->coarse, query->fine, query->dimension, seconds, count);
    __m256d sums = _mm256_add_pd(_mm256_mul_pd(first, _mm256_set1_pd(256.0)), second);
    vk_store_floats(out, vk_distances_of_four(&query->affine, headers, 8, _mm256_cvtpd_ps(sums)), count);
}

VK_X86_TARGET static void VK_X86_NAME(nibble_byte_distances)(const vk_two_level_query *query,
                                                             const uint8_t *const *rows,
                                                             const uint8_t *const *residuals, size_t count,
                                                             float *out) {
#define WORK(rows_at_once) nibble_byte_group(query, rows + done, residuals + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}

VK_X86_INLINE void sketch_group(const vk_sketch_query *query, const uint8_t *const *rows, int count, float *out) {
    const uint8_t *headers[4], *bits[4];
    vk_group_of_four(rows, count, 0, headers);
    vk_group_of_four(rows, count, VK_SKETCH_HEADER_BYTES, bits);
    __m128i sums = sketch_sums(query->values, query->dimension, bits, count);
    __m128i products = _mm_sub_epi32(_mm_add_epi32(sums, sums), _mm_set1_epi32(query->sum));
    vk_store_floats(out, vk_bounds_of_four(query, headers, _mm_cvtepi32_ps(products)), count);
}

VK_X86_TARGET static void VK_X86_NAME(sketch_bounds)(const vk_sketch_query *query, const uint8_t *const *rows,
                                                     size_t count, float *out) {
#define WORK(rows_at_once) sketch_group(query, rows + done, rows_at_once, out + done)
    VK_FOR_GROUPS_OF_FOUR(count, done, WORK);
#undef WORK
}
