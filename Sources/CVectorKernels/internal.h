// Loci, Apache License 2.0.
//
// What the instruction sets share: the distance formula, float16 conversion, and loops that are compiled once for each
// set by inlining them into a function with that set's target attribute.
//
// No product may be fused with a sum: that would change the last bit (see vector_kernels.h). Clang obeys the pragma.
// GCC does not know it, but in a standard mode (-std=c11), or with -ffp-contract=off, it fuses nothing either.
#ifndef LOCI_VECTOR_KERNELS_INTERNAL_H
#define LOCI_VECTOR_KERNELS_INTERNAL_H

#include <string.h>

#include "vector_kernels.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The rows of a Loci database are little-endian, and so must the processor be."
#endif

#define VK_INLINE static inline __attribute__((always_inline))

// Before a loop over registers, which stay registers only if it is unrolled.
#if defined(__clang__)
#define VK_UNROLL _Pragma("clang loop unroll(full)")
#else
#define VK_UNROLL _Pragma("GCC unroll 16")
#endif

/// The lanes of a float sum.
#define VK_LANES 32

/// A line of a table of entry points.
#define VK_ENTRY_LINE_BYTES 64

// Integer sums are kept in 32 bits. That holds to the end for 65,536 dimensions, the largest that a collection may have:
// 65,536 * 255 * 128 is 2^31 - 2^23. Sums of two-byte queries are joined in 64 bits, or exactly in a double.

/// Declares the attention kernels of one set, which have files of their own.
#define VK_DECLARE_ATTENTION(prefix)                                                                                    \
    void vk_##prefix##_attend_halves(const float *query, size_t dimension, const void *keys, const void *values,        \
                                     size_t count, float scale, float *weights, float *output, vk_attention_sums *sums); \
    void vk_##prefix##_attend_codes(const float *query, size_t dimension, const void *keys, const void *values,         \
                                    size_t count, float scale, float *weights, float *output, vk_attention_sums *sums);

VK_DECLARE_ATTENTION(portable)
extern const vk_kernels vk_portable_kernels;
#if defined(__x86_64__)
VK_DECLARE_ATTENTION(avx2)
VK_DECLARE_ATTENTION(avx512)
extern const vk_kernels vk_avx2_kernels;
extern const vk_kernels vk_avx512_kernels;
extern const vk_kernels vk_avx512_vpopcntdq_kernels;
#elif defined(__aarch64__)
VK_DECLARE_ATTENTION(neon)
extern const vk_kernels vk_neon_kernels;
#endif

VK_INLINE uint32_t vk_bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

VK_INLINE float vk_float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

VK_INLINE uint16_t vk_load_u16(const uint8_t *address) {
    uint16_t value;
    memcpy(&value, address, sizeof value);
    return value;
}

VK_INLINE float vk_load_f32(const uint8_t *address) {
    float value;
    memcpy(&value, address, sizeof value);
    return value;
}

/// float16 to float, as the processors do it: exact, and a NaN becomes quiet and keeps its payload.
VK_INLINE float vk_widen(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t exponent = (half >> 10) & 31u;
    uint32_t fraction = half & 0x3ffu;
    if (exponent == 0) return vk_float_of(vk_bits_of((float)fraction * 0x1p-24f) | sign);
    if (exponent < 31) return vk_float_of(sign | ((exponent + 112) << 23) | (fraction << 13));
    return vk_float_of(sign | 0x7f800000u | (fraction != 0 ? 0x400000u | (fraction << 13) : 0));
}

/// Float to float16: to nearest, ties to even; too large becomes infinity; a NaN becomes quiet.
VK_INLINE uint16_t vk_narrow(float value) {
    uint32_t bits = vk_bits_of(value);
    uint32_t sign = (bits >> 16) & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
    if (magnitude >= 0x47800000u) return (uint16_t)(sign | 0x7c00u);
    if (magnitude >= 0x38800000u) {
        // A carry out of the fraction raises the exponent, up to infinity, as it should.
        uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
        return (uint16_t)(sign | ((rounded - 0x38000000u) >> 13));
    }
    if (magnitude <= 0x33000000u) return (uint16_t)sign;
    uint32_t fraction = (magnitude & 0x7fffffu) | 0x800000u;
    uint32_t shift = 126u - (magnitude >> 23);
    uint32_t kept = fraction >> shift;
    uint32_t lost = fraction & ((1u << shift) - 1u);
    uint32_t half = 1u << (shift - 1u);
    kept += lost > half || (lost == half && (kept & 1u));
    return (uint16_t)(sign | kept);
}

VK_INLINE float vk_distance(const vk_affine *affine, float norm, float low, float step, float sum) {
    return ((affine->base + affine->norm_weight * norm) + low * affine->low_factor) + step * (affine->step_factor * sum);
}

VK_INLINE float vk_sketch_bound(const vk_sketch_query *query, float norm, float factor, float error, float product) {
    return ((query->base + query->norm_weight * norm) + (query->product_factor * factor) * product) +
           query->error_factor * error;
}

/// The distance of a binary row of which `differing` bits are not the query's.
VK_INLINE float vk_hamming_distance(uint32_t differing, size_t dimension) {
    return (float)(2 * differing) / (float)dimension;
}

/// What two-level codes add to `low`, in steps: 2^-(residual_bits + 1) - 0.5.
VK_INLINE float vk_low_shift(int residual_bits) { return residual_bits == 4 ? 0x1p-5f - 0.5f : 0x1p-9f - 0.5f; }

/// The size of a second-level step, in steps of the first.
VK_INLINE float vk_step_ratio(int residual_bits) { return residual_bits == 4 ? 0x1p-4f : 0x1p-8f; }

// ---- Loops that compilers turn into vector code by themselves. ----

VK_INLINE float vk_largest_magnitude(const float *values, size_t count) {
    // Without the sign, finite floats are ordered as their bits are.
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t magnitude = vk_bits_of(values[i]) & 0x7fffffffu;
        largest = magnitude > largest ? magnitude : largest;
    }
    return vk_float_of(largest);
}

VK_INLINE int vk_all_finite(const float *values, size_t count) {
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) found |= (vk_bits_of(values[i]) & 0x7f800000u) == 0x7f800000u;
    return found == 0;
}

VK_INLINE void vk_multiply(float *values, const float *factors, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] *= factors[i];
}

VK_INLINE void vk_subtract_and_scale(float *values, const float *offsets, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = (values[i] - offsets[i]) * factor;
}

VK_INLINE void vk_butterfly(float *restrict low, float *restrict high, size_t half) {
    for (size_t i = 0; i < half; i++) {
        float a = low[i], b = high[i];
        low[i] = a + b;
        high[i] = a - b;
    }
}

/// Two levels of butterflies at once: the same sums, with half the memory traffic.
VK_INLINE void vk_double_butterfly(float *restrict v0, float *restrict v1, float *restrict v2, float *restrict v3,
                                   size_t half) {
    for (size_t i = 0; i < half; i++) {
        float a = v0[i], b = v1[i], c = v2[i], d = v3[i];
        float sum01 = a + b, difference01 = a - b, sum23 = c + d, difference23 = c - d;
        v0[i] = sum01 + sum23;
        v1[i] = difference01 + difference23;
        v2[i] = sum01 - sum23;
        v3[i] = difference01 - difference23;
    }
}

/// The levels of the transform from distance `half` on. Every set takes the levels in this order, from near to far.
VK_INLINE void vk_hadamard_from(float *values, size_t count, size_t half) {
    for (; half <= count / 4; half *= 4) {
        for (float *block = values; block < values + count; block += 4 * half) {
            vk_double_butterfly(block, block + half, block + 2 * half, block + 3 * half, half);
        }
    }
    if (half <= count / 2) {
        for (float *block = values; block < values + count; block += 2 * half) vk_butterfly(block, block + half, half);
    }
}

VK_INLINE void vk_quantize_query(const float *values, float factor, size_t count, int8_t *coarse, int8_t *fine,
                                 vk_query_sums *sums) {
    // Adding 1.5 * 2^23 leaves no bits for a fraction: the sum is rounded to an integer, which is its low bits.
    const float shift = 0x1.8p23f;
    // With parts of 8 bits, sums of products hold up to 65,536 dimensions.
    int32_t coarse_sum = 0, fine_sum = 0, coarse_squares = 0, fine_squares = 0, products = 0;
    for (size_t i = 0; i < count; i++) {
        float value = values[i] * factor;
        value = value > -32512.0f ? value : -32512.0f;
        value = value < 32512.0f ? value : 32512.0f;
        int32_t rounded = (int32_t)(vk_bits_of(value + shift) - vk_bits_of(shift));
        int32_t high = (rounded + 128) >> 8, low = rounded - 256 * high;
        coarse[i] = (int8_t)high;
        fine[i] = (int8_t)low;
        coarse_sum += high;
        fine_sum += low;
        coarse_squares += high * high;
        fine_squares += low * low;
        products += high * low;
    }
    sums->coarse_sum = coarse_sum;
    sums->sum = 256 * (int64_t)coarse_sum + fine_sum;
    sums->coarse_squares = coarse_squares;
    sums->squares = 65536 * (int64_t)coarse_squares + 512 * (int64_t)products + fine_squares;
}

/// Where a key belongs in a search buffer. The answer is as good as random, so a search by halving mispredicts half of its
/// branches; comparing with all keys takes none. Whole blocks that are below are skipped first.
VK_INLINE size_t vk_count_below(const uint64_t *keys, size_t count, uint64_t bound) {
    enum { block = 64 };
    size_t skipped = 0;
    while (count - skipped > block && keys[skipped + block - 1] < bound) skipped += block;
    size_t rest = count - skipped < block ? count - skipped : block;
    size_t below = 0;
    for (size_t i = 0; i < rest; i++) below += keys[skipped + i] < bound;
    return skipped + below;
}

/// A key that orders as (distance, slot), with the lowest bit free.
VK_INLINE uint64_t vk_key(float distance, uint32_t slot) {
    uint32_t bits = vk_bits_of(distance);
    uint32_t ordered = bits ^ ((uint32_t)((int32_t)bits >> 31) | 0x80000000u);
    return (uint64_t)ordered << 32 | (uint32_t)(slot << 1);
}

VK_INLINE void vk_insert_candidates(const float *distances, const uint32_t *slots, size_t candidates, uint64_t *keys,
                                    size_t capacity, size_t *count, size_t *cursor) {
    size_t held = *count, least = *cursor;
    for (size_t i = 0; i < candidates; i++) {
        uint64_t key = vk_key(distances[i], slots[i]);
        if (held == capacity && key >= keys[held - 1]) continue;
        size_t place = vk_count_below(keys, held, key);
        if (place < held && (keys[place] | 1) == (key | 1)) continue;
        // Of a full buffer the last key moves beyond the end.
        memmove(keys + place + 1, keys + place, (held - place) * sizeof *keys);
        keys[place] = key;
        held += held < capacity;
        least = place < least ? place : least;
    }
    *count = held;
    *cursor = least;
}

/// Defines the insertion into a search buffer as a kernel of one set.
#define VK_DEFINE_INSERT_CANDIDATES(prefix, target)                                                                \
    target static void prefix##_insert_candidates(const float *distances, const uint32_t *slots, size_t candidates, \
                                                  uint64_t *keys, size_t capacity, size_t *count, size_t *cursor) { \
        vk_insert_candidates(distances, slots, candidates, keys, capacity, count, cursor);                         \
    }

/// Defines the loops above as kernels of one set, named `prefix_multiply` and so on.
#define VK_DEFINE_PLAIN_LOOPS(prefix, target)                                                                     \
    target static float prefix##_largest_magnitude(const float *values, size_t count) {                           \
        return vk_largest_magnitude(values, count);                                                               \
    }                                                                                                             \
    target static int prefix##_all_finite(const float *values, size_t count) { return vk_all_finite(values, count); } \
    target static void prefix##_multiply(float *values, const float *factors, size_t count) {                     \
        vk_multiply(values, factors, count);                                                                      \
    }                                                                                                             \
    target static void prefix##_subtract_and_scale(float *values, const float *offsets, float factor,             \
                                                   size_t count) {                                                \
        vk_subtract_and_scale(values, offsets, factor, count);                                                    \
    }                                                                                                             \
    target static void prefix##_butterfly(float *values, size_t half) {                                           \
        vk_butterfly(values, values + half, half);                                                                \
    }                                                                                                             \
    target static void prefix##_quantize_query(const float *values, float factor, size_t count, int8_t *coarse,   \
                                               int8_t *fine, vk_query_sums *sums) {                               \
        vk_quantize_query(values, factor, count, coarse, fine, sums);                                             \
    }

/// The members of `vk_kernels` for a set whose functions are named by `prefix`.
#define VK_KERNEL_TABLE(prefix, set, set_name) VK_KERNEL_TABLE_WITH(prefix, set, set_name, prefix##_hamming_distances)

/// The same with another kernel for binary rows.
#define VK_KERNEL_TABLE_WITH(prefix, set, set_name, hamming)          \
    {                                                                 \
        .instruction_set = (set),                                     \
        .name = (set_name),                                           \
        .nibble_distances = prefix##_nibble_distances,                \
        .byte_distances = prefix##_byte_distances,                    \
        .nibble_nibble_distances = prefix##_nibble_nibble_distances,  \
        .nibble_byte_distances = prefix##_nibble_byte_distances,      \
        .byte_dots = prefix##_byte_dots,                              \
        .sketch_bounds = prefix##_sketch_bounds,                      \
        .hamming_distances = (hamming),                               \
        .entry_minima = prefix##_entry_minima,                        \
        .float32_l2_distances = prefix##_float32_l2_distances,        \
        .float32_ip_distances = prefix##_float32_ip_distances,        \
        .float16_l2_distances = prefix##_float16_l2_distances,        \
        .float16_ip_distances = prefix##_float16_ip_distances,        \
        .sum_of_squares = prefix##_sum_of_squares,                    \
        .dot = prefix##_dot,                                          \
        .largest_magnitude = prefix##_largest_magnitude,              \
        .all_finite = prefix##_all_finite,                            \
        .multiply = prefix##_multiply,                                \
        .subtract_and_scale = prefix##_subtract_and_scale,            \
        .hadamard = prefix##_hadamard,                                \
        .butterfly = prefix##_butterfly,                              \
        .quantize_query = prefix##_quantize_query,                    \
        .insert_candidates = prefix##_insert_candidates,              \
        .attend_halves = vk_##prefix##_attend_halves,                 \
        .attend_codes = vk_##prefix##_attend_codes,                   \
        .widen_float16 = prefix##_widen_float16,                      \
        .narrow_float32 = prefix##_narrow_float32,                    \
    }

/// Calls `work(rows)` for groups of four rows, then once for the one to three that are left. `done` is the index of the
/// group's first row; `work` is a macro that expands to a call with a constant, so that each size has its own code.
#define VK_FOR_GROUPS_OF_FOUR(count, done, work)   \
    do {                                           \
        size_t done = 0;                           \
        for (; (count) - done >= 4; done += 4) {   \
            work(4);                               \
        }                                          \
        switch ((count) - done) {                  \
            case 3: work(3); break;                \
            case 2: work(2); break;                \
            case 1: work(1); break;                \
            default: break;                        \
        }                                          \
    } while (0)

/// Fills `group` with four pointers: `rows` plus `offset`, the first one repeated where there are fewer than four.
VK_INLINE void vk_group_of_four(const uint8_t *const *rows, int count, size_t offset, const uint8_t *group[4]) {
    for (int i = 0; i < 4; i++) group[i] = rows[i < count ? i : 0] + offset;
}

#endif
